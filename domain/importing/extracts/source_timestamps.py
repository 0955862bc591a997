"""Days and times as a case system writes them: read by given formats, refused where two formats give different days.

Times without an offset are local times of the source. When the clocks go forward in spring, one hour does not exist;
such a time is refused. When they go back in autumn, one hour occurs twice; the mapping says which of the two is meant.
"""

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from dateutil import tz

CACHED = 10_000
_PROBE = datetime(1905, 10, 23, 14, 35, tzinfo=UTC)


def is_date_format(form: str) -> bool:
    """Whether a format gives a whole date: day, month and a year of four digits."""
    try:
        return datetime.strptime(_PROBE.strftime(form), form).date() == _PROBE.date()
    except ValueError:
        return False


@lru_cache(CACHED)
def read_day(text: str, formats: tuple[str, ...]) -> date:
    """The day in a text; ``ValueError`` with the reason where there is none."""
    return _read(text, formats, "day").date()


@lru_cache(CACHED)
def read_instant(text: str, formats: tuple[str, ...], zone: str, twice: str) -> datetime:
    """The instant in a text, in UTC; ``ValueError`` with the reason where there is none.

    ``twice``: for a local time that occurs twice when the clocks go back, whether the ``first`` or the ``second`` is
    meant, or ``refuse``.
    """
    local = _read(text, formats, "time")
    if local.tzinfo is not None:
        return local.astimezone(UTC)
    local = local.replace(tzinfo=ZoneInfo(zone))
    if not tz.datetime_exists(local):
        raise ValueError(f"'{text}' is a time that no clock showed in {zone}: the clocks were put forward over it")
    if tz.datetime_ambiguous(local):
        if twice == "refuse":
            raise ValueError(
                f"'{text}' came twice in {zone}, as the clocks were put back; write it with an offset, or say in the "
                "mapping which is meant (twice: first, or second)"
            )
        local = local.replace(fold=int(twice == "second"))
    return local.astimezone(UTC)


def _read(text: str, formats: tuple[str, ...], what: str) -> datetime:
    read: dict[datetime, str] = {}
    for form in formats:
        try:
            read.setdefault(datetime.strptime(text, form), form)
        except ValueError:
            continue
    if not read:
        raise ValueError(f"'{text}' is no {what} written as {' or '.join(formats)}")
    if len(read) > 1:
        meant = " or ".join(f"{on:%Y-%m-%d %H:%M} ({form})" for on, form in read.items())
        raise ValueError(f"'{text}' may be {meant}; give this column one format: formats in the mapping")
    return next(iter(read))
