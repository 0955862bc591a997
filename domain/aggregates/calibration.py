"""Calibration: cases beside the sample that every assessor reads blind before fieldwork, to see how far they judge alike."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from domain.entries.inspection_entries import CalibrationNamed, ReadingCompleted, reader_of


@dataclass
class Calibration:
    """``cases``: those that stand, in the order in which they were named. ``read``: who finished which, by case and staff key."""

    cases: list[str] = field(default_factory=list)
    read: dict[tuple[str, str], ReadingCompleted] = field(default_factory=dict)

    def take(self, fact: CalibrationNamed | ReadingCompleted) -> None:
        """Apply one stored entry. Never refuses."""
        if isinstance(fact, ReadingCompleted):
            self.read.setdefault((fact.case, reader_of(fact)), fact)
            return
        self.cases = [case for case in self.cases if case != fact.case]
        if not fact.taken_back:
            self.cases.append(fact.case)

    def leave_to_sample(self, cases: Collection[str]) -> None:
        """What a sample or its spares take is no case of calibration any more."""
        self.cases = [case for case in self.cases if case not in cases]

    def finished_at(self, case: str, keys: Iterable[str]) -> datetime | None:
        """When somebody of these staff keys finished a case; None while they have not."""
        return next((self.read[case, key].recorded_at for key in keys if (case, key) in self.read), None)

    def readers(self, case: str) -> list[str]:
        """Who finished a case, in the order in which they did."""
        return [reader for of, reader in self.read if of == case]
