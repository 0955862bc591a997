"""What belongs to the person and holds in all their files: custody, whereabouts, risk and MAPPA level."""

from collections.abc import Sequence
from datetime import date
from typing import cast

from domain.aggregates.amendments import IN_ORDER
from domain.entries import case_entries
from projections.history.custody import Away, Stay, away_in, stays_of_file, stays_of_person
from projections.history.dated_values import ON, Change, without_repeats
from projections.history.file_entries import FileEntries
from projections.history.worked_out import worked_out


class PersonTimelines(FileEntries):
    """The timelines of a person, by all their files."""

    @property
    def _others(self) -> Sequence["PersonTimelines"]:
        return cast(Sequence["PersonTimelines"], self.elsewhere)

    @worked_out
    def _own_stays(self) -> list[Stay]:
        marks = (case_entries.CustodyStarted, case_entries.RecallDecided, case_entries.CustodyEnded)
        return stays_of_file(self.ordered(*marks))

    @worked_out
    def custody(self) -> list[Stay]:
        """The stays in custody by all files of the person, recalls included, in order."""
        if not self._others:
            return stays_of_person([self._own_stays]) if self._own_stays else []
        return stays_of_person([self._own_stays, *(file._own_stays for file in self._others)])

    def in_custody(self, day: date) -> bool:
        return any(stay.holds(day) for stay in self.custody)

    @worked_out
    def unknown(self) -> list[tuple[date, date | None, str, str | None]]:
        """The times in which nobody knew where the person was: first day, first day after, the entries that say so.

        Custody ends one too, but not an arrest from which the person was released on the same day.
        """
        if not any(case_entries.WhereaboutsUnknown in file.by_type for file in (self, *self._others)):
            return []
        kinds = (case_entries.WhereaboutsUnknown, case_entries.WhereaboutsKnown)
        held = [stay.held_from for stay in self.custody if stay.held_from is not None]
        found: list[tuple[date, date | None, str, str | None]] = []
        for mark in sorted((m for f in (self, *self._others) for m in f.ordered(*kinds)), key=IN_ORDER):
            if isinstance(mark, case_entries.WhereaboutsUnknown):
                if not found or (found[-1][1] is not None and found[-1][1] <= mark.occurred_on):
                    taken = min((day for day in held if day > mark.occurred_on), default=None)
                    found.append((mark.occurred_on, taken, mark.entry, None))
            elif found and (found[-1][1] is None or mark.occurred_on < found[-1][1]):
                began, _, entry, _ = found.pop()
                if mark.occurred_on > began:
                    found.append((began, mark.occurred_on, entry, mark.entry))
        return found

    @worked_out
    def away(self) -> list[Away]:
        """The times in custody."""
        return away_in(self.custody) if self.custody else []

    @worked_out
    def away_or_unknown(self) -> list[Away]:
        """The times in custody, and those in which nobody knew where the person was."""
        return (
            away_in(self.custody, [(begins, ends) for begins, ends, *_ in self.unknown]) if self.unknown else self.away
        )

    @worked_out
    def risk(self) -> list[Change]:
        """The overall risk of harm over time, from assessments and recorded changes on all files of the person."""
        kinds = (case_entries.AssessmentCompleted, case_entries.RiskLevelChanged)
        found = [fact for file in (self, *self._others) for fact in file.ordered(*kinds)]
        if self._others:
            found.sort(key=IN_ORDER)
        levels = ((fact, fact.to if isinstance(fact, case_entries.RiskLevelChanged) else fact.level) for fact in found)
        return without_repeats([Change(fact.occurred_on, level, fact.entry) for fact, level in levels if level])

    @worked_out
    def risk_changes(self) -> list[Change]:
        """The days on which the level that holds became another, and those on which the person absconded."""
        changed = [Change(change.on, change.value, change.entry) for change in self.risk[1:]]
        absconded = [Change(begins, None, entry) for begins, _, entry, _ in self.unknown]
        return sorted([*changed, *absconded], key=ON) if absconded else changed

    @worked_out
    def mappa_level(self) -> list[Change]:
        """The MAPPA level over time (None: no longer registered), by all files of the person."""
        kinds = (case_entries.MappaSet, case_entries.MappaEnded)
        found = [fact for file in (self, *self._others) for fact in file.ordered(*kinds)]
        if self._others:
            found.sort(key=IN_ORDER)
        return without_repeats(
            [Change(m.occurred_on, m.level if isinstance(m, case_entries.MappaSet) else None, m.entry) for m in found]
        )
