"""What changed on the cases of the reader, past verdicts that are others now, and what was stored late, as JSON."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_smorest import abort as refuse

from domain.accounts.roles import WORKERS
from domain.entries.case_entries import Entry
from domain.entries.code_lists import RISK_LEVELS
from projections.changes.caseload_changes import KINDS
from projections.changes.change_lines import ChangeLine
from projections.changes.changed_cases import ChangedCases, counted
from projections.changes.past_verdicts import Verdict, VerdictChange
from projections.lists.attributes import Rows as Attributed
from projections.lists.late_cases import LateCase, duties_on_late, entries_listed
from web.api.answer_fields import code, day, flag, instant, many, part, reference, said, whole
from web.api.api_query import DAY, Answer, Query, choice, text
from web.api.case_facts import CaseFactsSchema, asked_filters, case_facts, refuse_unknown
from web.api.desk_answers import own_entry
from web.api.entry_answers import StoredSchema, stored_answer
from web.api.given_duties import DutyFactsSchema, duty_facts
from web.api.paged_lists import ReadSchema, Rows, Sliced, reading
from web.api.resources import Resource
from web.desk import changes_panel
from web.desk.changes_page import FILTERS, Asked, FoundChanges, default_first, found_changes
from web.desk.verdicts_page import Asked as AskedVerdicts
from web.desk.verdicts_page import asked_verdicts, verdict_lines
from web.presentation.phrases import fact_title, type_title
from web.services import current_cases
from web.services.late_counts import late_cases
from web.site.date_field import SampleDate

blueprint = Resource(
    "changes",
    tag="Changes",
    description="What changed on your cases, verdicts of the past that are others now, and what was stored late.",
    purpose="supervision",
)

VERDICT = ("in_time", "late")


class SinceFilters(Query):
    """Since when, and whose cases."""

    since = SampleDate(
        metadata={
            "type": "string", "example": "2005-12-15", "pattern": DAY,
            "description": "From the end of this day, on or before `as_at`. Default: since you marked what changed as seen; of "
            "verdicts and on a past day, five working days back.",
        }
    )  # fmt: skip
    division = text("Cases held in this division on the day.", example="South")
    team = text("Cases held by this team on the day.", example="Gloucester")
    officer = text("Cases held by this officer on the day.", example="Helen Sallis")


class ChangeFilters(SinceFilters):
    """Which changes."""

    kind = choice("Changes of this kind alone.", *KINDS)
    older = choice("Whether changes of long ago, which nobody marked as seen, are left out (`folded`, the default) or `shown`.",
                   "folded", "shown")  # fmt: skip


class RaisedSchema(Answer):
    """A level of risk of harm that was raised."""

    was = code("The level before; null: not assessed.", *RISK_LEVELS, null=True)
    now = code("The level after.", *RISK_LEVELS)
    on = day("From when it holds.")


class MappaRaisedSchema(Answer):
    """A MAPPA level that was raised."""

    was = whole("The level before; null: none.", 1, null=True)
    now = whole("The level after.", 2)
    on = day("From when it holds.")


class ArrivedSchema(Answer):
    """A case that was not held here."""

    officer = said("Who held it; null: it is a new case.", null=True)
    team = said("The team that held it; null: it is a new case.", null=True)
    on = day("Since when it is held here.")


class VerdictChangeSchema(Answer):
    """A duty whose verdict is another one."""

    was = code("The verdict then; null: it had not fallen due, or was not there.", *VERDICT, null=True)
    now = code("The verdict now; null: it is not asked any more.", *VERDICT, null=True)
    duty = part(DutyFactsSchema, "The duty.")
    entry = said("The entry that did it; null: nothing says which, or it is in another file of the person.", null=True)
    what = said("What that entry is; null: nothing says which.", null=True)
    occurred_on = day("The day of that entry.", null=True)
    recorded_at = instant("When it was recorded.", null=True)
    days_after = whole("Working days from its day to its recording; null: no entry.", 5, null=True)


class ChangeSchema(CaseFactsSchema):
    """What changed on a case."""

    on = day("The day of the last change.")
    stays = flag("Whether it stays listed until the case is opened.")
    risk_raised = part(RaisedSchema, "A level of risk raised; null: none was.", null=True)
    mappa_raised = part(MappaRaisedSchema, "A MAPPA level raised; null: none was.", null=True)
    arrived = part(ArrivedSchema, "That the case has come here; null: it was here.", null=True)
    absences = many(DutyFactsSchema, "Absences to be decided.")
    overdue = many(DutyFactsSchema, "Newly overdue duties.")
    past = many(VerdictChangeSchema, "Past verdicts that changed.")


class KindCountsSchema(Answer):
    """Cases with changes, by kind."""

    harm = whole("Risk or MAPPA level raised.", 1)
    absences = whole("Absences to decide.", 0)
    overdue = whole("Newly overdue.", 3)
    transfers = whole("Transfers in.", 0)
    past = whole("Past verdicts changed.", 2)


class GroupSchema(Answer):
    """The changes of an officer."""

    officer = said("The officer; empty: nobody in post.")
    counts = part(KindCountsSchema, "Their cases with changes.")


class TeamChangesSchema(Answer):
    """The changes of a team."""

    team = said("The team.", "Gloucester")
    counts = part(KindCountsSchema, "Its cases with changes.")


class ImportRunSchema(Answer):
    """An import that brought entries on your cases."""

    source = said("For which source; empty: none.", "crams")
    at = instant("When its last entry was stored.")
    entries = whole("Entries on your cases.", 40)
    cases = whole("Of how many cases.", 12)
    turned = whole("Cases on which past verdicts changed, which are counted here and not listed.", 2)


class ChangeFiguresSchema(ReadSchema):
    """How much changed."""

    since = day("From the end of this day; null: since you marked what changed as seen.", null=True)
    says = said("Since when, in words; null: two days are compared.", null=True)
    counts = part(KindCountsSchema, "Cases with changes, by kind, whatever `kind` asks for.")
    officers = many(GroupSchema, "The same by officer, of all your cases.")
    teams = many(TeamChangesSchema, "The same by team.")
    old = whole("Cases whose changes are folded away, being of long ago.", 0)
    imports = many(ImportRunSchema, "Imports since then.")


class VerdictRowSchema(VerdictChangeSchema):
    """A verdict that differs, with its case."""

    case = reference()
    name = said("The name of the person, or why it is not shown.")


class WaySchema(Answer):
    """What became what, and how often."""

    says = said("In words.", "late → in time")
    verdicts = whole("How many.", 4)


class VerdictFiguresSchema(ReadSchema):
    """Then and now for a whole caseload."""

    since = day("The day, as the file stood at its end.")
    stood = whole("Verdicts that there were then.", 1200)
    changed = whole("Verdicts that are others now and fit the filters.", 9)
    ways = many(WaySchema, "What became what, the most frequent first.")


class LateFilters(Query):
    """Whose cases."""

    officer = text("Cases held by this officer on the day.", example="Helen Sallis")


class StoredLateCaseSchema(Answer):
    """A case with entries stored late."""

    case = reference()
    name = said("The name of the person, or why it is not shown.")
    officer = said("Who holds it; empty: nobody is in post.")
    team = said("The team.", "Gloucester")
    entries = whole("Entries stored late.", 3)
    duties = whole("Duties whose verdict rests on them.", 1)


class StoredLateEntrySchema(Answer):
    """An entry stored late."""

    case = reference()
    officer = said("Who holds the case; empty: nobody is in post.")
    team = said("The team.", "Gloucester")
    entry = said("The id of the entry.", "0014")
    type = said("The type of entry.", "AppointmentMade")
    title = said("What it is, in words.")
    occurred_on = day("The day on which it happened.")
    recorded_at = instant("When it was recorded.")
    stored = part(StoredSchema, "How it was stored.")


Row = Mapping[str, Any]


@blueprint.paged("/changes", "listChanges", ChangeSchema, roles=WORKERS, filters=ChangeFilters)
def changes(query: dict[str, Any]) -> Rows[Row]:
    """What changed on your cases.

    A case a row, the gravest first. A change and its reversal are no change. Nothing is marked as seen by this."""
    found = _found(query)

    def rows(first: int, last: int) -> list[Row]:
        lines = changes_panel.shown_lines(found.found, found.order.cases[first:last])
        names = changes_panel.names_of(lines)
        return [_change(line, names[line.case.reference]) for line in lines]

    return Rows(Sliced(len(found.order.cases), rows), given=dict)


@blueprint.one("/changes/figures", "getChanges", ChangeFiguresSchema, roles=WORKERS, query=ChangeFilters)
def change_figures(query: dict[str, Any]) -> dict[str, Any]:
    """How much changed on your cases.

    By kind, officer and team, with the imports that brought it."""
    asked = _asked(query)
    found, listed, order, lately = found_changes(asked)
    rows = ChangedCases.of(found, listed)
    return {
        "since": asked.first, "says": None if lately is None else changes_panel.since_words(lately),
        "counts": counted(found, listed & asked.fitting(found)),
        "officers": [{"officer": name, "counts": counts} for name, counts in rows.by("officer", found)],
        "teams": [{"team": name, "counts": counts} for name, counts in rows.by("team", found)],
        "old": 0 if lately is None else len(order.old),
        "imports": [] if lately is None else [
            {"source": run.source, "at": run.at, "entries": run.entries, "cases": len(run.cases), "turned": lately.turned_by(run)}
            for run in lately.imports
        ],
        **reading(),
    }  # fmt: skip


@blueprint.paged("/changes/verdicts", "listVerdictChanges", VerdictRowSchema, roles=WORKERS, filters=SinceFilters)
def verdicts(query: dict[str, Any]) -> Rows[Row]:
    """Verdicts of the past that are others now.

    Then and now for a whole caseload: as the file stood at the end of a day, and as known at the moment."""
    asked = _verdicts(query)

    def rows(first: int, last: int) -> list[Row]:
        lines = verdict_lines(asked, first, last)
        names = current_cases.names(line.reference for line in lines)
        return [_verdict(line) | {"case": line.reference, "name": names[line.reference]} for line in lines]

    return Rows(Sliced(len(asked.found), rows), given=dict)


@blueprint.one(
    "/changes/verdicts/figures", "getVerdictChanges", VerdictFiguresSchema, roles=WORKERS, query=SinceFilters
)
def verdict_figures(query: dict[str, Any]) -> dict[str, Any]:
    """How many verdicts of the past are others now."""
    asked = _verdicts(query)
    return {
        "since": asked.first, "stood": asked.every.stood, "changed": len(asked.found),
        "ways": [{"says": words, "verdicts": count} for words, count in asked.ways], **reading(),
    }  # fmt: skip


@blueprint.paged(
    "/stored-late", "listStoredLate", StoredLateCaseSchema, roles=WORKERS, filters=LateFilters,
    sort={"case": lambda case: case.reference, "entries": lambda case: case.entries, "officer": lambda case: case.place.officer},
)  # fmt: skip
def stored_late(query: dict[str, Any]) -> Rows[LateCase]:
    """Cases with entries stored late.

    Longer after they were recorded than is normal for their source."""
    cases = late_cases()
    officer = query.get("officer")
    if officer is not None:
        there = sorted({one.place.officer for one in cases.cases})
        if officer not in there:
            said_ = f"Nothing was stored late on cases of {officer}. There are: {', '.join(there) or 'none'}."
            refuse(404, messages={"query": {"officer": [said_]}})
        cases = cases.within(lambda place: place.officer == officer)
    book, framework = current_cases.repository(), current_cases.framework()

    def given(case: LateCase) -> dict[str, Any]:
        names = current_cases.names([case.reference])
        return {
            "case": case.reference, "name": names[case.reference], "officer": case.place.officer, "team": case.place.team,
            "entries": case.entries, "duties": duties_on_late(book, case.reference, cases.moment, framework),
        }  # fmt: skip

    return Rows(cases.cases, given=given, case=lambda case: case.reference)


@blueprint.paged("/stored-late/entries", "listStoredLateEntries", StoredLateEntrySchema, roles=WORKERS)
def stored_late_entries(_: dict[str, Any]) -> Rows[Any]:
    """Each entry stored late, by case."""
    found = list(entries_listed(current_cases.repository(), late_cases()))
    return Rows(
        found,
        given=lambda row: {
            "case": row[0].reference, "officer": row[0].place.officer, "team": row[0].place.team, "entry": row[1].entry,
            "type": type(row[1]).__name__, "title": type_title(type(row[1]).__name__), "occurred_on": row[1].occurred_on,
            "recorded_at": row[1].recorded_at, "stored": stored_answer(row[2]),
        },
        case=lambda row: str(row[0].reference),
    )  # fmt: skip


def _first(query: Mapping[str, Any]) -> date | None:
    """The day to compare with; 404 where it is after the day read."""
    since: date | None = query.get("since")
    on = current_cases.moment().on
    if since is not None and since > on:
        refuse(
            404,
            messages={"query": {"since": [f"There is nothing to compare: it must be on or before {on.isoformat()}."]}},
        )
    return since or default_first(on)


def _asked(query: Mapping[str, Any]) -> Asked:
    return Asked(_first(query), asked_filters(FILTERS, query), query.get("kind"), query.get("older") == "shown")


def _found(query: Mapping[str, Any]) -> FoundChanges:
    asked = _asked(query)
    found = found_changes(asked)
    reached = current_cases.reached()
    every: Attributed = ChangedCases(reached.selection, reached.numbers)
    refuse_unknown(asked.filters, every)
    return found


def _verdicts(query: Mapping[str, Any]) -> AskedVerdicts:
    filters, reached = asked_filters(FILTERS, query), current_cases.reached()
    refuse_unknown(filters, ChangedCases(reached.selection, reached.numbers))
    return asked_verdicts(_first(query), filters)


def _change(line: ChangeLine, name: str) -> dict[str, Any]:
    arrived, on = line.arrived, line.case.day
    was = None if arrived is None else arrived.was
    return case_facts(line.case, name) | {
        "on": line.day, "stays": line.stays, "risk_raised": line.risk, "mappa_raised": line.mappa,
        "arrived": None if arrived is None else {
            "officer": None if was is None else was.officer, "team": None if was is None else was.team, "on": arrived.on,
        },
        "absences": [duty_facts(one.obligation, on) for one in line.absences],
        "overdue": [duty_facts(one.obligation, on) for one in line.overdue], "past": [_verdict(one) for one in line.past],
    }  # fmt: skip


def _verdict(line: VerdictChange) -> dict[str, Any]:
    fact: Entry | None = next(iter(line.because), None)
    return {
        "was": _said(line.was), "now": _said(line.now), "duty": duty_facts(line.obligation, current_cases.moment().on),
        "entry": own_entry(fact.entry) if fact is not None else None, "what": None if fact is None else fact_title(fact),
        "occurred_on": None if fact is None else fact.occurred_on, "recorded_at": None if fact is None else fact.recorded_at,
        "days_after": line.days_after,
    }  # fmt: skip


def _said(verdict: Verdict) -> str | None:
    return None if verdict is None else VERDICT[0 if verdict else 1]
