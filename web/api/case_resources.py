"""A case at a moment as JSON: its head, and its parts. As the pages of the case, asked of the same functions."""

from base64 import b64encode
from operator import attrgetter
from typing import Any

from flask import abort
from flask_smorest import abort as refuse

from domain.accounts.roles import READERS
from domain.aggregates.attached_files import TYPES
from projections.cases.entry_timeline import TimelineEntry
from projections.cases.supervision_chart import supervision_chart
from projections.inspections.reading_replies import open_readings
from projections.lists.known_names import offered
from projections.obligations.duty_state import Obligation
from web.api import case_parts
from web.api.answer_fields import CASE
from web.api.api_query import Query, choice, text
from web.api.case_schemas import (
    CaseAnswersSchema,
    CaseChartSchema,
    CaseFileContentSchema,
    CaseFileSchema,
    CaseHistorySchema,
    CaseReadingsSchema,
    CaseSchema,
)
from web.api.entry_answers import EntrySchema, timeline_entry
from web.api.given_duties import DutySchema, duty_answer
from web.api.paged_lists import ReadSchema, Rows, reading
from web.api.resources import Resource
from web.cases.attached_page import attached_file
from web.cases.due_tab import shows
from web.cases.opened_case import OpenedCase, opened_case
from web.cases.timeline_tab import KINDS, kind_of, newest_first
from web.presentation.formatting import long_date
from web.services import current_cases, current_inspections

blueprint = Resource(
    "cases",
    tag="A case",
    description="One case at a moment: its head, entries, duties, answers, chart, and how it was recorded.",
    purpose="supervision",
)

PATH = "/cases/<crn>/<int:number>"

EXAMPLE = dict(zip(("crn", "number"), CASE.split("/"), strict=True))


class CaseQuery(Query):
    """For which inspection."""

    inspection = text(
        "The id of an inspection that is open to you: its judgements count too. Without `as_at` and `known` the case is then read "
        "at the inspection's own moment.",
        example="gloucestershire-2005",
    )


class EntryFilters(CaseQuery):
    """Which entries."""

    kind = text("The heading under which entries are recorded.", example="Contact and absence")


class DutyFilters(CaseQuery):
    """Which duties."""

    show = choice(
        "Which duties: those that are `open` (due, overdue, or dispensed with for a while), those that are `late` (overdue, "
        "missed, or met late), or `all`, the default.", "open", "late", "all",
    )  # fmt: skip


class ChartQuery(CaseQuery):
    """What the chart shows."""

    duties = choice(
        "Which duties: those that are not done (`open`, the default), or those that were met too (`all`).",
        "open",
        "all",
    )


class CaseEntrySchema(EntrySchema, ReadSchema):
    """An entry of a case, read at a moment."""


@blueprint.one(PATH, "getCase", CaseSchema, roles=READERS, query=CaseQuery, read="received", path=EXAMPLE)
def case(_: dict[str, Any], crn: str, number: int) -> dict[str, Any]:
    """A case at a moment.

    What the case's overview shows. A case that had not begun by the day is given with `begun: false`."""
    return case_parts.case_answer(opened_case(crn, number))


@blueprint.paged(
    f"{PATH}/entries", "listCaseEntries", EntrySchema, roles=READERS, filters=EntryFilters, read="received", path=EXAMPLE,
    sort={"occurred_on": lambda item: item.fact.occurred_on, "recorded_at": lambda item: item.fact.recorded_at,
          "stored_at": lambda item: item.stored and item.stored.at}, default="-occurred_on",
)  # fmt: skip
def entries(query: dict[str, Any], crn: str, number: int) -> Rows[TimelineEntry]:
    """The entries of a case.

    Those known at the moment and dated by its day, the newest first; corrected ones as corrected, and withdrawn ones too."""
    opened = begun_case(crn, number)
    listed, kind = newest_first(opened), query.get("kind")
    if kind is not None:
        _check_kind(kind)
        listed = [item for item in listed if kind_of(item.fact) == kind]
    return Rows(
        listed, given=lambda item: timeline_entry(opened.reference, item, opened.reading.history),
        in_order=query["sort"].key == "occurred_on" and query["sort"].descending,
    )  # fmt: skip


@blueprint.one(
    f"{PATH}/entries/<entry:entry_id>", "getCaseEntry", CaseEntrySchema, roles=READERS, query=CaseQuery, read="received",
    path=EXAMPLE | {"entry_id": "0014"},
)  # fmt: skip
def entry(_: dict[str, Any], crn: str, number: int, entry_id: str) -> dict[str, Any]:
    """One entry of a case.

    404 where it is not on the file as it is read at the moment: it may have been recorded or dated later."""
    opened = begun_case(crn, number)
    item = next((item for item in opened.items if item.fact.entry == entry_id), None)
    if item is None:
        abort(404, "There is no such entry on this file as it is read here. It may have been recorded or dated later.")
    return timeline_entry(opened.reference, item, opened.reading.history) | reading()


