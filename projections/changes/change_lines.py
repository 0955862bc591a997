"""The changes of the cases that a page shows, as objects: one line a case."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from domain.entries.code_lists import RISK_LEVELS
from projections.arrays.date_numbers import date_of
from projections.cases.case_snapshot import CaseSnapshot
from projections.cases.caseload import DutyLine
from projections.changes.caseload_changes import CaseloadChanges, ChangeKind
from projections.changes.compared_duties import Duties
from projections.changes.past_verdicts import EntriesOf, VerdictChange
from projections.columns.column_rows import EntryIds
from projections.columns.column_schema import Array
from projections.ledger.ledger import Place
from projections.lists.shown_cases import snapshots_by_number


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
    verdicts = found.verdicts.only(among)
    for change in verdicts.lines(np.arange(len(verdicts)), entries_of, facts_of):
        past[change.number].append(change)
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
