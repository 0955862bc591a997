"""The rows of a case's ledger: duties, spells (times in which no attribute of the case changes), judgements, late recordings,
notices.
"""

from collections.abc import Iterable
from datetime import date, datetime
from operator import itemgetter
from typing import Annotated, Any, Generic, NamedTuple, TypeVar

from domain.aggregates.other_file_ids import file_named
from domain.calendar.london_time import day_of
from domain.calendar.workdays import working_days_between
from domain.entries.case_entries import Entry, QualityJudged, is_for_inspection
from projections.history.dated_values import Place as Place
from projections.history.dated_values import value_on
from projections.history.history import History
from projections.notices.notice import Noticed
from projections.notices.notice_kinds import NOTICES
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.dispensations import from_text, in_text
from projections.obligations.duty_state import Obligation, was_known
from projections.obligations.interruptions import INTERRUPTIONS, Interruption, times_away

LATE_AFTER = 1
"""Working days after which a recording counts as late (national standards, unsure: a parameter)."""


EntryId = Annotated[str, "entry"]
EntryIds = Annotated[tuple[str, ...], "entries"]
PersonName = Annotated[str, "name"]
"""What a field holds where its type does not say it (``row_kinds``)."""


class DutyRow(NamedTuple):
    """One obligation. ``clause`` is its number in the catalogue, ``value`` its number among the clause's values.

    ``place``: where the case was held on the day the duty was due, as the file said. See ``Timelines.held_by``.
    ``dispensed``: when it is dispensed with, as ``dispensations.in_text`` writes it (empty: never). ``told_late``: whether
    the file said only after the day it was due that it had been met in time (see ``told_late``).
    """

    clause: Annotated[int, 16]
    value: Annotated[int, 8]
    arises_on: date
    due_on: date
    met_on: date | None
    ended_on: date | None
    raised_by: Annotated[str | None, "entry"]
    met_by: EntryIds
    place: Place
    dispensed: str = ""
    told_late: bool = False


class SpellRow(NamedTuple):
    """The attributes of the case from the day ``begins_on`` up to, not including, ``ends_before`` (None: still).

    ``away``: why the person cannot be seen as usual (None: they can); on a day of several, the first of ``INTERRUPTIONS``.
    """

    begins_on: date
    ends_before: date | None
    name: PersonName
    order_type: str
    gender: str
    ethnicity: str
    disability: Annotated[bool, "word"]
    place: Place
    tier: int | None
    risk: str | None
    mappa_level: int | None
    started_on: date
    ended_on: date | None
    away: Interruption | None

    def holds_on(self, day: date) -> bool:
        """Whether the day is one of the spell's."""
        return self.begins_on <= day and (self.ends_before is None or day < self.ends_before)


class JudgementRow(NamedTuple):
    """A judgement that belongs to no inspection. It counts from its day; of several known ones, the last counts."""

    judged_on: date
    entry: EntryId
    framework: str
    question: str
    answer: str
    overrules: bool
    recorded_at: datetime


class LateRow(NamedTuple):
    """An entry recorded late: ``working_days`` after the day it is dated; see ``LATE_AFTER``."""

    entry: EntryId
    type: str
    occurred_on: date
    recorded_on: date
    working_days: int


class NoticeRow(NamedTuple):
    """A notice (the id of its kind, see ``notice_kinds``) from ``begins_on`` up to, not including, ``ends_before``.

    ``ends_before``: None: still. ``entry``: the entry that it is about, where there is one.
    """

    notice: str
    begins_on: date
    ends_before: date | None
    entry: Annotated[str | None, "entry"]

    def holds_on(self, day: date) -> bool:
        """Whether the notice stands on this day."""
        return self.begins_on <= day and (self.ends_before is None or day < self.ends_before)


R = TypeVar("R", bound=tuple[Any, ...])


class Known(NamedTuple, Generic[R]):
    """A row with the instant of the recording that added it and of the one that removed it (None: it is still known)."""

    row: R
    since: datetime
    until: datetime | None

    def at(self, known_at: datetime | None) -> bool:
        """Whether it was known at an instant (exclusive; None: hindsight)."""
        return was_known(known_at, self.since, self.until)


