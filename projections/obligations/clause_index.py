"""An index of clauses: which of them may raise a duty on a case."""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import date
from typing import NamedTuple

from domain.entries import case_entries
from domain.entries.case_entries import Entry
from domain.policy.clauses import Clause
from domain.policy.conditions import EntryPattern
from projections.history.history import History

INDEXES_CACHED = 64
"""Indexes cached: one for each framework, and one for each edition by which a framework is scored again."""

Types = frozenset[type[Entry]]

_FAILING: Types = frozenset((
    case_entries.AppointmentOutcomeRecorded, case_entries.AbsenceJudged, case_entries.UnpaidWorkSession,
))  # fmt: skip
_RISK: Types = frozenset((case_entries.AssessmentCompleted, case_entries.RiskLevelChanged))
_STARTED: Types = frozenset((case_entries.SupervisionStarted,))

_RAISED_BY: Mapping[str, Types] = {
    "start": _STARTED,
    "release": frozenset((case_entries.CustodyEnded,)),
    "surrender": frozenset((case_entries.WhereaboutsKnown,)),
    "receipt": _STARTED,
    "end": frozenset((case_entries.SupervisionEnded,)),
    "transfer": _STARTED,
    "appointment": frozenset((case_entries.AppointmentMade,)),
    "absence": _FAILING,
    "failure": _FAILING,
    "risk_becomes_high": _RISK,
    "risk_changes": _RISK | {case_entries.WhereaboutsUnknown},
}
_CHANGED_BY: Mapping[str, Types] = {
    "risk": _RISK,
    "tier": frozenset((case_entries.TierSet, case_entries.SupervisionStarted)),
    "mappa_level": frozenset((case_entries.MappaSet,)),
}


def raised_by(clause: Clause) -> Types:
    """The types of entry that raise its duties: without an entry of one of them, the clause raises none.

    Those on custody, whereabouts, risk and MAPPA may stand on another file of the person.
    """
    if isinstance(clause.after, EntryPattern):
        return frozenset((clause.after.type,))
    if clause.after is not None:
        return _RAISED_BY[clause.after]
    if clause.kind == "response":
        return _FAILING
    states = [_CHANGED_BY[name] for name, _ in clause.during if name in _CHANGED_BY]
    return states[0] if clause.kind == "while" and states else _STARTED


ALWAYS_ASKED = frozenset((
    "started", "end", "ends_on", "custody", "unknown", "allocation", "requirements", "person",
))  # fmt: skip
"""The timelines on which every duty may depend."""


def timelines_asked(clause: Clause) -> frozenset[str]:
    """The timelines of a case (see ``projections.ledger.case_versions``) that the duties under this clause depend on."""
    asked = {name for name, _ in clause.during}.union(clause.asks)
    if clause.after in ("risk_becomes_high", "risk_changes"):
        asked.add("risk")
    if clause.kind == "frequency":
        asked |= {"suspended", "risk"}
    if clause.past_end:
        asked.add("work_done_on")
    return ALWAYS_ASKED.union(
        asked & {"risk", "tier", "tier_v2", "tier_v3", "mappa_level", "suspended", "work_done_on"}
    )


class IndexedClause(NamedTuple):
    """A clause in an index, with its number there and the timelines that its duties depend on.

    ``series``: the clauses of its id in all editions, where it lays windows. ``first_contacts``: the clauses on a first
    contact that it names.
    """

    number: int
    clause: Clause
    timelines_asked: frozenset[str]
    series: tuple[Clause, ...] = ()
    first_contacts: tuple[Clause, ...] = ()


class ClauseIndex:
    """Clauses by the order type that they apply to and the time in which they are in force."""

    def __init__(self, clauses: Iterable[Clause]):
        clauses = tuple(clauses)
        series = {c.id: tuple(one for one in clauses if one.id == c.id) for c in clauses if c.kind == "frequency"}
        first = {c.id: tuple(one for one in clauses if one.id in c.first_contacts) for c in clauses if c.first_contacts}
        self._listed = [
            (IndexedClause(at, c, timelines_asked(c), series.get(c.id, ()), first.get(c.id, ())), raised_by(c))
            for at, c in enumerate(clauses)
        ]
        self.listed = [listed for listed, _ in self._listed]
        every = [listed.clause for listed in self.listed]
        self._starts = sorted({c.start for c in every if c.start is not None})
        self._ends = sorted({c.end for c in every if c.end is not None})
        self._for: dict[tuple[str, int, int, int, int], Sequence[tuple[IndexedClause, Types]]] = {}
        after = [c.after for c in every if isinstance(c.after, EntryPattern)]
        self.dated = {(e.type, e.on) for c in every for e in (*c.entries, *after) if e.on is not None} | {
            (e.type, c.stands_until) for c in every for e in c.by if c.stands_until is not None
        }
        """Pairs of an entry type and a date field of it on which a duty may arise."""

    def to_walk(self, history: History) -> list[IndexedClause]:
        """The clauses that may raise a duty on this case."""
        last = history.end.on if history.end else None
        return self.of(history, history.first_day, last, history.types)

    def of(self, frame: History, first: date, last: date | None, present: Set[type[Entry]]) -> list[IndexedClause]:
        """The clauses for this order type, in force at some time from ``first`` to ``last``, whose triggers are ``present``."""
        assert frame.started is not None and frame.start is not None
        starts, ends, start = self._starts, self._ends, frame.start.on
        key = (
            frame.started.order_type,
            bisect_right(ends, first),
            len(starts) if last is None else bisect_right(starts, last),
            bisect_right(ends, start),
            bisect_right(starts, start),
        )
        found = self._for.get(key)
        if found is None:
            found = self._for[key] = list(self._in_force(*key[:3], start))
        return [listed for listed, raised_by in found if not present.isdisjoint(raised_by)]

    def _in_force(self, order: str, over: int, begun: int, start: date) -> Iterable[tuple[IndexedClause, Types]]:
        ended, started = self._ends[:over], self._starts[:begun]
        for listed, raised_by in self._listed:
            clause = listed.clause
            if clause.end in ended or not (clause.start is None or clause.start in started):
                continue
            if clause.kind == "within" and clause.after == "start" and not clause.again and not clause.in_force(start):
                continue
            if all(order in orders for name, orders in clause.when if name == "order_type"):
                yield listed, raised_by


_INDEXES: OrderedDict[int, tuple[Iterable[Clause], ClauseIndex]] = OrderedDict()


def clause_index(clauses: Iterable[Clause]) -> ClauseIndex:
    """The index of these clauses, cached where they are a tuple."""
    kept = _INDEXES.get(id(clauses))
    if kept is not None and kept[0] is clauses:
        return kept[1]
    made = ClauseIndex(clauses)
    if isinstance(clauses, tuple):
        _INDEXES[id(clauses)] = (clauses, made)  # keep the tuple too: Python reuses the id of a deleted object
        while len(_INDEXES) > INDEXES_CACHED:
            _INDEXES.popitem(last=False)
    return made
