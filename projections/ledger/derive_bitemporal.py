"""Derive what was owed on a case at any time of knowledge.

Each clause is worked out only where something that it asks for changed. What a clause means stands
in ``projections.obligations.clause_kinds``.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

from domain.entries.case_entries import RiskLevelChanged
from domain.policy.clauses import Clause
from domain.policy.conditions import EntryPattern
from projections.history.history import BY_DAY, Candidate
from projections.ledger.case_versions import CaseVersions, Epoch
from projections.ledger.history_at import HistoryAt
from projections.ledger.knowledge_spans import RowSpans, Spanned, first_known
from projections.ledger.ledger_rows import DutyRow
from projections.obligations import clause_kinds
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.clause_index import clause_index
from projections.obligations.contact_windows import reached, windows
from projections.obligations.triggers import UNMET, Trigger, triggered, triggers

Owed = Iterator[tuple[DutyRow, int, int]]
"""Duties, each with the first recording from which it was owed so, and the first from which it no longer was."""

ERA = frozenset(("started",))


def owed_as_known(growth: CaseVersions) -> RowSpans[DutyRow]:
    """Derive every duty of every clause in the catalogue, at any time of knowledge.

    An era is a span of knowledge over which the start of supervision did not change. A clause that starts after the end of
    supervision asks nothing.
    """
    found = RowSpans[DutyRow]()
    if not growth.frames:
        return found
    every = clause_index(catalogue().clauses)
    last_day = growth.last_day(every.dated)
    for era in growth.epochs(ERA):
        for number, clause, parts in every.of(era.frame, growth.first_day, last_day, growth.by_type.keys()):
            start, end = clause.start or date.min, clause.end or date.max
            epochs = [epoch for epoch in growth.epochs(parts, era) if start <= epoch.ends_on]
            for row, since, until in AS_KNOWN.get(clause.kind, again)(number, clause, growth, epochs):
                if start <= row.arises_on < end:
                    found.add(row, since, until)
    return found


def within(number: int, clause: Clause, growth: CaseVersions, epochs: Iterable[Epoch]) -> Owed:
    """Derive the duties of a clause of the kind ``within``.

    What a trigger raises holds as long as the trigger is known, within the epoch. Entries that answer it became known one
    after another: each time the first of those known counts.
    """
    for epoch in epochs:
        frame, opens, closes, _ = epoch
        for duty in clause_kinds.asked(clause, frame, raised(clause, growth, epoch)):
            trigger, arises, due, ended = duty.trigger, duty.arises_on, duty.due_on, duty.ended_on
            since = trigger.since if trigger.since > opens else opens
            until = trigger.until if trigger.until < closes else closes
            entry, row, place = trigger.entry, duty.value.number, frame.held_by(due)
            if clause.by_recording:
                met_on, met_by = clause_kinds.recorded(trigger)
                yield DutyRow(number, row, arises, due, met_on, ended, entry, met_by, place), since, until
                continue
            candidates = answers(clause, growth, trigger, duty.earliest)
            for met, begins, ends in first_known(candidates, since, until):
                met_on, met_by = (met.day, (met.entry,)) if met else UNMET
                yield DutyRow(number, row, arises, due, met_on, ended, entry, met_by, place), begins, ends


def raised(clause: Clause, growth: CaseVersions, epoch: Epoch) -> Sequence[Trigger]:
    """Find what raises duties and was known at some time within an epoch. Compare ``triggers``."""
    frame, opens, closes, over = epoch
    assert frame.start is not None
    if not isinstance(clause.after, EntryPattern) and clause.after not in ("absence", "failure", "risk_changes"):
        return triggers(clause, frame)
    ever = growth.triggers.get((clause.after, clause.each))
    if ever is None:
        ever = growth.triggers[clause.after, clause.each] = list(_ever_raised(clause, growth))
    first = frame.start.on if clause.after == "risk_changes" else date.min
    return [t for t in ever if t.since < closes and t.until > opens and first <= t.on < over]


def _ever_raised(clause: Clause, growth: CaseVersions) -> Iterator[Trigger]:
    """Find what raises duties at some time of knowledge, where entries raise them and not what holds of the case."""
    if isinstance(clause.after, EntryPattern):
        for version in growth.described(clause.after):
            yield from triggered(clause, clause.after, version.fact, version.since, version.until)
    elif clause.after == "risk_changes":
        for version in growth.by_type.get(RiskLevelChanged, ()):
            fact = version.fact
            yield Trigger(fact.occurred_on, fact.entry, fact, None, None, version.since, version.until)
    else:
        for failed in growth.absences if clause.after == "absence" else growth.failures:
            failure = failed.failure
            yield Trigger(failure.on, failure.entry, None, None, failure.of, failed.since, failed.until)


def answers(clause: Clause, growth: CaseVersions, trigger: Trigger, earliest: date) -> Sequence[Candidate]:
    """Find every entry that could answer the trigger at some time of knowledge, in the order in which they count."""
    found: list[Candidate] = []
    for described in clause.by:
        days, candidates = growth.admitted(described)
        later = candidates[bisect_left(days, earliest) :]
        if not described.about_anything:
            later = [c for c in later if described.answers(c.fact, trigger.entry, trigger.item)]
        found = found + later if found else later
    if len(clause.by) > 1:
        found.sort(key=BY_DAY)
    return found


def frequency(number: int, clause: Clause, growth: CaseVersions, epochs: Iterable[Epoch]) -> Owed:
    """Derive the duties of a clause of the kind ``frequency``.

    Equal windows of several epochs are laid once. A window is filled anew whenever an entry in it becomes known.
    """
    assert clause.counts is not None
    laid = RowSpans[tuple[DutyRow, date, float]]()
    for frame, opens, closes, _ in epochs:
        assert frame.start is not None
        for window in windows(clause, frame):
            begins, due, ended, entry = window.begins, window.due_on, window.ended_on, frame.start.entry
            row = DutyRow(number, window.value.number, begins, due, None, ended, entry, (), frame.held_by(due))
            laid.add((row, window.closes, window.needed), opens, closes)
    days, counted = growth.admitted(clause.counts)
    for (row, before, needed), opens, closes in laid.spans(growth.over):
        inside = counted[bisect_left(days, row.arises_on) : bisect_left(days, before)]
        for known, since, until in known_in_turn(inside, opens, closes):
            if known:
                met_on, met_by = reached(clause, known, needed)
                _, value, begins, due, _, ended, raised_by, _, place = row
                yield DutyRow(number, value, begins, due, met_on, ended, raised_by, met_by, place), since, until
            else:
                yield row, since, until


def again(number: int, clause: Clause, growth: CaseVersions, epochs: Iterable[Epoch]) -> Owed:
    """Derive the duties of a clause of the kinds ``every``, ``response`` and ``while``.

    One duty follows from how another was met, so all are derived anew at each recording of something that counts.
    """
    turns = {turn for known in asked_for(clause, growth) for turn in (known.since, known.until)}
    for frame, opens, closes, _ in epochs:
        for since, until in spans({turn for turn in turns if opens < turn < closes}, opens, closes):
            for o in clause_kinds.DERIVE[clause.kind](clause, HistoryAt(growth, frame, since)):
                place = frame.held_by(o.due_on)
                row = DutyRow(
                    number, o.value.number, o.arises_on, o.due_on, o.met_on, o.ended_on, o.raised_by, o.met_by, place
                )
                yield row, since, until


def asked_for(clause: Clause, growth: CaseVersions) -> Iterator[Spanned]:
    """Find all that may raise or answer a duty of a clause, at any time of knowledge."""
    for described in clause.by:
        yield from growth.described(described)
        if described.unless_outcome:
            yield from growth.admitted(described).entries
    if isinstance(clause.after, EntryPattern):
        yield from growth.described(clause.after)
    elif clause.after == "risk_changes":
        yield from growth.by_type.get(RiskLevelChanged, ())
    elif clause.after == "absence":
        yield from growth.absences
    if clause.after == "failure" or clause.kind == "response":
        yield from growth.failures


def known_in_turn(
    candidates: Sequence[Candidate], opens: int, closes: int
) -> Iterator[tuple[list[Candidate], int, int]]:
    """Split a span of knowledge where one of some candidates becomes known or ceases to be; with those known in each part."""
    turns = {turn for known in candidates for turn in (known.since, known.until) if opens < turn < closes}
    for since, until in spans(turns, opens, closes):
        yield [known for known in candidates if known.since <= since < known.until], since, until


def spans(turns: Iterable[int], opens: int, closes: int) -> Iterable[tuple[int, int]]:
    """Split a span at each turn within it."""
    if not turns:
        return ((opens, closes),)
    at = [opens, *sorted(turns), closes]
    return pairwise(at)


AS_KNOWN: Mapping[str, Callable[[int, Clause, CaseVersions, Iterable[Epoch]], Owed]] = {
    "within": within, "frequency": frequency,
}  # fmt: skip
