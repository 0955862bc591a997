"""The ledger of one case: its duties, spells and judgements, each row with the span of knowledge in which the file said so.

``ledger(entries)`` is a pure function of the entries, in whatever order they arrived. A row is known from the recording
that brought it about up to the one that took it away or changed it. So *as at D, known at K* is one predicate over the
rows, ``Known.at(K)``, and then the state of a duty on D, or the spell in which D lies.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Generic, NamedTuple, TypeVar

from domain.case import LONDON
from domain.facts import Fact, QualityJudged
from domain.workdays import working_days_between
from projections.catalogue import catalogue
from projections.history import History, value_on
from projections.obligations import Obligation, obligations

LATE_AFTER = 1
"""Working days after which a recording counts as late (national standards, unsure: a parameter)."""

AN_INSTANT = timedelta(microseconds=1)
"""An instant of knowledge is exclusive: what was recorded at T is known from the next one on."""


class Place(NamedTuple):
    """Where a case is held."""

    area: str
    division: str
    team: str
    officer: str
    officer_grade: str


class DutyRow(NamedTuple):
    """One obligation: clause by its number in the catalogue, value by its place among the clause's, and its four dates.

    ``place``: who held the case on the day the duty was due, as the file said (its first holder for a day before it).
    """

    clause: int
    value: int
    arises_on: date
    due_on: date
    met_on: date | None
    ended_on: date | None
    raised_by: str | None
    met_by: tuple[str, ...]
    place: Place


class SpellRow(NamedTuple):
    """What held of the case from ``on`` up to, not including, ``off`` (None: open)."""

    on: date
    off: date | None
    name: str
    order_type: str
    gender: str
    ethnicity: str
    disability: bool
    place: Place
    tier: int | None
    risk: str | None
    mappa_level: int | None
    started_on: date
    ended_on: date | None


class JudgementRow(NamedTuple):
    """A judgement of the record (one that belongs to no inspection), in force from its day; the last known one counts."""

    on: date
    entry: str
    framework: str
    question: str
    answer: str
    overrules: bool
    recorded_at: datetime


class LateRow(NamedTuple):
    """An entry recorded late: ``working_days`` after the day it is dated; see ``LATE_AFTER``."""

    entry: str
    type: str
    occurred_on: date
    recorded_on: date
    working_days: int


R = TypeVar("R", bound=tuple[Any, ...])


class Known(NamedTuple, Generic[R]):
    """A row, and the span in which it was known: brought about by a recording at ``since``, taken away by one at ``until``."""

    row: R
    since: datetime
    until: datetime | None

    def at(self, known_at: datetime | None) -> bool:
        """Whether it was known at an instant (exclusive, as everywhere; None: all that is recorded to date)."""
        if known_at is None:
            return self.until is None
        return self.since < known_at and (self.until is None or known_at <= self.until)


@dataclass
class Ledger:
    """The rows of one case on both axes of time."""

    duties: list[Known[DutyRow]] = field(default_factory=list)
    spells: list[Known[SpellRow]] = field(default_factory=list)
    judgements: list[Known[JudgementRow]] = field(default_factory=list)
    lates: list[Known[LateRow]] = field(default_factory=list)

    @property
    def kinds(self) -> tuple[list[Known[Any]], ...]:
        """The rows, kind by kind, in the order of ``rows_known``."""
        return self.duties, self.spells, self.judgements, self.lates


def ledger(entries: Iterable[Fact]) -> Ledger:
    """The ledger of a case from all its entries, in any order."""
    every = list(entries)
    kept = Ledger()
    running: tuple[dict[Any, list[datetime]], ...] = tuple({} for _ in kept.kinds)
    for instant in sorted({fact.recorded_at for fact in every}):
        known = rows_known(History.of(every, instant + AN_INSTANT))
        for rows, since, done in zip(known, running, kept.kinds, strict=True):
            _step(rows, since, done, instant)
    for since, done in zip(running, kept.kinds, strict=True):
        done.extend(Known(row, at, None) for row, opened in since.items() for at in opened)
    return kept


def rows_known(history: History) -> tuple[Sequence[Any], ...]:
    """The rows of one state of knowledge: duties, spells, judgements, late recordings."""
    return duty_rows(history), spell_rows(history), judgement_rows(history), late_rows(history)


def _step(rows: Sequence[R], since: dict[R, list[datetime]], done: list[Known[R]], instant: datetime) -> None:
    """Close what the rows known so far no longer say, and open what they newly say."""
    wanted = Counter(rows)
    for row in [row for row in since if len(since[row]) > wanted[row]]:
        while len(since[row]) > wanted[row]:
            done.append(Known(row, since[row].pop(), instant))
        if not since[row]:
            del since[row]
    for row, count in wanted.items():
        opened = since.setdefault(row, [])
        opened += [instant] * (count - len(opened))


def duty_rows(history: History) -> list[DutyRow]:
    """Every duty of every clause in the catalogue, as this history gives it, in order of the day it is due."""
    return [_duty_row(obligation, history) for obligation in obligations(history, catalogue().clauses)]


def _duty_row(o: Obligation, history: History) -> DutyRow:
    place = value_on(history.allocation, o.due_on) or history.allocation[0].value
    return DutyRow(
        catalogue().number[f"{o.clause.edition}/{o.clause.id}"], o.clause.values.index(o.value), o.arises_on, o.due_on,
        o.met_on, o.ended_on, o.raised_by, o.met_by, Place(*place),
    )  # fmt: skip


def obligation_of(row: DutyRow, framework: str) -> Obligation:
    """The obligation that a row tells of, with the clause in a framework's own terms. ``KeyError``: not one of its clauses."""
    clause = catalogue().of_framework[framework][row.clause]
    return Obligation(
        clause, clause.values[row.value], row.arises_on, row.due_on, row.met_on, row.ended_on, row.raised_by, row.met_by,
        clause.kind == "frequency",
    )  # fmt: skip


