"""What a score rests on: how many of its cases were away for part of their supervision, and which duties are not laid."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from domain.policy.standards.edition import Standards
from domain.policy.standards.edition_files import national_standards, subjects_laid
from projections.history.history import History
from projections.ledger.ledger import spell_rows
from projections.obligations.interruptions import INTERRUPTIONS


@dataclass(frozen=True, slots=True)
class RestsOn:
    """Of ``cases``, how many were away at some time from the start of supervision to the day read.

    ``not_laid``: the subjects for which the edition in force on that day lays no duties.
    """

    cases: int
    in_custody: int
    whereabouts_unknown: int
    contact_suspended: int
    not_laid: tuple[str, ...]

    @classmethod
    def of(cls, away: Iterable[Iterable[str | None]], on: date, standards: Standards | None = None) -> "RestsOn":
        """``away``: of each case what its spells up to the day say. ``standards``: see ``subjects_not_laid``."""
        cases = [set(of_case) for of_case in away]
        custody, unknown, suspended = (sum(kind in of_case for of_case in cases) for kind in INTERRUPTIONS)
        return cls(len(cases), custody, unknown, suspended, subjects_not_laid(on, standards))

    @classmethod
    def of_histories(cls, histories: Iterable[History], on: date, standards: Standards | None = None) -> "RestsOn":
        """Of cases that had begun by the day, as known by these histories."""
        return cls.of(
            ([s.away for s in spell_rows(history) if s.begins_on <= on] for history in histories), on, standards
        )


def subjects_not_laid(on: date, standards: Standards | None = None) -> tuple[str, ...]:
    """The subjects for which the edition in force on a day lays no duties; none where no edition was in force.

    ``standards``: the editions to go by (None: those of the program and its policy folders).
    """
    standards = standards or national_standards()
    edition = standards.on(on)
    return () if edition is None else subjects_laid(edition, standards)[1]
