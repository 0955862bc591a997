"""Custody as the file tells it: stays, and those with fewer than two working days between them as one stay."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from tests.support.oracle.days import open_days

Entry = dict[str, Any]
LONG = 28
"""Calendar days from which a stay is long."""


def in_order(entries: list[Entry]) -> list[Entry]:
    """As things happened: by day, by the time of day (or the recording), by recording, by id."""
    return sorted(
        entries,
        key=lambda e: (e["occurred_on"], e.get("occurred_at") or e["recorded_at"], e["recorded_at"], e["entry"]),
    )


@dataclass(frozen=True)
class Stay:
    """Custody from ``began`` up to, not including, ``released`` (None: not released yet)."""

    began: date
    released: date | None = None
    sentenced: bool = False

    def holds(self, day: date) -> bool:
        return self.began <= day and (self.released is None or day < self.released)

    @property
    def long(self) -> bool:
        return self.released is not None and (self.released - self.began).days >= LONG


def stays_on_file(entries: list[Entry], today: date) -> list[Stay]:
    """The stays that had begun by the end of today, as the file tells them. One that ends on its first day is none."""
    stays: list[Stay] = []
    current: Stay | None = None
    for entry in in_order([e for e in entries if e["occurred_on"] <= today]):
        recalled = entry["type"] == "RecallDecided" and entry["outcome"] == "recalled"
        if recalled or entry["type"] == "CustodyStarted":
            current = current or Stay(entry["occurred_on"])
            current = replace(current, sentenced=current.sentenced or recalled or entry["reason"] != "remand")
        elif entry["type"] == "CustodyEnded" and current is not None:
            if entry["occurred_on"] > current.began:
                stays.append(replace(current, released=entry["occurred_on"]))
            current = None
    return stays if current is None else [*stays, current]


def as_one(stays: list[Stay]) -> list[Stay]:
    """Join stays that have fewer than two working days at liberty between them."""
    joined: list[Stay] = []
    for stay in stays:
        before = joined[-1] if joined else None
        if before is not None and before.released is not None and open_days(before.released, stay.began) < 2:
            joined[-1] = Stay(before.began, stay.released, before.sentenced or stay.sentenced)
        else:
            joined.append(stay)
    return joined
