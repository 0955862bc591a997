"""A line of the access log: who did what, when, from where, and which cases they were shown. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal, NamedTuple, get_args

Action = Literal[
    "signed in", "sign-in failed", "sign-in delayed", "signed out", "viewed", "refused", "searched", "downloaded", "calendar",
    "recorded", "imported", "account made", "account changed", "password changed", "asked", "decided", "log read",
    "searches forgotten", "source changed", "destination changed", "delivered",
    "backed up", "restored", "restore rehearsed",
]  # fmt: skip
ACTIONS: tuple[Action, ...] = get_args(Action)

Purpose = Literal["supervision", "inspection", "reports", "administration", "oversight", "own account", "operation"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
"""What a page is for. ``oversight``: reading the log itself; ``operation``: the command line."""

LONGEST_TEXT = 2_000
"""Characters of a selection or a detail, at most."""


class LogUnavailable(RuntimeError):
    """The access log cannot be written or read. Nothing may be shown, and nobody may sign in."""


class Actor(NamedTuple):
    """Who did it, where that is no account."""

    username: str
    name: str = ""


OPERATOR = Actor("operator")
"""Whoever runs a command at the shell. It proves no person: the detail says what the system knows of them."""

UNKNOWN = Actor("unknown")
"""Somebody who gave no account's user name. What they typed is not kept: people type passwords there."""


class Mark(NamedTuple):
    """The place of a line in order of time. ``at``: microseconds since 1970 in UTC."""

    at: int
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line as kept. ``at``: UTC. ``sought``: None where the key of its month is gone, or cannot be opened here.

    ``digest``: of the list of cases, in hex; empty where none was shown. ``cases``: how many. ``references``: these cases, as
    far as a line of a page names them (``NAMED``).
    """

    mark: Mark
    at: datetime
    username: str
    name: str
    action: Action
    route: str
    selection: str
    sought: str | None
    purpose: str
    digest: str
    cases: int
    references: tuple[str, ...]
    detail: str
    address: str


NAMED = 3
"""The most cases that a line names; for longer lists it gives their number and digest."""


def listed(references: Iterable[str]) -> tuple[str, ...]:
    """Cases as a list of the log holds them: each once, in order."""
    return tuple(sorted(set(references)))


def digest_of(references: tuple[str, ...]) -> bytes:
    """SHA-256 of a list: its references, each with a line feed behind it."""
    return sha256("".join(f"{reference}\n" for reference in references).encode()).digest()
