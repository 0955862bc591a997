"""The caseload as JSON: the cases that the reader may open, with what is overdue, missed and next of each."""

from collections.abc import Mapping
from typing import Any

from domain.accounts.roles import READERS
from projections.cases.caseload import CaseLine
from web.api.answer_fields import day, part, texts, whole
from web.api.api_query import Answer, choice
from web.api.case_facts import CaseFactsSchema, CaseFilters, asked_filters, case_facts
from web.api.paged_lists import ReadSchema, Rows, Sliced, reading
from web.api.resources import Resource
from web.cases.caseload_page import COLUMNS, FILTERS, AskedCases, asked_cases
from web.presentation.sorting import Order
from web.services import current_cases

blueprint = Resource(
    "caseload", tag="Caseload", description="The cases that you may open, and their figures.", purpose="supervision"
)


class CaseLineSchema(CaseFactsSchema):
    """A case of the caseload."""

    overdue = whole("Duties of the national standards that are overdue.", 2)
    missed = whole("Times for contact that have passed with too few contacts.", 1)
    next_due_on = day("The earliest due date of a duty that is due; null: none is.", "2005-10-14", null=True)


class CaseloadFilters(CaseFilters):
    """Which cases."""

    show = choice(
        "Which cases: those that had not ended by the day (`current`, the default), of these those with something `overdue` "
        "or at `high_risk` of harm, those that had `ended`, or `all`.",
        "current", "overdue", "high_risk", "ended", "all",
    )  # fmt: skip


class CaseChoicesSchema(Answer):
    """The values of each filter that cases have."""

    team = texts("Teams.")
    officer = texts("Officers.")
    order = texts("Kinds of order.")
    tier = texts("Tiers.")
    risk = texts("Levels of risk of harm.")


class CaseloadSchema(ReadSchema):
    """The figures of a caseload."""

    current = whole("Cases that you may open and that had not ended, whatever the filters.", 60)
    listed = whole("Cases that fit the filters.", 60)
    overdue = whole("Those of them with something overdue.", 12)
    high_risk = whole("Those of them at high risk of harm.", 7)
    choices = part(CaseChoicesSchema, "What can be asked for: the values that your cases have.")


Named = tuple[CaseLine, str]


@blueprint.paged(
    "/cases", "listCases", CaseLineSchema, roles=READERS, filters=CaseloadFilters, sort=COLUMNS, default="-overdue"
)
def list_cases(query: dict[str, Any]) -> Rows[Named]:
    """The cases that you may open.

    By what is overdue, the most first, unless `sort` says otherwise."""
    asked = _asked(query, query["sort"])

    def lines(first: int, last: int) -> list[Named]:
        found = asked.lines(first, last)
        names = current_cases.names(line.case.reference for line in found)
        return [(line, names[line.case.reference]) for line in found]

    return Rows(Sliced(len(asked.rows), lines), given=_given, in_order=True)


@blueprint.one("/cases/figures", "getCaseload", CaseloadSchema, roles=READERS, query=CaseloadFilters)
def caseload(query: dict[str, Any]) -> dict[str, Any]:
    """The figures of your caseload.

    How many cases there are, and by what they can be filtered."""
    asked = _asked(query, Order("case"))
    return {
        "current": asked.current, "listed": len(asked.rows), "overdue": asked.overdue, "high_risk": asked.high_risk,
        "choices": asked.filters.choices(asked.every), **reading(),
    }  # fmt: skip


def _asked(query: Mapping[str, Any], order: Order) -> AskedCases:
    return asked_cases(query.get("show", "current"), asked_filters(FILTERS, query), order)


def _given(row: Named) -> dict[str, Any]:
    line, name = row
    return case_facts(line.case, name) | {
        "overdue": line.overdue, "missed": line.missed, "next_due_on": line.next_due_on
    }  # fmt: skip
