"""Places in the record up to which somebody has seen or was told what changed, and how they stand in a row."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa

from domain.working.working_tables import instant_text


@dataclass(frozen=True, slots=True)
class SeenUpTo:
    """A place in the record. ``position``: of the last entry seen, with the chain's ``hash`` there (hex); 0: none, the day counts.

    ``day``: the day read. ``known_at``: what was recorded before this instant was there to be seen, where the record has no such
    position any more. UTC.
    """

    position: int
    hash: str
    day: date
    known_at: datetime

    @property
    def order(self) -> tuple[int, date]:
        """By which one place is later than another."""
        return self.position, self.day

    @property
    def row(self) -> dict[str, object]:
        """The columns of a row that say it."""
        return {
            "position": self.position, "hash": self.hash, "day": self.day.isoformat(), "known_at": instant_text(self.known_at),
        }  # fmt: skip

    @classmethod
    def of(cls, row: sa.RowMapping | Mapping[str, object]) -> "SeenUpTo":
        """The place that a row says."""
        day, known_at = date.fromisoformat(str(row["day"])), datetime.fromisoformat(str(row["known_at"]))
        return cls(int(str(row["position"])), str(row["hash"]), day, known_at)
