"""What is said of an export as a whole: of which day, which knowledge, which places, for whom and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class ExportFacts:
    """What is said of an export as a whole. ``known_at`` None: everything recorded up to the ``position`` of the record."""

    export: str
    made_at: datetime
    as_at: date
    known_at: datetime | None
    position: int
    areas: Sequence[str]
    teams: Sequence[str]
    frameworks: Sequence[str]
    identified: bool
    recipient: str | None = None
    purpose: str | None = None
    until: date | None = None
    kept_up: bool = False

    @property
    def of(self) -> str:
        """Whose cases they are, in words."""
        places = [*(f"the area {name}" for name in self.areas), *(f"the team {name}" for name in self.teams)]
        return f"cases that {' or '.join(places)} held at any time up to {self.as_at}" if places else "all cases"
