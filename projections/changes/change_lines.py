"""The changes of the cases that a page shows, as objects: one line a case, and the entries that changed a past verdict."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from domain.calendar.london_time import day_of
from domain.calendar.workdays import working_days_between
from domain.entries.case_entries import Entry
from domain.entries.code_lists import RISK_LEVELS
from projections.arrays.date_numbers import date_of, instant_of
from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.caseload import DutyLine
from projections.changes.caseload_changes import CaseloadChanges, ChangeKind
from projections.changes.compared_duties import Duties
from projections.columns.column_rows import EntryIds
from projections.columns.column_schema import Array
from projections.ledger.ledger import Place
from projections.lists.shown_cases import snapshots_by_number
from projections.obligations.duty_state import FELL_DUE, IN_TIME, Obligation

EntriesOf = Callable[[str], Iterable[Entry]]
"""Gives the entries of a case and of its person's other files, by its reference."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A level that was raised: of risk of harm, or of MAPPA. None: there was none. ``on``: the day from which it holds."""

    was: str | int | None
    now: str | int
    on: date


@dataclass(frozen=True, slots=True)
class Arrived:
    """A case that was not held here. ``was``: where it was held; None: its supervision had not begun, as far as was known."""

    was: Place | None
    on: date


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A duty with another verdict. ``was``, ``now``: in time or not; None: it had none, or has none any more.

    ``known_at``: the instant of the recording that did it; None where the duty is gone and nobody knows which. ``because``: the
    entries of that recording.
    """

    obligation: Obligation
    was: bool | None
    now: bool | None
    known_at: datetime | None
    because: Sequence[Entry] = ()

    @property
    def days_after(self) -> int | None:
        """Working days from the day of the entry to its recording; None where there is no entry."""
        late = [working_days_between(fact.occurred_on, day_of(fact.recorded_at)) for fact in self.because]
        return max(late) if late else None


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """What changed on one case. ``stays``: until it is opened. ``day``: of the last change."""

    case: CaseSnapshot
    day: date
    stays: bool
    kinds: Sequence[ChangeKind]
    risk: Raised | None
    mappa: Raised | None
    arrived: Arrived | None
    absences: Sequence[DutyLine]
    overdue: Sequence[DutyLine]
    past: Sequence[VerdictChange]


def change_lines(
    found: CaseloadChanges, cases: Array, entries_of: EntryIds, facts_of: EntriesOf
) -> list[ChangeLine]:  # fmt: skip
    """The lines of these cases (numbers), in their order."""
    snapshots = snapshots_by_number(found.selection, cases)
    among = np.zeros(found.selection.columns.numbers, bool)
    among[cases] = True
    absences = _by_case(found.duties.absences, among, snapshots, entries_of)
    overdue = _by_case(found.duties.overdue, among, snapshots, entries_of)
    past: defaultdict[int, list[VerdictChange]] = defaultdict(list)
    for case, change in verdict_changes(found, among, entries_of, facts_of):
        past[case].append(change)
    parts = {name: found.spells.holds_since(np.sort(cases), name) for name in ("risk", "mappa_level", "place")}
    at = {case: place for place, case in enumerate(np.sort(cases).tolist())}
    return [
        _line(found, case, snapshots[case], {name: date_of(days[at[case]]) for name, days in parts.items()},
              absences.get(case, []), overdue.get(case, []), past[case])
        for case in cases.tolist()
    ]  # fmt: skip


def _line(
    found: CaseloadChanges, case: int, snapshot: CaseSnapshot, since: Mapping[str, date], absences: Sequence[DutyLine],
    overdue: Sequence[DutyLine], past: Sequence[VerdictChange],
) -> ChangeLine:  # fmt: skip
    kinds = [kind for kind, days in found.days.items() if days[case]]
    harm, spells = "harm" in kinds, found.spells
    (risk_was, risk_now), (mappa_was, mappa_now) = (
        (int(then[case]), int(now[case])) for then, now in (spells.risk, spells.mappa)
    )
    place = int(spells.was["place"][case])
    places = found.selection.columns.words["place"].values
    return ChangeLine(
        snapshot, date_of(max(int(days[case]) for days in found.days.values())), bool(found.stays[case]), kinds,
        Raised(RISK_LEVELS[risk_was] if risk_was >= 0 else None, RISK_LEVELS[risk_now], since["risk"])
        if harm and spells.risk_raised[case] else None,
        Raised(mappa_was or None, mappa_now, since["mappa_level"]) if harm and spells.mappa_raised[case] else None,
        Arrived(places[place] if place >= 0 else None, since["place"]) if "transfers" in kinds else None,
        absences, overdue, past,
    )  # fmt: skip


def _by_case(
    duties: Duties, among: Array, snapshots: Mapping[int, CaseSnapshot], entries_of: EntryIds
) -> Mapping[int, list[DutyLine]]:
    chosen = duties.only(among[duties.case])
    found: defaultdict[int, list[DutyLine]] = defaultdict(list)
    for case, line in zip(
        chosen.case.tolist(), chosen.listed.lines(np.arange(len(chosen)), snapshots, entries_of), strict=True
    ):
        found[case].append(line)
    return {
        case: sorted(lines, key=lambda line: (line.obligation.due_on, line.clause.id)) for case, lines in found.items()
    }


def verdict_changes(
    found: CaseloadChanges, among: Array, entries_of: EntryIds, facts_of: EntriesOf
) -> list[tuple[int, VerdictChange]]:
    """The verdicts that differ on some cases (for each case whether it is wanted), by case and due date."""
    changes: list[tuple[int, VerdictChange]] = []
    for duties, was, gone in ((found.past, found.past_was, False), (found.duties.verdicts.gone, None, True)):
        which = among[duties.case]
        chosen = duties.only(which)
        then = chosen.then if was is None else was[which]
        known_at = chosen.until if gone else chosen.since
        for at, shown in enumerate(chosen.listed.shown(np.arange(len(chosen)), entries_of)):
            instant = instant_of(int(known_at[at]))
            facts = facts_of(shown.reference) if instant is not None else ()
            changes.append((
                int(chosen.case[at]),
                VerdictChange(shown.obligation, _verdict(then[at]), None if gone else _verdict(chosen.now_then[at]), instant,
                              [fact for fact in facts if fact.recorded_at == instant]),
            ))  # fmt: skip
    return sorted(changes, key=lambda one: (one[0], one[1].obligation.due_on, one[1].obligation.clause.id))


def _verdict(state: int) -> bool | None:
    """Whether a duty in this state was met in time; None: it had not fallen due."""
    return int(state) in IN_TIME if int(state) in FELL_DUE else None
