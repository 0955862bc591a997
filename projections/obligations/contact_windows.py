"""The windows of the clauses on contact: where each begins and ends, what is asked in it, and when it lapses.

A window belongs to the row in force on its first day and runs to its end. The next begins when none is running, under the row
in force then. A row that comes into force and asks for more lays its own beside the one that is running. Phases count from
the start of supervision, or from a release that began the case anew (``Timelines.fresh_starts``).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from domain.policy.clauses import Clause, Phase, Value
from domain.policy.practice import practice
from projections.history.history import Candidate, History
from projections.obligations.duty_answers import Met
from projections.obligations.time_at_liberty import judged
from projections.obligations.triggers import row
from projections.obligations.window import FirstContact, Run, Window

PUNISHMENT = ("community_punishment_order", "community_punishment_and_rehabilitation_order")
"""The orders of which unpaid work is a part without being listed."""


def windows(series: Sequence[Clause], history: History, first_contacts: Iterable[FirstContact] = ()) -> list[Window]:
    """The windows of a clause in all its editions (``series``), in order of the day they begin."""
    key = series[0].id, id(series)
    kept = history.grids.get(key)
    if kept is None:
        extended = list(first_contacts)
        found = [judged(run, cut, history, extended) for run, cut in Grid(series, history).lay()]
        found.sort(key=lambda window: (window.begins, window.due_on))
        kept = history.grids[key] = (series, found)  # with the series, whose id is the key
    laid: list[Window] = kept[1]
    return laid


def horizon(history: History) -> date:
    """The day before which windows begin: the end of supervision, else the planned end, else many years from the start.

    ``practice().windows_years`` says how many.
    """
    assert history.start is not None
    longest = history.start.on + relativedelta(years=practice().windows_years)
    planned = [begins for begins, ends in history.past_end if ends is None]
    return min([longest, *planned, *([history.end.on] if history.end else [])])


def has_unpaid_work(history: History) -> bool:
    """Whether the order has, or had, unpaid work."""
    assert history.started is not None
    required = any("unpaid_work" in change.value for change in history.requirements)
    return required or history.started.order_type in PUNISHMENT


def work_horizon(history: History) -> date:
    """As ``horizon``, for unpaid work, which is owed past the planned end: until its hours are done or the file is closed.

    For ``practice().unpaid_work_years`` years from the start at the longest.
    """
    assert history.start is not None
    over = history.start.on + relativedelta(years=practice().unpaid_work_years)
    over = max([over, horizon(history), *(begins for begins, _ in history.past_end)])
    done = history.work_done_on
    ends = [history.end.on] if history.end else []
    return min([over, *ends, *([done + timedelta(days=1)] if done else [])])


def phases_on(value: Value, history: History, day: date) -> Iterator[tuple[Phase, date, date | None]]:
    """The phases of a row as they count on a day: each with its first day, and the first day after it (None: no end)."""
    assert history.start is not None
    began = opens = max([history.start.on, *(r.on for r in history.fresh_starts if r.on <= day)])
    for phase in value.phases:
        ends = None if phase.length is None else phase.length.after(began if phase.from_start else opens)
        yield phase, opens, ends
        if ends is None:
            return
        opens = ends


class Grid:
    """Lays the windows of one clause on one case, from one day on which something may change to the next."""

    def __init__(self, series: Sequence[Clause], history: History):
        self.series, self.history = series, history
        assert history.start is not None
        self.start = history.start.on
        self.past_end = any(clause.past_end for clause in series)
        self.over = work_horizon(history) if self.past_end else horizon(history)
        self.relaid = {release.on for release in history.long_releases}
        self.points = sorted({
            *history.turning_points, *self.relaid, *(c.start for c in series if c.start is not None),
            *(c.end for c in series if c.end is not None), *(day for span in history.past_end for day in span if day),
        })  # fmt: skip

    def lay(self) -> Iterator[tuple[Run, date | None]]:
        """Each window with the day from which it is cut short (None: it is not)."""
        running: list[Run] = []
        day: date | None = self.history.here_from
        while day is not None and day < self.over:
            if day in self.relaid:
                yield from ((run, day if run.closes > day else None) for run in running)
                running = []
            ended = [run for run in running if run.closes <= day]
            yield from ((run, None) for run in ended)
            running = [run for run in running if run.closes > day]
            begun = self.begins(day, running, ended)
            if begun is not None:
                running.append(begun)
            day = self.next_day(day, running)
        cut = self.over
        yield from ((run, cut if run.closes > cut else None) for run in running)

    def begins(self, day: date, running: Sequence[Run], ended: Sequence[Run]) -> Run | None:
        """The window that begins on a day; None: none does."""
        if not self.past_end and self.history.is_past_end(day):
            return None
        clause, value = self.in_force(day)
        phase = self.phase(value, day) if value is not None else None
        if clause is None or value is None or phase is None:
            return None
        if running and not self.beside(day, clause, value, phase, running, ended):
            return None
        for run in ended:
            if run.value is value and run.phase is phase and run.closes == day:
                return run.following()
        return Run(clause, value, phase, day, 1, day)

    def beside(
        self, day: date, clause: Clause, value: Value, phase: Phase, running: Sequence[Run], ended: Sequence[Run]
    ) -> bool:
        """Whether a row lays its windows beside those that are running: it came into force, or has done so before."""
        if any(run.value is value for run in running):
            return False
        before_clause, before = self.in_force(day - timedelta(days=1))
        came = before_clause is clause and before is not value
        goes_on = any(run.value is value for run in ended)
        return (came or goes_on) and all(phase.a_week > run.phase.a_week for run in running)

    def in_force(self, day: date) -> tuple[Clause | None, Value | None]:
        clause = next((c for c in self.series if c.in_force(day)), None)
        return clause, None if clause is None else row(clause, self.history, day)

    def phase(self, value: Value, day: date) -> Phase | None:
        """The phase of a row on a day. None: after the last, or within one that counts as a whole from its first day."""
        for phase, opens, ends in phases_on(value, self.history, day):
            if ends is None or day < ends:
                return phase if phase.window != phase.length or day == opens else None
        return None

    def next_day(self, day: date, running: Sequence[Run]) -> date | None:
        """The next day on which a window may begin; None: there is none."""
        days = [run.closes for run in running]
        days += [point for point in self.points if point > day][:1]
        if not running:
            days += self.phase_ends(day)
        return min(days, default=None)

    def phase_ends(self, day: date) -> list[date]:
        """The day on which the phase of the row in force ends, where that is after this day."""
        _, value = self.in_force(day)
        ends = () if value is None else (end for _, _, end in phases_on(value, self.history, day))
        return [end for end in ends if end is not None and end > day][:1]


def reached(
    clause: Clause, counted: Iterable[Candidate], asked_from: Sequence[tuple[date, float]], on_days: bool
) -> Met:
    """The day on which the entries of a window reach what is asked then (None: not reached), and the entries counted.

    An entry counts as one, or as the number in its field ``Clause.sum`` (hours). Contact of one type on one day counts once;
    where different days are asked (``on_days``), each day counts once. ``asked_from``: see ``Window.asked``.
    """
    entries: list[str] = []
    seen: set[object] = set()
    total = 0.0
    asked = list(asked_from)
    needed = asked.pop(0)[1]
    for candidate in counted:
        while asked and asked[0][0] < candidate.day:
            on, needed = asked.pop(0)
            if 0 < total >= needed:
                return on, tuple(entries)
        while asked and asked[0][0] == candidate.day:
            needed = asked.pop(0)[1]
        key = candidate.day if on_days else (candidate.day, getattr(candidate.fact, "contact_type", candidate.entry))
        if clause.sum is None and key in seen:
            continue
        seen.add(key)
        total += getattr(candidate.fact, clause.sum) if clause.sum else 1
        entries.append(candidate.entry)
        if total >= needed:
            return candidate.day, tuple(entries)
    for on, needed in asked:
        if 0 < total >= needed:
            return on, tuple(entries)
    return None, tuple(entries)