@blueprint.paged(
    f"{PATH}/duties", "listCaseDuties", DutySchema, roles=READERS, filters=DutyFilters, read="received", path=EXAMPLE,
    sort={"due_on": attrgetter("due_on"), "arises_on": attrgetter("arises_on"), "clause": lambda duty: duty.clause.id},
)  # fmt: skip
def duties(query: dict[str, Any], crn: str, number: int) -> Rows[Obligation]:
    """The duties of a case.

    Those that had arisen by the day, with clause, citation, dates, state, and what raised and met each."""
    opened = begun_case(crn, number)
    found = list(filter(shows(opened, query.get("show", "all")), opened.arisen))
    return Rows(found, given=lambda duty: duty_answer(duty, opened.day, opened.reading.history))


@blueprint.one(
    f"{PATH}/answers",
    "getCaseAnswers",
    CaseAnswersSchema,
    roles=READERS,
    query=CaseQuery,
    read="received",
    path=EXAMPLE,
)
def answers(_: dict[str, Any], crn: str, number: int) -> dict[str, Any]:
    """The answers of a case.

    To the questions of the default framework or of the inspection's, by criterion, with the reasons and the case's own score."""
    return case_parts.answers_answer(begun_case(crn, number))


@blueprint.one(
    f"{PATH}/history",
    "getCaseHistory",
    CaseHistorySchema,
    roles=READERS,
    query=CaseQuery,
    read="received",
    path=EXAMPLE,
)
def history(_: dict[str, Any], crn: str, number: int) -> dict[str, Any]:
    """How a case was recorded.

    What of the file was stored late or taken over, and what rests on it. Replay, and then and now, are operations of their own."""
    return case_parts.history_answer(begun_case(crn, number))


@blueprint.one(f"{PATH}/readings", "getCaseReadings", CaseReadingsSchema, roles=READERS, path=EXAMPLE)
def readings(_: dict[str, Any], crn: str, number: int) -> dict[str, Any]:
    """How a case was read for inspections and audits.

    Those published or finished, with what was replied, what is to be learned, and the files attached."""
    opened = begun_case(crn, number)
    return case_parts.readings_answer(opened, open_readings(current_cases.repository(), opened.file))


@blueprint.paged(
    f"{PATH}/files", "listCaseFiles", CaseFileSchema, roles=READERS, path=EXAMPLE,
    sort={"attached_on": lambda one: one["attached_on"], "name": lambda one: one["name"]},
)  # fmt: skip
def files(_: dict[str, Any], crn: str, number: int) -> Rows[dict[str, Any]]:
    """The files attached to a case.

    To those of its readings that you may see; `getCaseFile` gives the files themselves."""
    opened = begun_case(crn, number)
    found = open_readings(current_cases.repository(), opened.file)
    return Rows(
        [
            case_parts.file_answer(opened.reference, one.name, one.opened.title, fact)
            for one in found
            for fact in one.attached
        ],
        given=dict,
    )


@blueprint.one(
    f"{PATH}/files/<inspection>/<entry_id>", "getCaseFile", CaseFileContentSchema, roles=READERS,
    path=EXAMPLE | {"inspection": "gloucestershire-2005", "entry_id": "0060"},
)  # fmt: skip
def file_itself(_: dict[str, Any], crn: str, number: int, inspection: str, entry_id: str) -> dict[str, Any]:
    """A file attached to a reading of a case, with its bytes.

    404 where there is none that you may see, or it was erased, or is kept elsewhere. The access log has each."""
    reference, opened = f"{crn}/{number}", current_inspections.inspection(inspection)
    fact, content = attached_file(reference, inspection, entry_id)
    return case_parts.file_answer(reference, inspection, opened.title, fact) | {
        "sha256": fact.sha256, "media": TYPES[fact.kind].media, "content": b64encode(content).decode("ascii"),
    }  # fmt: skip


@blueprint.one(
    f"{PATH}/chart", "getCaseChart", CaseChartSchema, roles=READERS, query=ChartQuery, read="received", path=EXAMPLE
)
def chart(query: dict[str, Any], crn: str, number: int) -> dict[str, Any]:
    """The supervision of a case at a glance.

    The data of the strip chart: contacts, risk, assessments, enforcement, oversight and duties, by lane."""
    opened = begun_case(crn, number)
    made = supervision_chart(opened.reading, met=query.get("duties") == "all")
    return {"case": opened.reference, **case_parts.chart_fields(made, opened.reading.history), **reading()}


def begun_case(crn: str, number: int) -> OpenedCase:
    """The case at the moment; 404 where it is not open to the reader, and in words where supervision had not begun."""
    opened = opened_case(crn, number)
    if not opened.reading.has_begun:
        begins = case_parts.begins_on(opened)
        since = f" It begins on {long_date(begins)}." if begins is not None else ""
        here = " as received here" if opened.reading.moment.received else ""
        abort(404, f"Supervision under {opened.reference} had not begun by {long_date(opened.day)}{here}.{since}")
    return opened


def _check_kind(kind: str) -> None:
    if kind not in KINDS:
        refuse(404, messages={"query": {"kind": [f"There is no kind of entry called {kind}. {offered(kind, KINDS)}"]}})
