"""The lists behind the figures of a report: its duties, its cases, the entries recorded late, the duties to come."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from itertools import compress
from typing import Any, NamedTuple

from flask import abort
from werkzeug.exceptions import BadRequest

from domain.policy.measures.measure import Measure
from domain.policy.measures.measure_files import reports
from projections.columns.column_schema import Array
from projections.history.history import end_of_day
from projections.lists.duty_list import DutyList, ListedDuty
from projections.obligations.duty_state import DONE, IN_TIME, state_in
from projections.reports.duty_counts import held_as_of
from projections.reports.duty_results import WEEKS
from projections.reports.group_periods import is_whole_months
from projections.reports.protected_groups import group_differences, group_of, is_shown
from web.presentation.formatting import short_date
from web.presentation.phrases import became, type_title
from web.presentation.table_files import Column
from web.reports.drill_down_query import DrillDownQuery
from web.reports.measure_phrases import clause_words, period_words
from web.services import current_cases, report_cache
from web.site import access_control

SUPPRESSED = "This group is suppressed: too few people count in it, or another could be worked out from it."


class DrillDownLine(NamedTuple):
    """One row of a list: its case, and its cells in the order of the columns."""

    reference: str
    name: str
    cells: Sequence[Any]


class DrillDownList(NamedTuple):
    """A list. ``columns``: besides case and name. ``hidden``: the number of rows counted but not open to the reader.

    ``lines``: makes the rows from one place in the list up to, not including, another; there are ``n``.
    """

    title: str
    says: str
    columns: Sequence[Column]
    n: int
    lines: Callable[[int, int], Sequence[DrillDownLine]]
    hidden: int


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
    found = report_cache.duty_queries().fell_due(query.period, clauses, query.wanted)
    title = measure.title if measure is not None else clause_words(clause)
    if query.values["attribute"]:
        found = _of_group(query, found, measure)
        title += f", {query.values['group'].lower()}"
    day = query.period.moment.on
    done = measure is not None and measure.counts == "done"
    held = int(state_in(found.state, DONE if done else IN_TIME).sum())
    says = f"{held} of {len(found)} {'done' if done else 'in time'}; they fell due {period_words(query.period)}."
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
        o.value.citation,
    ]
    return DrillDownLine(behind.reference, behind.name, cells)


def _of_group(query: DrillDownQuery, found: DutyList, measure: Measure | None) -> DutyList:
    """The duties of one group. 403 if the report suppresses the group, so that no address shows what it hides."""
    if measure is None:
        raise BadRequest("A group is of a measure.")
    if not is_whole_months(query.period):
        raise BadRequest("The list of a group is of whole months up to the sample date, as its report is.")
    attribute, value, queries = query.values["attribute"], query.values["group"], report_cache.duty_queries()
    groups = group_differences(
        queries, query.period, measure.clauses, held_as_of(measure), query.scope, access_control.account().answers_for
    )
    if not is_shown(groups, attribute, value):
        abort(403, SUPPRESSED)
    people = queries.persons(query.period, measure.clauses, attribute, query.wanted)
    own = {case for group, cases in people.items() if group_of(attribute, group.value) == value for case in cases}
    return found.of_cases(own)


def answered(query: DrillDownQuery) -> DrillDownList:
    """The cases behind the figure of a question; insufficient ones come first."""
    measure = _measure(query)
    if measure is None or measure.question is None:
        raise BadRequest("Say which measure; it must be one that is judged.")
    found = [
        c for c in report_cache.duty_queries().answers(query.period.moment, measure.question) if query.wanted(c.place)
    ]
    found.sort(key=lambda c: (c.sufficient, c.reference))
    held = sum(c.sufficient for c in found)
    lines = []
    for case in found:
        answer = "sufficient" if case.sufficient else "insufficient, nothing there" if case.absent else "insufficient"
        lines.append(DrillDownLine(case.reference, case.name, [answer, case.place.officer, case.place.team]))
    columns = (Column("Answer"), Column("Officer"), Column("Team"))
    says = f"{held} of {len(found)} sufficient: {measure.numerator}, of {measure.denominator}."
    return _listed(f"{measure.title}: {held} of {len(found)}", says, columns, lines, [case.case for case in found])


def late(query: DrillDownQuery) -> DrillDownList:
    """The entries recorded late, the longest delay first."""
    found = sorted(
        report_cache.duty_queries().late(query.period, query.wanted),
        key=lambda e: (-e.working_days, e.recorded_on, e.reference),
    )
    lines = [
        DrillDownLine(
            e.reference,
            e.name,
            [type_title(e.type), e.occurred_on, e.recorded_on, e.working_days, e.place.officer, e.place.team],
        )
        for e in found
    ]
    columns = (Column("Entry"), Column("Dated", "date"), Column("Recorded", "date"), Column("Working days", "number"),
               Column("Officer"), Column("Team"))  # fmt: skip
    says = f"Recorded {period_words(query.period)}, more than one working day after the day they are dated."
    return _listed(f"{len(found)} entries recorded late", says, columns, lines, [entry.case for entry in found])


def coming(query: DrillDownQuery) -> DrillDownList:
    """The duties that fall due in ``WEEKS`` weeks after the sample date, or in one of them, as the file stood on it."""
    moment, week = query.period.moment, query.values["week"]
    stood = end_of_day(moment.on)
    moment = type(moment)(moment.on, stood if moment.known_at is None else min(moment.known_at, stood))
    first = moment.on + timedelta(weeks=week - 1 if week else 0)
    last = moment.on + timedelta(weeks=week or WEEKS)
    found = report_cache.duty_queries().coming(moment, first, last, query.wanted)
    title = f"{len(found)} duties fall due"
    says = f"From {short_date(first + timedelta(days=1))} to {short_date(last)}, as the file stood on {short_date(moment.on)}."
    return _listed_duties(
        title, says, (*_DUTY_COLUMNS[:3], Column("Arranged"), *_DUTY_COLUMNS[4:]), found,
        lambda duties: duties.column("due_on"), lambda duty: _coming_line(duty, moment.on),
    )  # fmt: skip


def _coming_line(coming: ListedDuty, day: date) -> DrillDownLine:
    o, place = coming.obligation, coming.place
    cells = [o.state(day) or "arises by then", o.due_on, o.clause.id, "arranged" if o.met_on else "", place.officer,
             place.team, o.value.citation]  # fmt: skip
    return DrillDownLine(coming.reference, coming.name, cells)


def _listed_duties(
    title: str, says: str, columns: Sequence[Column], found: DutyList, key: Callable[[DutyList], Array],
    line: Callable[[ListedDuty], DrillDownLine],
) -> DrillDownList:  # fmt: skip
    """The list of duties without the cases that are not open to the reader; ``key``: see ``DutyList.in_order``."""
    shown = found.only(current_cases.opened()[found.case])

    def lines(first: int, last: int) -> list[DrillDownLine]:
        return [line(duty) for duty in shown.shown(shown.in_order(key(shown), first, last))]

    return DrillDownList(title, says, columns, len(shown), lines, len(found) - len(shown))


def _listed(
    title: str, says: str, columns: Sequence[Column], lines: Sequence[DrillDownLine], cases: Sequence[int]
) -> DrillDownList:
    """The list without the cases that are not open to the reader. ``cases``: the number of each line's case."""
    opened = current_cases.opened()[cases].tolist() if cases else []
    shown = list(compress(lines, opened))
    return DrillDownList(
        title, says, columns, len(shown), lambda first, last: shown[first:last], len(lines) - len(shown)
    )


LISTS: Mapping[str, Callable[[DrillDownQuery], DrillDownList]] = {
    "duties": duties, "answered": answered, "late": late, "coming": coming,
}  # fmt: skip
