"""The board pack as JSON: a sentence, a state and a table for each recommendation."""

from typing import Any

from domain.accounts.roles import MANAGERS
from domain.policy.measures.board_pack_pages import board_pack
from projections.reports.measure_figures import ReportRequest
from projections.reports.periods import USUAL_MONTHS
from projections.reports.proportions import Scope
from web.api.answer_fields import day, flag, many, part, said, texts, whole
from web.api.api_query import Answer, Query, Whole
from web.api.paged_lists import ReadSchema, reading
from web.api.report_resources import PLACE, MeasureSchema
from web.api.resources import Resource
from web.board_pack.board_pack_page import made_pack, of_a_place, record_position
from web.board_pack.pack_actions import PackAction, pack_actions
from web.board_pack.pack_document import target_words
from web.board_pack.pack_page import PrintedPage
from web.reports.report_query import ScopeField, within
from web.services import current_cases, report_cache
from web.site import access_control

blueprint = Resource(
    "board_pack",
    tag="Board pack",
    description="The board pack of a place: what each recommendation's figures say, in words. The figures are those of reports.",
    purpose="reports",
)


WHOSE = "Whose figures: area:, division: or team: and a name. Default: all that you answer for."


class PackQuery(Query):
    """Whose pack, over how many months."""

    of = ScopeField(
        load_default=Scope,
        metadata={"type": "string", "description": WHOSE, "pattern": PLACE, "example": "team:Gloucester"},
    )
    months = Whole(
        1,
        120,
        load_default=USUAL_MONTHS,
        metadata={"description": "The months of the period.", "example": USUAL_MONTHS},
    )


class PackRowSchema(Answer):
    """A row of a table in words."""

    cells = texts("Its cells, as the heads.")


class PackTableSchema(Answer):
    """A table in words."""

    title = said("Its title.")
    heads = texts("Its heads.")
    rows = many(PackRowSchema, "Its rows.")
    more = whole("Rows that found no room.")


class PackChartSchema(Answer):
    """A chart in words."""

    id = said("Its id.", example="quarters")
    title = said("What it shows.")
    says = said("The same in words.")


class PackPageSchema(Answer):
    """A page of the pack."""

    recommendation = whole("Of the ten of the inspection of 2004.", example=8)
    title = said("Its title.")
    asks = said("What the recommendation asks, in our words.")
    sentence = said("What the figures say.")
    state = said("How it stands.")
    failing = said("What failed.")
    cannot = said("What the record cannot show of it.")
    counted = said("What is counted.")
    report = said("The report with every figure.")
    table = part(PackTableSchema, "Its table; null: none.", null=True)
    charts = many(PackChartSchema, "Its charts.")


class PackActionSchema(Answer):
    """An agreed action of the place."""

    what = said("What is done.")
    owner = said("Who owns it; no officer is named.")
    by_when = day("By which day.")
    unit = said("Of which unit.")
    recommendation = whole("The recommendation that it answers.", null=True)
    overdue = flag("Whether it is overdue.")
    state = said("What the record shows of it, in a word.")


class BoardPackSchema(ReadSchema):
    """A board pack."""

    whose = said("Whose figures.")
    of = said("The place; empty: all that you answer for.", example="team:Gloucester")
    months = whole("The months of the period.", example=12)
    target = said("The target, and how sure it is.")
    withheld = flag("Whether figures are rounded, and those about few people withheld.")
    position = whole("How far the record went; null: not said while you have cases to read.", null=True)
    pages = many(PackPageSchema, "Its pages.")
    actions = many(PackActionSchema, "Actions agreed, the overdue first; none for a machine that may not read cases.")
    measures = many(MeasureSchema, "The definitions of its measures.")


@blueprint.one("/board-pack", "getBoardPack", BoardPackSchema, roles=MANAGERS, query=PackQuery, dear=True)
def get_board_pack(query: dict[str, Any]) -> dict[str, Any]:
    """The board pack of an area, a division or a team.

    404 for an officer, and where there is no such place that you answer for."""
    moment, who = current_cases.moment(), access_control.account()
    scope = within(query["of"], who, report_cache.duty_queries())
    wanted = of_a_place(ReportRequest(moment, query["months"], scope, who.answers_for))
    pack = made_pack(wanted)
    access_control.log("downloaded", detail=f"board pack by the API, {pack.whose}")
    return reading() | {
        "whose": pack.whose, "of": wanted.scope.spelled, "months": wanted.months, "target": target_words(board_pack()),
        "withheld": pack.withheld, "position": record_position(), "pages": [_page(one) for one in pack.pages],
        "actions": [_action(one) for one in pack_actions(pack.asked.holds)] if who.opens_cases else [],
        "measures": pack.definitions,
    }  # fmt: skip


def _page(one: PrintedPage) -> dict[str, Any]:
    page, table = one.page, one.table
    return {
        "recommendation": page.recommendation, "title": page.title, "asks": page.asks, "sentence": one.sentence,
        "state": one.state, "failing": one.failing, "cannot": page.cannot, "counted": one.counted, "report": page.report,
        "table": table and {
            "title": table.title, "heads": table.heads, "rows": [{"cells": row} for row in table.rows], "more": table.more,
        },
        "charts": [{"id": name, "title": drawn.title, "says": drawn.says} for name, drawn in one.charts.items()],
    }  # fmt: skip


def _action(one: PackAction) -> dict[str, Any]:
    return one._asdict()
