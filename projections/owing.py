"""What was owed on a case at any time of knowledge: each clause worked out only where something it asks for changed."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from operator import attrgetter

from domain.clauses import Clause, Value
from domain.conditions import Entries
from domain.facts import AbsenceJudged, AppointmentOutcomeRecorded, Fact, RiskLevelChanged
from projections import kinds
from projections.catalogue import catalogue
from projections.docket import docket
from projections.duties import DAY, ONE_DAY, Trigger, triggered, triggers
from projections.growth import Admitted, Epoch, Growth
from projections.history import History
from projections.knowledge import Found, Version, first_known
from projections.obligation import Obligation
from projections.rows import DutyRow, duty_row

Owed = Iterator[tuple[Obligation, int, int]]
"""Duties, each with the span of knowledge in which it was owed so."""


def owed_as_known(growth: Growth) -> Found[DutyRow]:
    """Every duty of every clause in the catalogue, at any time of knowledge."""
    found = Found[DutyRow]()
    if not growth.frames:
        return found
    every = docket(catalogue().clauses)
    for era in growth.epochs(frozenset(("started",))):
        for clause in every.of(era.frame, growth.first_day, None, growth.by_type.keys()):
            owed = AS_KNOWN.get(clause.kind, again)
            for epoch in growth.epochs(parts(clause)):
                if era.since <= epoch.since < era.until:
                    for duty, since, until in owed(clause, growth, epoch):
                        if clause.in_force(duty.arises_on):
                            found.add(duty_row(duty, epoch.frame), since, until)
    return found


def parts(clause: Clause) -> frozenset[str]:
    """What of a case's frame its duties under this clause depend on."""
    asked = {name for name, _ in clause.during}.union(clause.asks)
    if clause.after == "risk_becomes_high":
        asked.add("risk")
    return frozenset(("started", "end", "custody", "allocation")).union(asked & {"risk", "tier", "mappa_level"})


def within(clause: Clause, growth: Growth, epoch: Epoch) -> Owed:
    """Of the kind ``within``: what a trigger raises stands over the epoch; what answers it came to be known in turn."""
    frame = epoch.frame
    for trigger, since, until in raised(clause, growth, epoch):
        asked = kinds.asked_within(clause, frame, trigger)
        if asked is None:
            continue
        value, arises, due, ended, earliest = asked
        if clause.by_recording:
            day, entry = kinds.recorded(trigger)
            yield Obligation(clause, value, arises, due, day, ended, trigger.entry, (entry,)), since, until
            continue
        candidates = answers(clause, growth, trigger, earliest)
        for met, begins, ends in first_known(candidates, since, until):
            met_on, met_by = (None, ()) if met is None else (met.day, (met.entry,))
            yield Obligation(clause, value, arises, due, met_on, ended, trigger.entry, met_by), begins, ends


def raised(clause: Clause, growth: Growth, epoch: Epoch) -> Iterator[tuple[Trigger, int, int]]:
    """As ``triggers``, with the spans of knowledge within an epoch."""
    frame, opens, closes = epoch
    over = None if clause.after == "end" or frame.end is None else frame.end.on
    for trigger, since, until in _raised(clause, growth, epoch):
        begins, ends = max(since, opens), min(until, closes)
        if begins < ends and (over is None or trigger.on < over):
            yield trigger, begins, ends


def _raised(clause: Clause, growth: Growth, epoch: Epoch) -> Iterator[tuple[Trigger, int, int]]:
    if isinstance(clause.after, Entries):
        for fact, since, until in growth.described(clause.after):
            for trigger in triggered(clause, clause.after, fact):
                yield trigger, since, until
    elif clause.after in ("absence", "failure"):
        for failure, since, until in growth.absences if clause.after == "absence" else growth.failures:
            yield Trigger(failure.on, failure.entry, None, None, failure.of), since, until
    elif clause.after == "risk_changes":
        for fact, since, until in growth.by_type.get(RiskLevelChanged, ()):
            if fact.occurred_on >= epoch.frame.start.on:
                yield Trigger(fact.occurred_on, fact.entry, fact), since, until
    else:
        for trigger in triggers(clause, epoch.frame):
            yield trigger, epoch.since, epoch.until


def answers(clause: Clause, growth: Growth, trigger: Trigger, earliest) -> Sequence[Admitted]:
    """Every entry that could ever answer the trigger, the one that comes first before the others."""
    found = []
    for described in clause.by:
        admitted = growth.admitted(described)
        later = admitted[bisect_left(admitted, earliest, key=DAY) :]
        if not described.about_anything:
            later = [a for a in later if described.answers(a.fact, trigger.entry, trigger.item)]
        found.append(later)
    if len(found) == 1:
        return found[0]
    return sorted((a for later in found for a in later), key=attrgetter("day", "entry"))


def frequency(clause: Clause, growth: Growth, epoch: Epoch) -> Owed:
    """Of the kind ``frequency``: the windows stand over the epoch; they fill as entries come to be known."""
    frame, opens, closes = epoch
    counted = growth.admitted(clause.counts)
    days = [a.day for a in counted]
    for value, begins, ends_before, off, needed in kinds.windows(clause, frame):
        cut = off if off < ends_before else None
        due = ends_before - ONE_DAY
        inside = counted[bisect_left(days, begins) : bisect_left(days, cut or ends_before)]
        inside = [a for a in inside if a.since < closes and a.until > opens]
        turns = {t for a in inside for t in (a.since, a.until) if opens < t < closes}
        for since, until in spans(turns, opens, closes):
            filled = [(a.day, a.entry, kinds.amount(clause, a.fact)) for a in inside if a.since <= since < a.until]
            met_on, met_by = kinds.reached(filled, needed)
            yield Obligation(clause, value, begins, due, met_on, cut, frame.start.entry, met_by, True), since, until


def again(clause: Clause, growth: Growth, epoch: Epoch) -> Owed:
    """Of the kinds in which one duty follows from how another was met: laid anew when something that counts is recorded."""
    frame, opens, closes = epoch
    described = [*clause.by, *([clause.after] if isinstance(clause.after, Entries) else [])]
    known = {entries: growth.described(entries) for entries in described}
    absent = growth.absences if clause.after == "absence" else []
    failed = growth.failures if clause.kind == "response" or clause.after == "failure" else []
    turns = {
        turn
        for found in (*known.values(), absent, failed)
        for _, since, until in found
        for turn in (since, until)
        if opens < turn < closes
    }
    for since, until in spans(turns, opens, closes):
        by_type: dict[type[Fact], list[Fact]] = {}
        for entries, found in known.items():
            by_type.setdefault(entries.type, []).extend(f for f, s, u in found if s <= since < u)
        history = frame.beside(
            {t: list({id(f): f for f in found}.values()) for t, found in by_type.items()},
            [f for f, s, u in absent if s <= since < u],
            sorted(f for f, s, u in failed if s <= since < u),
        )
        for duty in kinds.DERIVE[clause.kind](clause, history):
            yield duty, since, until


def spans(turns: Iterable[int], opens: int, closes: int) -> Iterator[tuple[int, int]]:
    """The spans between turns, from ``opens`` to ``closes``."""
    at = [opens, *sorted(turns), closes]
    return zip(at, at[1:], strict=False)


AS_KNOWN: Mapping[str, Callable[[Clause, Growth, Epoch], Owed]] = {"within": within, "frequency": frequency}
