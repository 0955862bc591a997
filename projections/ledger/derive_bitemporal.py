"""Derive what was owed on a case at any time of knowledge.

Each clause is worked out only where something that it asks for changed. What a clause means stands
in ``projections.obligations.clause_kinds``.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import partial
from itertools import pairwise

from domain.entries.case_entries import BreachDecided, BreachInitiated, RecallDecided, RecallRequested
from domain.policy.clauses import Clause
from domain.policy.conditions import EntryPattern
from projections.history.appointments import APPOINTMENTS
from projections.history.history import Candidate, History
from projections.ledger.case_versions import CaseVersions, Epoch
from projections.ledger.history_at import HistoryAt
from projections.ledger.knowledge_spans import RowSpans, Spanned, first_known
from projections.ledger.ledger_rows import DutyRow, Place
from projections.obligations import clause_kinds
from projections.obligations.asked import asked
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.clause_index import IndexedClause, clause_index
from projections.obligations.contact_windows import reached
from projections.obligations.duty_answers import UNMET, answers
from projections.obligations.triggers import Trigger, arises, triggered, triggers
from projections.obligations.window import Moved

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
        for indexed in every.of(era.frame, growth.first_day, last_day, growth.types):
            start, end = indexed.clause.start or date.min, indexed.clause.end or date.max
            epochs = [epoch for epoch in growth.epochs(indexed.timelines_asked, era) if start <= epoch.ends_on]
            for row, since, until in _as_known(indexed.clause)(indexed, growth, epochs):
                if start <= row.arises_on < end:
                    found.add(row, since, until)
    return found


def within(indexed: IndexedClause, growth: CaseVersions, epochs: Iterable[Epoch]) -> Owed:
    """Derive the duties of a clause of the kind ``within``.

    What a trigger raises holds as long as the trigger is known, within the epoch. Entries that answer it became known one
    after another: each time the first of those known counts.
    """
    number, clause = indexed.number, indexed.clause
    for epoch in epochs:
        frame, opens, closes, _ = epoch
        for duty in asked(clause, frame, raised(clause, growth, epoch)):
            trigger, arises, due, ended = duty.trigger, duty.arises_on, duty.due_on, duty.ended_on
            since = trigger.since if trigger.since > opens else opens
            until = trigger.until if trigger.until < closes else closes
            entry, row = trigger.entry, duty.value.number
            candidates = answers(clause, growth, frame, trigger, duty.earliest)
            if ended is not None and ended <= due:
                candidates = [c for c in candidates if c.day <= ended]
            for met, begins, ends in first_known(candidates, since, until):
                met_on, met_by = (met.day, (met.entry,)) if met else UNMET
                due = duty.due_when(clause, frame, met_on)
                yield DutyRow(number, row, arises, due, met_on, ended, entry, met_by, frame.held_by(due)), begins, ends


def raised(clause: Clause, growth: CaseVersions, epoch: Epoch) -> Sequence[Trigger]:
    """Find what raises duties and was known at some time within an epoch. Compare ``triggers``."""
    frame, opens, closes, _ = epoch
    if clause.after == "appointment":
        found = _appointments(growth, frame, opens, closes)
        return [trigger for trigger in found if arises(clause, frame, trigger.on)]
    if not isinstance(clause.after, EntryPattern):
        return triggers(clause, frame)
    ever = growth.triggers.get((clause.after, clause.each))
    if ever is None:
        ever = growth.triggers[clause.after, clause.each] = [
            trigger
            for version in growth.described(clause.after)
            for trigger in triggered(clause, clause.after, version.fact, version.since, version.until)
        ]
    return [t for t in ever if t.since < closes and t.until > opens and arises(clause, frame, t.on)]


def _appointments(growth: CaseVersions, frame: History, opens: int, closes: int) -> Iterator[Trigger]:
    """The appointments that may count, each in the span of knowledge in which it raises a duty on one day."""
    spans_of: dict[tuple[str, date, date], list[list[int]]] = {}
    for _, appointment, since, until in growth.appointments_made:
        if since < closes and until > opens and frame.may_count(appointment):
            on = appointment.to_record_from
            of_day = spans_of.setdefault((appointment.entry, on, min(on, appointment.for_on)), [])
            if of_day and of_day[-1][1] == since:
                of_day[-1][1] = until
            else:
                of_day.append([since, until])
    for (entry, on, runs_from), known in spans_of.items():
        for since, until in known:
            yield Trigger(on, entry, counted_from=runs_from, since=since, until=until)


def frequency(indexed: IndexedClause, growth: CaseVersions, epochs: Iterable[Epoch]) -> Owed:
    """Derive the duties of a clause of the kind ``frequency``.

    Equal windows of several epochs are laid once. A window is filled anew whenever an entry in it becomes known.
    """
    number, clause = indexed.number, indexed.clause
    assert clause.counts is not None
    days, counted = growth.admitted(clause.counts)
    laid = RowSpans[tuple[DutyRow, tuple[tuple[date, float], ...], bool, tuple[int, ...], Moved, Place]]()
    for frame, opens, closes, _ in epochs:
        assert frame.start is not None
        for window in clause_kinds.laid(indexed, frame):
            begins, due, ended, entry = window.begins, window.due_on, window.ended_on, frame.start.entry
            inside = range(bisect_left(days, begins), bisect_left(days, window.closes))
            kept = tuple(at for at in inside if (a := counted[at].appointment) is None or frame.may_count(a))
            row = DutyRow(number, window.value.number, begins, due, None, ended, entry, (), frame.held_by(due))
            laid.add(
                (row, window.asked, window.on_days, kept, window.moved, frame.held_by(window.own_due)), opens, closes
            )
    for (row, steps, on_days, kept, moved, place), opens, closes in laid.spans(growth.over):
        for known, since, until in known_in_turn([counted[at] for at in kept], opens, closes):
            if known:
                met_on, met_by = reached(clause, known, steps, on_days)
                filled = row._replace(due_on=moved.own_due, place=place) if moved.before(met_on) else row
                yield filled._replace(met_on=met_on, met_by=met_by), since, until
            else:
                yield row, since, until


def again(indexed: IndexedClause, growth: CaseVersions, epochs: Iterable[Epoch]) -> Owed:
    """Derive the duties of a clause of the kinds ``every``, ``response`` and ``while``, and of those after a failure.

    One duty follows from how another was met, so all are derived anew at each recording of something that counts.
    """
    number, clause = indexed.number, indexed.clause
    turns = {turn for known in asked_for(clause, growth) for turn in (known.since, known.until)}
    for frame, opens, closes, _ in epochs:
        for since, until in spans({turn for turn in turns if opens < turn < closes}, opens, closes):
            history = growth.kept_history(frame, since, partial(HistoryAt, growth, frame, since))
            for o in clause_kinds.DERIVE[clause.kind](indexed, history):
                place = frame.held_by(o.due_on)
                row = DutyRow(
                    number, o.value.number, o.arises_on, o.due_on, o.met_on, o.ended_on, o.raised_by, o.met_by, place
                )
                yield row, since, until


FAILURES = ("absence", "failure")
ENFORCEMENT = (BreachInitiated, BreachDecided, RecallRequested, RecallDecided)


def asked_for(clause: Clause, growth: CaseVersions) -> Iterator[Spanned]:
    """Find all that may raise or answer a duty of a clause, at any time of knowledge."""
    for described in clause.entries:
        yield from growth.described(described)
        if described.type in APPOINTMENTS:
            yield from growth.admitted(described).entries
    if isinstance(clause.after, EntryPattern):
        yield from growth.described(clause.after)
    if clause.after in FAILURES or clause.kind == "response":
        yield from growth.missed
        for entry_type in ENFORCEMENT:
            yield from growth.by_type.get(entry_type, ())


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


AsKnown = Callable[[IndexedClause, CaseVersions, Iterable[Epoch]], Owed]


def _as_known(clause: Clause) -> AsKnown:
    """The way in which a clause is derived on both axes."""
    if clause.kind == "within" and clause.after not in FAILURES and not clause.until_replaced:
        return within
    return frequency if clause.kind == "frequency" else again
