"""The pen that writes the lines of a sample case's file."""

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from domain.calendar.workdays import add_working_days, is_working_day
from web.demo.allocate_findings import Brief
from web.demo.invented_people import MANAGERS
from web.demo.published_findings import PublishedSample


class Pen:
    """Writes the lines of one file. Days that fall on a closed day move to the next working day where asked."""

    def __init__(self, sample: PublishedSample, brief: Brief):
        self.sample, self.brief = sample, brief
        self.rng = Random(brief.seed)
        self.start = brief.start
        self.seen_on = sample.sample_date
        self.until = sample.until
        self.ended = False
        self.manager = MANAGERS[brief.officer.team]
        self._lines: list[tuple[str, int, dict[str, Any]]] = []

    def write(self, entry_type: str, on: date, *, recorded_on: Any = None, **fields: Any) -> str:
        """One entry; its id. ``recorded_on`` defaults to the day itself."""
        entry = f"{len(self._lines) + 1:04d}"
        hour, minute = self.rng.randint(9, 16), self.rng.randint(0, 59)
        recorded_at = f"{(recorded_on or on).isoformat()}T{hour:02d}:{minute:02d}:00+00:00"
        line = {
            "case": self.brief.reference,
            "entry": entry,
            "type": entry_type,
            "occurred_on": on.isoformat(),
            "recorded_at": recorded_at,
            "recorded_by": fields.pop("recorded_by", self.brief.officer.name),
            **{name: value.isoformat() if isinstance(value, date) else value for name, value in fields.items()},
        }
        self._lines.append((recorded_at, len(self._lines), line))
        return entry

    def between(self, low: int, high: int) -> int:
        return self.rng.randint(low, high)

    def workday(self, after: date, low: int, high: int) -> date:
        """A working day, that many working days after."""
        return add_working_days(after, self.between(low, high))

    def day(self, days: int) -> date:
        """The first working day that many days into supervision."""
        found = self.start + timedelta(days=days)
        while not is_working_day(found):
            found += timedelta(days=1)
        return found

    def lines(self) -> Iterator[dict[str, Any]]:
        """The lines in the order in which they were recorded."""
        for _, _, line in sorted(self._lines, key=lambda item: (item[0][:10], item[1])):
            yield line