def obligation_of(row: DutyRow, framework: str) -> Obligation:
    """The obligation of a row, with the clause as a framework states it. ``KeyError``: not one of the framework's clauses."""
    clause = catalogue().of_framework[framework][row.clause]
    return Obligation(
        clause, clause.values[row.value], row.arises_on, row.due_on, row.met_on, row.ended_on, row.raised_by, row.met_by,
        clause.kind == "frequency", from_text(row.dispensed),
    )  # fmt: skip


def duty_row(o: Obligation, history: History) -> DutyRow:
    """An obligation as a row."""
    return DutyRow(
        catalogue().number[f"{o.clause.edition}/{o.clause.id}"], o.value.number, o.arises_on, o.due_on,
        o.met_on, o.ended_on, o.raised_by, o.met_by, history.held_by(o.due_on), in_text(o.dispensed),
    )  # fmt: skip


TIER_RISK_MAPPA = itemgetter("tier", "risk", "mappa_level")


def spell_rows(history: History) -> list[SpellRow]:
    """A row for each span of days, from the first day of supervision on, in which no attribute of the case changes."""
    if history.started is None or history.start is None:
        return []
    start = history.start.on
    end = history.end
    away = list(times_away(history))
    away_turns = [day for _, *days in away for day in days if day is not None]
    turns = {start, *(day for day in (*history.turning_points, *away_turns) if day > start)}
    if end is not None:
        turns.add(max(start, end.on))
    found: list[SpellRow] = []
    days = sorted(turns)
    for on, off in zip(days, [*days[1:], None], strict=True):
        tier, risk, mappa_level = TIER_RISK_MAPPA(history.attributes(on))
        person = value_on(history.person, on) or history.started.person
        row = SpellRow(
            on, off, person.name, history.started.order_type, person.gender, person.ethnicity, person.disability,
            history.held_by(on), tier, risk, mappa_level, start,
            end.on if end is not None and end.on <= on else None, _away_on(away, on),
        )  # fmt: skip
        if found and found[-1][2:] == row[2:]:
            found[-1] = found[-1]._replace(ends_before=off)
        else:
            found.append(row)
    return found


def _away_on(times: Iterable[tuple[Interruption, date, date | None]], day: date) -> Interruption | None:
    holding = {kind for kind, begins, ends in times if begins <= day and (ends is None or day < ends)}
    return next((kind for kind in INTERRUPTIONS if kind in holding), None)


def judgement_row(fact: QualityJudged) -> JudgementRow | None:
    """The row of a judgement; None for a judgement made for an inspection."""
    if fact.inspection is not None or fact.second:
        return None
    return JudgementRow(
        fact.occurred_on, fact.entry, fact.framework, fact.question, fact.answer, fact.overrules, fact.recorded_at
    )


def late_row(fact: Entry) -> LateRow | None:
    """The row of an entry recorded more than ``LATE_AFTER`` working days after the day it is dated; None for others.

    An entry of another file of the person is a row of that file's case alone. What is recorded for an inspection is none.
    """
    if is_for_inspection(fact):
        return None
    if fact.recorded_at.date() <= fact.occurred_on:
        return None  # with any offset, the day in London is at most one day later
    recorded_on = day_of(fact.recorded_at)
    delay = working_days_between(fact.occurred_on, recorded_on)
    if delay <= LATE_AFTER or file_named(fact.entry) is not None:
        return None
    return LateRow(fact.entry, type(fact).__name__, fact.occurred_on, recorded_on, delay)


def notice_row(kind: str, noticed: Noticed) -> NoticeRow:
    """A notice of a kind (its id) as a row."""
    return NoticeRow(kind, *noticed)


def notice_rows(history: History) -> list[NoticeRow]:
    """The notices by this history, kind by kind."""
    return [notice_row(kind.id, noticed) for kind in NOTICES.values() for noticed in kind.found(history)]
