"""A draft standard tried on real files: what it would have made of past work, before it is issued.

The same files are derived twice, as known at one instant: under the laws in force, and with the draft as if in force from a day
on. Nobody was working to the draft: what comes out is no verdict on anybody. What the draft asks and none of the files ever
records cannot be told; it is counted apart, neither met nor missed.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date, timedelta

from domain.policy.clauses import Clause
from domain.policy.conditions import EntryPattern
from domain.policy.standards.edition import Edition
from projections.history.history import History
from projections.ledger.ledger import Place
from projections.obligations.derive import obligations
from projections.obligations.duty_state import WHEN_RELEASED, Obligation
from projections.reports.policy_trial_figures import (
    ChangedCase,
    ClauseTrial,
    Fell,
    MissedDuty,
    Trial,
    TrialTerms,
    WeekLoad,
)


def trial(terms: TrialTerms, histories: Iterable[tuple[str, History]]) -> Trial:
    """Try a draft on these cases as they are known, each with its reference. They are read once, one after another."""
    count, left = _Counting(terms), _asked_for(terms.draft)
    cases, missed = 0, []
    for reference, history in histories:
        cases += 1
        left -= {pattern for pattern in left if history.described(pattern)}
        if history.start is not None:
            missed.append((reference, *count.case(history, history.start.on)))
    unseen = {c.id: _types(c) for c in terms.draft.clauses if c.entries and left.issuperset(c.entries)}
    never_begun = {
        c.id: c.after.type.__name__
        for c in terms.draft.clauses
        if isinstance(c.after, EntryPattern) and c.after in left
    }
    clauses = count.clauses(unseen)
    return Trial(
        terms, cases, sum(one.untold for one in clauses), unseen, never_begun,
        count.kinds["added"], count.kinds["gone"], count.kinds["moved"], clauses,
        [found for one, was, now in missed if (found := _changed(one, was, now, unseen)) is not None],
        [WeekLoad(officer, week, *both) for (officer, week), both in sorted(count.load.items())],
    )  # fmt: skip


def _types(clause: Clause) -> tuple[str, ...]:
    return tuple(sorted({pattern.type.__name__ for pattern in clause.entries}))


def _asked_for(draft: Edition) -> set[EntryPattern]:
    """The entries that a draft describes: those that meet its clauses, and those after which they ask something."""
    starts = (clause.after for clause in draft.clauses if isinstance(clause.after, EntryPattern))
    return {*starts, *(pattern for clause in draft.clauses for pattern in clause.entries)}


Missed = list[tuple[MissedDuty, bool]]
"""Duties not met in time, each with whether a clause of the draft asks for it."""


class _Counting:
    """The duties that fell due in the time, counted case by case under the law and under the draft.

    By clause and whether it is the draft's: ``law`` and ``draft`` count duties and those met in time. ``kinds``: how many are
    added, gone and moved. ``load``: by officer and Monday, under the law and under the draft.
    """

    def __init__(self, terms: TrialTerms):
        self.terms, self.law_in_force = terms, tuple(terms.law)
        self.law, self.draft = Counter[tuple[str, bool, str]](), Counter[tuple[str, bool, str]]()
        self.kinds = Counter[str]()
        self.load: dict[tuple[str, date], list[int]] = {}

    def case(self, history: History, started: date) -> tuple[Missed, Missed]:
        """Count one case; what it missed under the law and under the draft."""
        begins = self.terms.begins(started)
        here = _fallen(self.terms, obligations(history, self.law_in_force))
        there = _fallen(self.terms, obligations(history, self.terms.clauses_for(started)))
        self.kinds.update(_compared(here, there))
        self._add_load(history, here, there)
        return self._count(self.law, here, None), self._count(self.draft, there, begins)

    def _count(self, counts: Counter[tuple[str, bool, str]], owed: Iterable[Obligation], begins: date | None) -> Missed:
        missed = []
        for one in owed:
            of_draft = begins is not None and one.clause.start == begins
            in_time = one.in_time(self.terms.until)
            counts[one.clause.id, of_draft, "due"] += 1
            counts[one.clause.id, of_draft, "in time"] += in_time
            if not in_time:
                missed.append(
                    (MissedDuty(one.clause.id, one.arises_on, one.due_on, one.met_on, one.raised_by), of_draft)
                )
        return missed

    def _add_load(self, history: History, here: Iterable[Obligation], there: Iterable[Obligation]) -> None:
        for place, owed in enumerate((here, there)):
            for one in owed:
                officer = Place(*history.held_by(one.due_on)).officer if history.allocation else ""
                week = one.due_on - timedelta(days=one.due_on.weekday())
                self.load.setdefault((officer, week), [0, 0])[place] += 1

    def clauses(self, unseen: Collection[str]) -> list[ClauseTrial]:
        """Each clause of which a duty fell due, by id. ``unseen``: the clauses of the draft of which nothing can be told."""
        says = {clause.id: clause.says for clause in (*self.terms.law, *self.terms.draft.clauses)}
        return [
            ClauseTrial(
                name, says[name], _fell(self.law, name, False), _fell(self.draft, name, False, name not in unseen),
                self.draft[name, True, "due"] if name in unseen else 0,
            )
            for name in sorted({name for name, *_ in (*self.law, *self.draft)})
        ]  # fmt: skip


def _fell(counts: Counter[tuple[str, bool, str]], clause: str, *of_draft: bool) -> Fell | None:
    due, in_time = (sum(counts[clause, one, what] for one in {*of_draft}) for what in ("due", "in time"))
    return Fell(due, in_time) if due else None


def _fallen(terms: TrialTerms, owed: Iterable[Obligation]) -> list[Obligation]:
    return [
        one
        for one in owed
        if one.clause.of_standards and one.due_on != WHEN_RELEASED
        and terms.since <= one.due_on <= terms.until and one.fell_due(terms.until)
    ]  # fmt: skip


def _compared(here: Iterable[Obligation], there: Iterable[Obligation]) -> Counter[str]:
    """How many duties are added, gone and moved: one of the same clause, raised by the same on the same day, is the same."""
    was = {(one.clause.id, one.raised_by, one.arises_on): one.due_on for one in here}
    now = {(one.clause.id, one.raised_by, one.arises_on): one.due_on for one in there}
    both = was.keys() & now.keys()
    moved = sum(was[key] != now[key] for key in both)
    return Counter(added=len(now) - len(both), gone=len(was) - len(both), moved=moved)


def _changed(reference: str, was: Missed, now: Missed, unseen: Collection[str]) -> ChangedCase | None:
    """A case of which other clauses are missed under the draft; nothing of the draft that cannot be told is among them."""
    told = [one for one, of_draft in now if not (of_draft and one.clause in unseen)]
    by_law, by_draft = {one.clause for one, _ in was}, {one.clause for one in told}
    if by_law == by_draft:
        return None
    return ChangedCase(
        reference,
        tuple(one for one, _ in was if one.clause not in by_draft),
        tuple(one for one in told if one.clause not in by_law),
    )
