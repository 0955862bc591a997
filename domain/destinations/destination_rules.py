"""What a destination is, when something is delivered to it, and when it is tried again. Pure rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

DestinationKind = Literal["webhook", "mail"]
"""``webhook``: gets changes of the record by https. ``mail``: a mail server, or GOV.UK Notify, that takes the weekly digests."""

LONGEST_LIFE = timedelta(days=365)
"""How long a destination may be registered for (**P**, a parameter of ours): longer needs two people again."""

GIVES_UP_AFTER = timedelta(hours=24)
"""How long a destination may fail before it is stopped."""

WAITS = tuple(timedelta(seconds=s) for s in (10, 30, 120, 300, 900, 1800, 3600))
"""How long to wait after the first, second, ... failure in a row; after more, as after the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What two people register. ``subscriber``: the account within whose reach it gets changes; empty for mail.

    ``types``: the types of entry that it gets (class names); empty: all. ``until``: its last day; None: no end, only for what
    an operator names at the shell.
    """

    kind: DestinationKind
    address: str
    subscriber: str
    types: tuple[str, ...]
    purpose: str
    until: date | None

    @property
    def values(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "kind": self.kind, "address": self.address, "subscriber": self.subscriber, "types": list(self.types),
            "purpose": self.purpose, "until": None if self.until is None else self.until.isoformat(),
        }  # fmt: skip

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Wanted":
        """From what ``values`` gave."""
        return cls(
            kind=values["kind"], address=values["address"], subscriber=values["subscriber"], types=tuple(values["types"]),
            purpose=values["purpose"], until=None if values["until"] is None else date.fromisoformat(values["until"]),
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A destination as kept. ``confirmed_by``: empty where one person did it alone, or an operator at the shell.

    ``position``: up to where in the record it was given everything within reach. ``failing_since``: of failures in a row.
    ``is_ours``: whether it was registered here; what somebody wrote into the database gets nothing.
    """

    number: int
    wanted: Wanted
    asked_by: str
    confirmed_by: str
    request: int
    made_at: datetime
    position: int
    hash: str
    stopped_at: datetime | None
    stopped_by: str
    stopped_for: str
    failing_since: datetime | None
    failures: int
    next_try: datetime | None
    is_ours: bool

    def state(self, now: datetime, day: date) -> str:
        """``written in``, ``ended``, ``stopped``, ``waits`` for the next try, or ``open``."""
        if not self.is_ours:
            return "written in"
        if self.wanted.until is not None and self.wanted.until < day:
            return "ended"
        if self.stopped_at is not None:
            return "stopped"
        return "waits" if self.next_try is not None and now < self.next_try else "open"

    def gives_up(self, now: datetime) -> bool:
        """Whether it has failed for so long that it is to be stopped."""
        return self.failing_since is not None and now - self.failing_since >= GIVES_UP_AFTER


def wait_after(failures: int, asked: timedelta | None = None) -> timedelta:
    """How long to wait after so many failures in a row; where the receiver ``asked`` for more, so long, up to an hour."""
    usual = WAITS[min(max(failures, 1), len(WAITS)) - 1]
    return usual if asked is None else max(usual, min(asked, WAITS[-1]))
