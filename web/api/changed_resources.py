"""What changed on the cases of the reader, past verdicts that are others now, and what was stored late, as JSON."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask_smorest import abort as refuse

from domain.accounts.roles import WORKERS
from domain.entries.case_entries import Entry
from projections.changes.caseload_changes import KINDS
from projections.changes.change_lines import ChangeLine
from projections.changes.changed_cases import ChangedCases, counted
from projections.changes.past_verdicts import Verdict, VerdictChange
from projections.lists.late_cases import LateCase, duties_on_late, entries_listed
from web.api.api_query import Query, choice, day_asked, text
from web.api.case_facts import asked_filters, case_facts
from web.api.change_schemas import (
    VERDICT,
    ChangeFiguresSchema,
    ChangeSchema,
    StoredLateCaseSchema,
    StoredLateEntrySchema,
    VerdictFiguresSchema,
    VerdictRowSchema,
)
from web.api.desk_answers import own_entry
from web.api.entry_answers import stored_answer
from web.api.given_duties import duty_facts
from web.api.paged_lists import Rows, Sliced, reading
from web.api.resources import Resource
from web.desk import changes_panel
from web.desk.changes_page import FILTERS, Asked, FoundChanges, default_first, found_changes
from web.desk.verdicts_page import Asked as AskedVerdicts
from web.desk.verdicts_page import asked_verdicts, verdict_lines
from web.presentation.fact_words import fact_title, type_title
from web.services import current_cases
from web.services.late_counts import late_cases

blueprint = Resource(
    "changed",
    tag="Changed",
    description="What changed on your cases, verdicts of the past that are others now, and what was stored late.",
    purpose="supervision",
)


class SinceFilters(Query):
    """Since when, and whose cases."""

    since = day_asked(
        "From the end of this day, on or before `as_at`. Default: since you marked what changed as seen; of "
        "verdicts and on a past day, five working days back.",
        "2005-12-15",
    )
    division = text("Cases held in this division on the day.", example="South")
    team = text("Cases held by this team on the day.", example="Gloucester")
    officer = text("Cases held by this officer on the day.", example="Helen Sallis")


class ChangeFilters(SinceFilters):
    """Which changes."""

    kind = choice("Changes of this kind alone.", *KINDS)
    older = choice("Whether changes of long ago, which nobody marked as seen, are left out (`folded`, the default) or `shown`.",
                   "folded", "shown")  # fmt: skip


class LateFilters(Query):
    """Whose cases."""

    officer = text("Cases held by this officer on the day.", example="Helen Sallis")


Row = Mapping[str, Any]


@blueprint.paged("/changed", "listChanged", ChangeSchema, roles=WORKERS, filters=ChangeFilters)
def changes(query: dict[str, Any]) -> Rows[Row]:
    """What changed on your cases.

    A case a row, the gravest first. A change and its reversal are no change. Nothing is marked as seen by this."""
    found = _found(query)

    def rows(first: int, last: int) -> list[Row]:
        lines = changes_panel.shown_lines(found.found, found.order.cases[first:last])
        names = changes_panel.names_of(lines)
        return [_change(line, names[line.case.reference]) for line in lines]

    return Rows(Sliced(len(found.order.cases), rows), given=dict)


@blueprint.one("/changed/figures", "getChanged", ChangeFiguresSchema, roles=WORKERS, query=ChangeFilters)
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


@blueprint.paged("/changed/verdicts", "listChangedVerdicts", VerdictRowSchema, roles=WORKERS, filters=SinceFilters)
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
    "/changed/verdicts/figures", "getChangedVerdicts", VerdictFiguresSchema, roles=WORKERS, query=SinceFilters
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
    cases, officer = late_cases(), asked_filters(("officer",), query).wanted["officer"]
    if officer:
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
    return found_changes(_asked(query))


def _verdicts(query: Mapping[str, Any]) -> AskedVerdicts:
    return asked_verdicts(_first(query), asked_filters(FILTERS, query))


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
