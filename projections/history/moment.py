"""The moment at which a file is read: as at a day, as known at an instant."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """As at ``on``, as known at ``known_at`` (an aware instant, exclusive; None: everything recorded to date)."""

    on: date
    known_at: datetime | None
