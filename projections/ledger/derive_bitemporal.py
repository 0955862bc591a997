"""What was owed on a case at any time of knowledge: each clause worked out only where something it asks for changed."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from domain.aggregates.amendments import IN_ORDER
from domain.entries.case_entries import RiskLevelChanged
from domain.policy.clauses import Clause
from domain.policy.conditions import EntryPattern
from projections.history.history import BY_DAY
from projections.ledger.case_versions import Admitted, CaseVersions, Epoch
from projections.ledger.knowledge_spans import RowSpans, first_known
from projections.ledger.ledger_rows import DutyRow, holder
from projections.obligations import clause_kinds
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.clause_index import clause_index
from projections.obligations.contact_windows import amount, reached, windows
from projections.obligations.triggers import DAY, ONE_DAY, Trigger, triggered, triggers

Owed = Iterator[tuple[DutyRow, int, int]]
"""Duties, each with the span of knowledge in which it was owed so."""

ERA = frozenset(("started",))


def owed_as_known(growth: CaseVersions) -> RowSpans[DutyRow]:
    """Every duty of every clause in the catalogue, at any time of knowledge."""
    found = RowSpans[DutyRow]()
    if not growth.frames:
        return found
    every = clause_index(catalogue().clauses)
    last_day = growth.last_day(every.dated)
    for era in growth.epochs(ERA):
        for number, clause, parts in every.of(era.frame, growth.first_day, last_day, growth.by_type.keys()):
            owed = AS_KNOWN.get(clause.kind, again)
            start, end = clause.start or date.min, clause.end or date.max
            for epoch in growth.epochs(parts):
                over = epoch.frame.end
                if era.since <= epoch.since < era.until and (over is None or start <= over.on):
                    for row, since, until in owed(number, clause, growth, epoch):
                        if start <= row[2] < end:  # the day it arises
                            found.add(row, since, until)
    return found


def within(number: int, clause: Clause, growth: CaseVersions, epoch: Epoch) -> Owed:
    """Of the kind ``within``: what a trigger raises stands over the epoch; what answers it came to be known in turn."""
    frame = epoch.frame
    held_by = holder(frame.allocation)
    for trigger, since, until in raised(clause, growth, epoch):
        asked = clause_kinds.asked_within(clause, frame, trigger)
        if asked is None:
            continue
        value, arises, due, ended, earliest = asked
        entry, row, place = trigger.entry, clause.values.index(value), held_by(due)
        if clause.by_recording:
            day, _ = clause_kinds.recorded(trigger)
            yield DutyRow(number, row, arises, due, day, ended, entry, (entry,), place), since, until
            continue
        candidates = answers(clause, growth, trigger, earliest)
        for met, begins, ends in first_known(candidates, since, until):
            if met is None:
                yield DutyRow(number, row, arises, due, None, ended, entry, (), place), begins, ends
            else:
                yield DutyRow(number, row, arises, due, met[0], ended, entry, (met[1],), place), begins, ends


def raised(clause: Clause, growth: CaseVersions, epoch: Epoch) -> Sequence[tuple[Trigger, int, int]]:
    """As ``triggers``, with the spans of knowledge within an epoch."""
    frame, opens, closes = epoch
    assert frame.start is not None
    if not isinstance(clause.after, EntryPattern) and clause.after not in ("absence", "failure", "risk_changes"):
        return [(trigger, opens, closes) for trigger in triggers(clause, frame)]
    ever = growth.triggers.get((clause.after, clause.each))
    if ever is None:
        ever = growth.triggers[clause.after, clause.each] = list(_ever_raised(clause, growth))
    first = frame.start.on if clause.after == "risk_changes" else date.min
    over = date.max if frame.end is None else frame.end.on
    return [
        (trigger, since if since > opens else opens, until if until < closes else closes)
        for trigger, since, until in ever
        if since < closes and until > opens and first <= trigger[0] < over
    ]


def _ever_raised(clause: Clause, growth: CaseVersions) -> Iterator[tuple[Trigger, int, int]]:
    """What raises a duty at some time of knowledge, where that hangs on entries and not on what holds from a day on."""
    if isinstance(clause.after, EntryPattern):
        for fact, since, until in growth.described(clause.after):
            for trigger in triggered(clause, clause.after, fact):
                yield trigger, since, until
    elif clause.after == "risk_changes":
        for fact, since, until in growth.by_type.get(RiskLevelChanged, ()):
            yield Trigger(fact.occurred_on, fact.entry, fact), since, until
    else:
        for failure, since, until in growth.absences if clause.after == "absence" else growth.failures:
            yield Trigger(failure.on, failure.entry, None, None, failure.of), since, until


def answers(clause: Clause, growth: CaseVersions, trigger: Trigger, earliest: date) -> Sequence[Admitted]:
    """Every entry that could ever answer the trigger, the one that comes first before the others."""
    found: list[Admitted] = []
    for described in clause.by:
        admitted = growth.admitted(described)
        later = admitted[bisect_left(admitted, earliest, key=DAY) :] if admitted else []
        if not described.about_anything:
            later = [a for a in later if described.answers(a[2], trigger.entry, trigger.item)]
        found = found + later if found else later
    if len(clause.by) > 1:
        found.sort(key=BY_DAY)
    return found


def frequency(number: int, clause: Clause, growth: CaseVersions, epoch: Epoch) -> Owed:
    """Of the kind ``frequency``: the windows stand over the epoch; they fill as entries come to be known."""
    frame, opens, closes = epoch
    assert clause.counts is not None and frame.start is not None
    counted = growth.admitted(clause.counts)
    for_one = clause.sum is None
    days = [a[0] for a in counted]
    entry, held_by = frame.start.entry, holder(frame.allocation)
    for value, begins, ends_before, off, needed in windows(clause, frame):
        cut = off if off < ends_before else None
        due = ends_before - ONE_DAY
        row, place = clause.values.index(value), held_by(due)
        first, last = bisect_left(days, begins), bisect_left(days, cut or ends_before)
        if first == last:
            yield DutyRow(number, row, begins, due, None, cut, entry, (), place), opens, closes
            continue
        inside = [a for a in counted[first:last] if a[3] < closes and a[4] > opens]
        turns = {turn for a in inside for turn in a[3:] if opens < turn < closes}
        for since, until in spans(turns, opens, closes):
            filled = [
                (day, e, 1 if for_one else amount(clause, fact)) for day, e, fact, s, u in inside if s <= since < u
            ]
            met_on, met_by = reached(filled, needed)
            yield DutyRow(number, row, begins, due, met_on, cut, entry, met_by, place), since, until


def again(number: int, clause: Clause, growth: CaseVersions, epoch: Epoch) -> Owed:
    """Of the kinds in which one duty follows from how another was met: laid anew when something that counts is recorded."""
    frame, opens, closes = epoch
    described = (*clause.by, clause.after) if isinstance(clause.after, EntryPattern) else clause.by
    known = {entries: _in(growth.described(entries), opens, closes) for entries in described}
    for found in known.values():
        found.sort(key=lambda version: IN_ORDER(version.fact))
    changed = _in(growth.by_type.get(RiskLevelChanged, ()) if clause.after == "risk_changes" else (), opens, closes)
    absent = _in(growth.absences if clause.after == "absence" else (), opens, closes)
    failed = _in(growth.failures if clause.kind == "response" or clause.after == "failure" else (), opens, closes)
    if not clause_kinds.may_arise(clause, frame, known, failed):
        return
    turns = {t for found in (*known.values(), changed, absent, failed) for _, *span in found for t in span}
    held_by = holder(frame.allocation)
    admitted = {entries: growth.admitted(entries) for entries in clause.by}
    for since, until in spans({t for t in turns if opens < t < closes}, opens, closes):
        history = frame.beside(
            {RiskLevelChanged: [f for f, s, u in changed if s <= since < u]},
            {entries: [f for f, s, u in found if s <= since < u] for entries, found in known.items()},
            {e: [a[:3] for a in found if a[3] <= since < a[4]] for e, found in admitted.items()},
            [f for f, s, u in absent if s <= since < u],
            [f for f, s, u in failed if s <= since < u],
        )
        for duty in clause_kinds.DERIVE[clause.kind](clause, history):
            place = held_by(duty.due_on)
            yield (
                DutyRow(
                    number, clause.values.index(duty.value), duty.arises_on, duty.due_on, duty.met_on, duty.ended_on,
                    duty.raised_by, duty.met_by, place,
                ),
                since,
                until,
            )  # fmt: skip


def _in(found: Iterable[tuple[Any, int, int]], opens: int, closes: int) -> list[Any]:
    """What was known at some time within a span."""
    return [known for known in found if known[1] < closes and known[2] > opens]


def spans(turns: Iterable[int], opens: int, closes: int) -> Iterable[tuple[int, int]]:
    """The spans between turns, from ``opens`` to ``closes``."""
    if not turns:
        return ((opens, closes),)
    at = [opens, *sorted(turns), closes]
    return pairwise(at)


AS_KNOWN: Mapping[str, Callable[[int, Clause, CaseVersions, Epoch], Owed]] = {"within": within, "frequency": frequency}
