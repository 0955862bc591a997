"""The desk as JSON: its lists, what is to be done, a case manager's day, the summary of teams, what waits to be countersigned."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import abort

from domain.accounts.roles import MANAGERS, WORKERS
from domain.policy.standards.edition_files import national_standards
from projections.cases.caseload import DutyLine, LateLine, NoticeLine
from projections.lists.todo_bands import BANDS
from projections.lists.todo_counts import TodoCounts, laid_kinds
from projections.lists.todo_items import COUNTERSIGNING, for_manager
from projections.lists.todo_lines import TodoLine, lines_of
from projections.lists.work_lists import LISTS, DeskList
from web.api import desk_answers
from web.api.api_query import Query, choice, day_asked, text
from web.api.case_facts import CaseFilters, PlaceFilters, asked_filters, case_facts
from web.api.desk_schemas import (
    CountersignSchema,
    DeskSchema,
    DutyLineSchema,
    NoticeLineSchema,
    OutcomeSchema,
    RecordedLateSchema,
    SummarySchema,
    TodaySchema,
    TodoBlockSchema,
)
from web.api.paged_lists import Rows, Sliced, reading
from web.api.resources import Resource
from web.desk import summary_page, today_page, todo_page
from web.desk.desk_lists import LATE, NOTICED, OWED, AskedList, asked_list, filters_of
from web.desk.desk_reading import desk_reading
from web.desk.record_head import record_head
from web.desk.todo_page import FILTERS, TodoList
from web.desk.waiting_requests import waiting_requests
from web.recording.outcomes_page import OWN
from web.recording.visits_to_record import visits_of
from web.services import current_cases
from web.services.asked_of_reader import assessment_of, waits_for_officer
from web.services.late_counts import late_cases
from web.site import access_control, clock

blueprint = Resource(
    "desk",
    tag="Desk",
    description="What is to be done: lists by kind and by case, a case manager's day, the summary of teams.",
    purpose="supervision",
)

OF_DUTIES, OF_NOTICES = (
    [listed.id for listed in LISTS.values() if listed.holds == holds] for holds in ("duties", "notices")
)
LATE_LIST = next(listed for listed in LISTS.values() if listed.holds == "late")


class ListFilters(CaseFilters, PlaceFilters):
    """Which rows."""


class DutyFilters(ListFilters):
    """Which duties."""

    clause = text("The id of a clause.", example="plan-review")


class TodoFilters(PlaceFilters):
    """Which of what is to be done."""

    kind = text("Its kind, as rows give it.", example="contact")
    band = choice("The band of the case.", *BANDS)
    show = choice(
        "What is folded away in place of the list: items on `ended` cases, those more than a year `old`, or those that you have "
        "`snoozed`.", "ended", "old", "snoozed",
    )  # fmt: skip


class DayQuery(Query):
    """Which day."""

    day = day_asked("The day of the appointments. Default: today.", "2005-12-22")


@blueprint.one("/desk", "getDesk", DeskSchema, roles=WORKERS)
def desk(_: dict[str, Any]) -> dict[str, Any]:
    """The desk.

    How long each of its lists is, to which day the record is complete, what is near and what is folded away."""
    read, on = desk_reading(), current_cases.moment().on
    head, counts = record_head(read.counted), TodoCounts.of(read.items)
    laid = laid_kinds(read.items, national_standards().on(on), read.lists["contact-missed"].lines)
    waiting = waiting_requests() if access_control.account().leads_teams else []
    return {
        "cases": len(read.counted.current), "high_risk": read.high,
        "complete_to": None if head is None else head.complete_to, "extract_at": None if head is None else head.came_at,
        "late_sources": [{"source": one.name, "normal_days": one.delay.days} for one in (head.late if head else ())],
        "lists": [_count(listed) for listed in LISTS.values()],
        "soon": counts.soon, "arranged": counts.arranged, "clocks": counts.clocks, "folded_ended": counts.ended,
        "folded_old": counts.old, "snoozed": len(read.hidden_items), "nothing_in": laid.nothing_in,
        "not_laid": list(laid.not_laid), "not_shown": laid.not_shown, "stored_late": late_cases().entries,
        "requests": [
            {"number": one.number, "says": one.words, "asked_by": access_control.recorder_name(one.asked.asked_by),
             "asked_at": one.asked.asked_at}
            for one in waiting
        ],
        **reading(),
    }  # fmt: skip


def _count(listed: DeskList) -> dict[str, Any]:
    count = desk_reading().lists[listed.id]
    return {
        "id": listed.id, "group": listed.group, "title": listed.title, "says": listed.says, "holds": listed.holds,
        "lines": count.lines, "cases": count.cases, "ended": count.ended,
    }  # fmt: skip


Row = Mapping[str, Any]


@blueprint.paged(
    "/desk/duties/<name>", "listDeskDuties", DutyLineSchema, roles=WORKERS, filters=DutyFilters, sort=OWED,
    path={"name": "overdue"},
)  # fmt: skip
def desk_duties(query: dict[str, Any], name: str) -> Rows[Row]:
    """A list of duties of the desk.

    Such as `overdue`, `due-in-7-days`, `due-in-28-days`, `contact-missed` or `absences`; `getDesk` names them all."""
    return _listed(_named(name, OF_DUTIES), query)


@blueprint.paged(
    "/desk/notices/<name>", "listDeskNotices", NoticeLineSchema, roles=WORKERS, filters=ListFilters, sort=NOTICED,
    path={"name": OF_NOTICES[0]},
)  # fmt: skip
def desk_notices(query: dict[str, Any], name: str) -> Rows[Row]:
    """A list of notices of the desk.

    What must be looked at, whatever duties are laid; `getDesk` names the lists."""
    return _listed(_named(name, OF_NOTICES), query)


@blueprint.paged(
    "/desk/recorded-late", "listRecordedLate", RecordedLateSchema, roles=WORKERS, filters=ListFilters, sort=LATE,
    default="-recorded",
)  # fmt: skip
def recorded_late(query: dict[str, Any]) -> Rows[Row]:
    """Entries recorded late in the last four weeks.

    More than one working day after the day they are dated."""
    return _listed(LATE_LIST, query)


def _named(name: str, among: Sequence[str]) -> DeskList:
    if name not in among:
        abort(404, f"There is no such list called {name}; there are {', '.join(among)}.")
    return LISTS[name]


def _listed(listed: DeskList, query: Mapping[str, Any]) -> Rows[Row]:
    asked: AskedList = asked_list(listed, asked_filters(filters_of(listed), query), query["sort"])

    def rows(first: int, last: int) -> list[Row]:
        lines: Sequence[DutyLine | NoticeLine | LateLine] = asked.lines(first, last)
        names = current_cases.names(line.case.reference for line in lines)
        return [desk_answers.list_row(line, names) for line in lines]

    return Rows(Sliced(len(asked.rows), rows), given=dict, in_order=True)


@blueprint.paged("/desk/to-do", "listToDo", TodoBlockSchema, roles=WORKERS, filters=TodoFilters)
def to_do(query: dict[str, Any]) -> Rows[Row]:
    """What is to be done, by case.

    The gravest first. For who leads a team: theirs, then their officers'; for a case manager: what they owe within a week."""
    asked = _todo(query)

    def rows(first: int, last: int) -> list[Row]:
        shown = asked.between(first, last)
        names = current_cases.names(block.case.reference for part in shown for block in part.blocks)
        return [desk_answers.todo_block(part.part.id, block, names) for part in shown for block in part.blocks]

    return Rows(Sliced(asked.total, rows), given=dict)


