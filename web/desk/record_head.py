"""Up to which day the record is complete, and when the last extract came: a line at the head of what is to be done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from domain.calendar.london_time import day_of
from domain.store.last_extracts import Extract
from domain.store.sources import Source, registered_sources
from projections.lists.counted_cases import CountedCases
from web.services import current_cases
from web.services.extracts_here import last_extracts
from web.site import clock


@dataclass(frozen=True)
class RecordHead:
    """``complete_to``: the day up to which all that was recorded is here. ``came_at``: when the last extract came; None where that
    is after the day that the site takes for today, as in a demonstration.

    ``late``: the sources whose next extract is late by their normal delay.
    """

    complete_to: date
    came_at: datetime | None
    late: tuple[Source, ...]

    @classmethod
    def of(cls, extracts: Iterable[tuple[Source, Extract]], today: date, now: datetime) -> "RecordHead | None":
        """From the last extract of each source that concerns the reader; None where there is none.

        With several sources the record is complete to the earliest of their days.
        """
        found = list(extracts)
        if not found:
            return None
        complete = min(extract.complete_to for _, extract in found)
        came_at = max(extract.stored_at for _, extract in found)
        return cls(
            min(complete, today - timedelta(days=1)), came_at if day_of(came_at) <= today else None,
            tuple(source for source, extract in found if extract.is_late(source, now)),
        )  # fmt: skip


def record_head(counted: CountedCases) -> RecordHead | None:
    """The head for these cases, as it is today; None on another day, or where nothing was imported."""
    today = clock.today()
    if current_cases.moment().on != today or current_cases.moment().known_at is None:
        return None
    registered = {source.name: source for source in registered_sources(current_cases.repository().files)}
    extracts = last_extracts(registered)
    areas = {place.area for place, _ in counted.per_place(counted.current)}
    sources = ((registered.get(name, Source(name)), extract) for name, extract in sorted(extracts.items()))
    return RecordHead.of(
        ((source, extract) for source, extract in sources if not source.areas or source.areas & areas), today, clock.now()
    )  # fmt: skip