def spell_rows(history: History) -> list[SpellRow]:
    """The case from its first day of supervision on, a row for each time in which nothing about it changes."""
    if history.started is None or history.start is None:
        return []
    person, start = history.started.person, history.start.on
    end = history.end
    turns = {start, *(day for day in history.turning_points if day > start)}
    if end is not None:
        turns.add(max(start, end.on))
    found: list[SpellRow] = []
    days = sorted(turns)
    for on, off in zip(days, [*days[1:], None], strict=True):
        place = value_on(history.allocation, on) or history.allocation[0].value
        row = SpellRow(
            on, off, person.name, history.started.order_type, person.gender, person.ethnicity, person.disability,
            Place(*place), value_on(history.tier, on), value_on(history.risk, on), value_on(history.mappa_level, on),
            start, end.on if end is not None and end.on <= on else None,
        )  # fmt: skip
        if found and found[-1][2:] == row[2:]:
            found[-1] = found[-1]._replace(off=off)
        else:
            found.append(row)
    return found


def judgement_rows(history: History) -> list[JudgementRow]:
    """The judgements of the record, in the order in which a later one stands before an earlier one."""
    return [
        JudgementRow(j.occurred_on, j.entry, j.framework, j.question, j.answer, j.overrules, j.recorded_at)
        for j in history.all(QualityJudged)
        if j.inspection is None and not j.second
    ]


def late_rows(history: History) -> list[LateRow]:
    """The entries recorded more than ``LATE_AFTER`` working days after the day they are dated."""
    rows = []
    for fact in history.entries:
        recorded_on = fact.recorded_at.astimezone(LONDON).date()
        delay = working_days_between(fact.occurred_on, recorded_on)
        if delay > LATE_AFTER:
            rows.append(LateRow(fact.entry, type(fact).__name__, fact.occurred_on, recorded_on, delay))
    return rows
