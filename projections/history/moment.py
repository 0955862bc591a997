"""The moment at which a file is read: as at a day, as known at an instant."""

from dataclasses import dataclass, replace
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Moment:
    """As at ``on``, as known at ``known_at`` (an aware instant, exclusive; None: everything recorded to date).

    ``received``: only what this service had stored by then is known, whenever it was recorded. One case, or the sample of an
    inspection, can be read so; lists and counts cannot.
    """

    on: date
    known_at: datetime | None
    received: bool = False

    @property
    def as_recorded(self) -> "Moment":
        """The same moment by what had been recorded, whenever it was stored."""
        return replace(self, received=False)
