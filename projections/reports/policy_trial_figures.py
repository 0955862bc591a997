"""What a draft standard would have made of past files, in figures; and the terms on which it is tried."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import NamedTuple

from domain.policy.clauses import Clause
from domain.policy.standards.edition import Edition


@dataclass(frozen=True)
class TrialTerms:
    """What is tried, and over which time. Exactly one of ``starts`` and ``begun_from`` is given.

    ``since`` and ``until``: the days on which duties fall due that are counted (both included). ``starts``: the day from which
    the draft is taken to be in force, for all. ``begun_from``: it is in force for orders begun then or later, from their start.
    """

    draft: Edition
    law: Sequence[Clause]
    since: date
    until: date
    starts: date | None = None
    begun_from: date | None = None

    def clauses_for(self, started: date) -> tuple[Clause, ...]:
        """The clauses by which a case that began on this day is judged under the draft: the laws until then, then the draft."""
        begins = self.begins(started)
        return tuple(self.law) if begins is None else self._from(begins)

    def begins(self, started: date) -> date | None:
        """The day from which a case that began on this day is judged under the draft; None: never."""
        if self.begun_from is None:
            return self.starts
        return started if started >= self.begun_from else None

    def _from(self, begins: date) -> tuple[Clause, ...]:
        kept = self._kept
        if begins not in kept:
            until = (replace(c, end=begins) for c in self.law if (c.start or date.min) < begins < (c.end or date.max))
            before = (c for c in self.law if c.end is not None and c.end <= begins)
            draft = (replace(c, start=begins, end=None, since=None) for c in self.draft.clauses)
            kept[begins] = (*before, *until, *draft)
        return kept[begins]

    _kept: dict[date, tuple[Clause, ...]] = field(default_factory=dict, repr=False, compare=False)


class Fell(NamedTuple):
    """Duties that fell due in the time: how many, and how many were met in time."""

    due: int = 0
    in_time: int = 0


class ClauseTrial(NamedTuple):
    """One clause: as the law has it, as the draft has it (None: not there), and the duties of the draft that cannot be told."""

    clause: str
    says: str
    law: Fell | None
    draft: Fell | None
    untold: int


class MissedDuty(NamedTuple):
    """A duty not met in time. ``met_on``: when it was met late; ``raised_by``: the entry that raised it, if one did."""

    clause: str
    arises_on: date
    due_on: date
    met_on: date | None
    raised_by: str | None


class ChangedCase(NamedTuple):
    """A case whose verdict changes: the missed duties of clauses of which none is missed on the other side."""

    reference: str
    only_by_law: tuple[MissedDuty, ...]
    only_by_draft: tuple[MissedDuty, ...]


class WeekLoad(NamedTuple):
    """The duties of an officer due in a week (its Monday), under the law and under the draft, untold ones among them."""

    officer: str
    week: date
    law: int
    draft: int


class Hours(NamedTuple):
    """The hours of the duties that fell due, under the law and under the draft, by somebody's table of minutes."""

    law: float
    draft: float


@dataclass(frozen=True)
class Trial:
    """What a draft would have made of past files. ``added``, ``gone``, ``moved``: duties that fell due in the time.

    ``untold``: duties that cannot be told. ``never_recorded``: the clauses of the draft of which this is so, since no file has an
    entry that would meet them, each with the types of entry asked for. ``never_begun``: its clauses that raise no duty, since
    no file has the entry after which they ask something, with that type.
    """

    terms: TrialTerms
    cases: int
    untold: int
    never_recorded: Mapping[str, tuple[str, ...]]
    never_begun: Mapping[str, str]
    added: int
    gone: int
    moved: int
    clauses: Sequence[ClauseTrial]
    changed: Sequence[ChangedCase]
    load: Sequence[WeekLoad]

    @property
    def share_by_law(self) -> float | None:
        """Per cent of the duties that fell due which were met in time, under the law; None where none fell due."""
        return _share([one.law for one in self.clauses if one.law is not None])

    @property
    def share_by_draft(self) -> float | None:
        """The same under the draft, without the duties that cannot be told."""
        return _share([one.draft for one in self.clauses if one.draft is not None])

    def hours(self, minutes: Mapping[str, float]) -> Hours:
        """The hours of duties of these clauses (clause -> minutes a duty). Duties that cannot be told take their time too."""
        law = sum(minutes.get(one.clause, 0) * one.law.due for one in self.clauses if one.law)
        draft = sum(
            minutes.get(one.clause, 0) * ((one.draft.due if one.draft else 0) + one.untold) for one in self.clauses
        )
        return Hours(law / 60, draft / 60)


def _share(fell: Iterable[Fell]) -> float | None:
    every = list(fell)
    due = sum(one.due for one in every)
    return 100 * sum(one.in_time for one in every) / due if due else None