def _todo(query: Mapping[str, Any]) -> TodoList:
    if access_control.account().holds_cases and query.get("show") != "snoozed":
        return _own_todo(query)
    return todo_page.asked_list(query.get("show", ""), asked_filters(FILTERS, query))


def _own_todo(query: Mapping[str, Any]) -> TodoList:
    """A case manager's own list, filtered as others are."""
    own = today_page.own_todo()
    filters, part = asked_filters(FILTERS, query), own.parts[0]
    return TodoList(own.reading, [part._replace(items=part.items.only(filters.fit(part.items)))], filters)


@blueprint.paged("/desk/to-countersign", "listToCountersign", CountersignSchema, roles=MANAGERS, filters=PlaceFilters)
def to_countersign(query: dict[str, Any]) -> Rows[Row]:
    """Assessments that wait for a countersignature.

    Those returned to their officers among them. It is given on the site: a person's own act."""
    read = desk_reading()
    found = read.items.only(
        read.items.of_kinds(frozenset((COUNTERSIGNING,))) & read.items.managers & for_manager(read.items)
    )
    filters = asked_filters(("area", "division", "team", "officer"), query)
    items = found.only(filters.fit(found))
    items = items.only(items.blocks.items)

    def rows(first: int, last: int) -> list[Row]:
        some = items.only(slice(first, last))  # type: ignore[arg-type]
        lines = lines_of(some, read.counted.snapshots(some.case), current_cases.entries_of)
        access_control.shown(*(line.case.reference for line in lines))
        names = current_cases.names(line.case.reference for line in lines)
        return [_countersign(line, names) for line in lines]

    return Rows(Sliced(len(items), rows), given=dict)


