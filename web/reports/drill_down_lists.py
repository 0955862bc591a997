"""The lists behind the figures of a report: its duties, its cases, the entries recorded late, the duties to come."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple, Protocol, TypeVar

from werkzeug.exceptions import BadRequest

from domain.entries.code_lists import label
from domain.policy.measures.measure import Measure
from domain.policy.measures.measure_files import reports
from projections.columns.column_schema import Array
from projections.history.history import end_of_day
from projections.lists.duty_list import DutyList, ListedDuty
from projections.obligations.duty_state import DONE, IN_TIME, state_in
from projections.reports.counted_apart import apart_among
from projections.reports.duty_results import WEEKS
from projections.reports.enforcement_paths import ENDINGS
from projections.reports.protected_groups import group_of
from web.presentation.answer_reasons import became
from web.presentation.apart_words import apart_said
from web.presentation.fact_words import type_title
from web.presentation.formatting import count_noun, short_date
from web.presentation.table_files import Column
from web.reports.drill_down_query import DrillDownQuery
from web.reports.measure_phrases import clause_words, period_words
from web.services import current_cases, report_cache


class DrillDownLine(NamedTuple):
    """One row of a list: its case, and its cells in the order of the columns."""

    reference: str
    cells: Sequence[Any]


class DrillDownList(NamedTuple):
    """A list of cases that are open to the reader, which counts what it lists. ``columns``: besides case and name.

    ``lines``: makes the rows from one place in the list up to, not including, another; there are ``n``.
    """

    title: str
    says: str
    columns: Sequence[Column]
    n: int
    lines: Callable[[int, int], Sequence[DrillDownLine]]


_DUTY_COLUMNS = (Column("State"), Column("Due by", "date"), Column("Clause"), Column("What became of it"), Column("Officer then"),
            Column("Team then"), Column("Citation"))  # fmt: skip


def _measure(query: DrillDownQuery) -> Measure | None:
    return reports().measures.get(query.values["measure"])


def duties(query: DrillDownQuery) -> DrillDownList:
    """The duties behind a figure; those not met in time come first."""
    measure, clause = _measure(query), query.values["clause"]
    if measure is None and not clause:
        raise BadRequest("Say which figure: a measure or a clause.")
    if measure is not None and measure.counts == "answer":
        raise BadRequest(f"{measure.title} is judged by case and has no duties: see its cases.")
    clauses = measure.clauses if measure is not None else (clause,)
    found = _open(report_cache.duty_queries().fell_due(query.period, clauses, query.wanted))
    title = measure.title if measure is not None else clause_words(clause)
    if query.values["attribute"]:
        found = _of_group(query, found)
        title += f", {query.values['group'].lower()}"
    day = query.period.moment.on
    done = measure is not None and measure.counts == "done"
    held = int(state_in(found.state, DONE if done else IN_TIME).sum())
    apart = apart_said(apart_among(found))
    says = f"{held} of {len(found)} {'done' if done else 'in time'}{apart}. They fell due {period_words(query.period)}."
    return _listed_duties(
        f"{title}: {held} of {len(found)}", says, _DUTY_COLUMNS, found,
        lambda duties: duties.in_time_then_due,
        lambda duty: _duty_line(duty, day),
    )  # fmt: skip


def _duty_line(behind: ListedDuty, day: date) -> DrillDownLine:
    o = behind.obligation
    cells = [
        o.state(day),
        o.due_on,
        o.clause.id,
        became(o, day),
        behind.place.officer,
        behind.place.team,
        o.cited,
    ]
    return DrillDownLine(behind.reference, cells)


def _of_group(query: DrillDownQuery, found: DutyList) -> DutyList:
    """The duties of one group of people."""
    attribute, group = query.values["attribute"], query.values["group"]
    return found.where(attribute, lambda value: value is not None and group_of(attribute, value) == group)


def answered(query: DrillDownQuery) -> DrillDownList:
    """The cases behind the figure of a question; insufficient ones come first."""
    measure = _measure(query)
    if measure is None or measure.question is None:
        raise BadRequest("Say which measure; it must be one that is judged.")
    every = report_cache.duty_queries().answers(query.period.moment, measure.question)
    found = _opened([case for case in every if query.wanted(case.place)])
    found.sort(key=lambda c: (c.sufficient, c.reference))
    held = sum(c.sufficient for c in found)
    lines = []
    for case in found:
        answer = "sufficient" if case.sufficient else "insufficient, nothing there" if case.absent else "insufficient"
        lines.append(DrillDownLine(case.reference, [answer, case.place.officer, case.place.team]))
    columns = (Column("Answer"), Column("Officer"), Column("Team"))
    says = f"{held} of {len(found)} sufficient: {measure.numerator}, of {measure.denominator}."
    return _listed(f"{measure.title}: {held} of {len(found)}", says, columns, lines)


def late(query: DrillDownQuery) -> DrillDownList:
    """The entries recorded late, the longest delay first."""
    found = sorted(
        _opened(report_cache.duty_queries().late(query.period, query.wanted)),
        key=lambda e: (-e.working_days, e.recorded_on, e.reference),
    )
    lines = [
        DrillDownLine(
            e.reference,
            [type_title(e.type), e.occurred_on, e.recorded_on, e.working_days, e.place.officer, e.place.team],
        )
        for e in found
    ]
    columns = (Column("Entry"), Column("Dated", "date"), Column("Recorded", "date"), Column("Working days", "number"),
               Column("Officer"), Column("Team"))  # fmt: skip
    says = f"Recorded {period_words(query.period)}, more than one working day after the day they are dated."
    return _listed(f"{count_noun(len(found), 'entry', 'entries')} recorded late", says, columns, lines)


def coming(query: DrillDownQuery) -> DrillDownList:
    """The duties that fall due in ``WEEKS`` weeks after the sample date, or in one of them, as the file stood on it."""
    moment, week = query.period.moment, query.values["week"]
    stood = end_of_day(moment.on)
    moment = type(moment)(moment.on, stood if moment.known_at is None else min(moment.known_at, stood))
    first = moment.on + timedelta(weeks=week - 1 if week else 0)
    last = moment.on + timedelta(weeks=week or WEEKS)
    found = _open(report_cache.duty_queries().coming(moment, first, last, query.wanted))
    title = f"{count_noun(len(found), 'duty falls', 'duties fall')} due"
    says = f"From {short_date(first + timedelta(days=1))} to {short_date(last)}, as the file stood on {short_date(moment.on)}."
    return _listed_duties(
        title, says, (*_DUTY_COLUMNS[:3], Column("Arranged"), *_DUTY_COLUMNS[4:]), found,
        lambda duties: duties.column("due_on"), lambda duty: _coming_line(duty, moment.on),
    )  # fmt: skip


def _coming_line(coming: ListedDuty, day: date) -> DrillDownLine:
    o, place = coming.obligation, coming.place
    cells = [o.state(day) or "arises by then", o.due_on, o.clause.id, "arranged" if o.met_on else "", place.officer,
             place.team, o.cited]  # fmt: skip
    return DrillDownLine(coming.reference, cells)


def _listed_duties(
    title: str, says: str, columns: Sequence[Column], found: DutyList, key: Callable[[DutyList], Array],
    line: Callable[[ListedDuty], DrillDownLine],
) -> DrillDownList:  # fmt: skip
    """The list of duties; ``key``: see ``DutyList.in_order``."""

    def lines(first: int, last: int) -> list[DrillDownLine]:
        return [line(duty) for duty in found.shown(found.in_order(key(found), first, last))]

    return DrillDownList(title, says, columns, len(found), lines)


def _listed(title: str, says: str, columns: Sequence[Column], lines: Sequence[DrillDownLine]) -> DrillDownList:
    return DrillDownList(title, says, columns, len(lines), lambda first, last: lines[first:last])


def _open(found: DutyList) -> DutyList:
    """The duties whose case is open to the reader."""
    return found.only(current_cases.opened()[found.case])


class _OfCase(Protocol):
    @property
    def case(self) -> int: ...


C = TypeVar("C", bound=_OfCase)


def _opened(found: Sequence[C]) -> list[C]:
    """The rows whose case is open to the reader."""
    opened = current_cases.opened()
    return [row for row in found if opened[row.case]]


def paths(query: DrillDownQuery) -> DrillDownList:
    """The absences that took a path from absence to breach, in order of day."""
    ending, outcome = query.values["ending"], query.values["outcome"]
    every = report_cache.duty_queries().absence_paths(query.period, query.wanted, report_cache.decisions())
    found = _opened([p for p in every if ending in ("", p.ending) and outcome in ("", p.outcome)])
    title = ENDINGS[ending] if ending else "Absences"
    lines = [
        DrillDownLine(p.reference, [p.absent_on, ENDINGS[p.ending], p.ended_on, p.days, label(p.outcome), p.place.officer,
                                    p.place.team])
        for p in found
    ]  # fmt: skip
    says = f"{count_noun(len(found), 'absence')}. They began {period_words(query.period)}."
    return _listed(f"{title}: {len(found)}", says, _PATH_COLUMNS, lines)


_PATH_COLUMNS = (Column("Absent on", "date"), Column("Where its path is"), Column("Ended on", "date"),
                 Column("Working days", "number"), Column("Decided as"), Column("Officer then"), Column("Team then"))  # fmt: skip

LISTS: Mapping[str, Callable[[DrillDownQuery], DrillDownList]] = {
    "duties": duties, "answered": answered, "late": late, "coming": coming, "paths": paths,
}  # fmt: skip