def _countersign(line: TodoLine, names: Mapping[str, str]) -> Row:
    assessment = assessment_of(line.obligation, line.notice)
    return case_facts(line.case, names[line.case.reference]) | {
        "assessment": assessment, "line": desk_answers.todo_line(line),
        "with_officer": assessment is not None and waits_for_officer(line.case.reference, assessment),
    }  # fmt: skip


@blueprint.one("/desk/today", "getToday", TodaySchema, roles=("case_manager",))
def today(_: dict[str, Any]) -> dict[str, Any]:
    """A case manager's day.

    Appointments, outcomes to record, what was returned, and how much is to be done. A machine is given that of all its places."""
    found, on = today_page.todays_work(), current_cases.moment().on
    names, (part,) = current_cases.names(found.references), found.todo.parts
    visits = [(one.made.for_on, desk_answers.visit_answer(one, names)) for one in found.booked]
    return {
        "appointments": [row for day, row in visits if day == on], "week": [row for day, row in visits if day > on],
        "returned": [desk_answers.returned_answer(one, names) for one in found.returned],
        "outcomes": [
            desk_answers.todo_line(line) | {"case": line.case.reference, "name": names[line.case.reference]}
            for line in found.outcomes
        ],
        "to_record": found.to_record, "todo_cases": part.people, "todo": len(part.items), "managers": found.managers,
        "undecided": found.undecided, **reading(),
    }  # fmt: skip


@blueprint.one("/desk/summary", "getSummary", SummarySchema, roles=("divisional_manager", "area_manager"))
def summary(_: dict[str, Any]) -> dict[str, Any]:
    """Teams by what is to be done.

    Each case counts once, in the first band that fits."""
    teams = summary_page.team_lines()
    return {
        "teams": [
            {"area": one.area, "division": one.division, "team": one.team, "cases": one.cases, "high_risk": one.high,
             "bands": dict(one.bands)}
            for one in teams
        ],
        "bands": {letter: sum(one.bands[letter] for one in teams) for letter in BANDS}, **reading(),
    }  # fmt: skip


@blueprint.paged("/desk/outcomes", "listOutcomesToRecord", OutcomeSchema, roles=OWN, filters=DayQuery, read="undated")
def outcomes(query: dict[str, Any]) -> Rows[Row]:
    """The outcomes of a day.

    Its appointments on your own cases (of a machine: those of its places), and earlier ones without an outcome, as the files stand
    now."""
    found = visits_of(query.get("day") or clock.today())
    every = [("waiting", one) for one in found.rows] + [("told", one) for one in found.told]
    every += [("earlier", one) for one in found.earlier]

    def rows(first: int, last: int) -> list[Row]:
        names = current_cases.names({one.reference for _, one in every[first:last]}, current_cases.today())
        return [desk_answers.visit_answer(one, names) | {"part": part} for part, one in every[first:last]]

    return Rows(Sliced(len(every), rows), given=dict, case=lambda row: str(row["case"]))
