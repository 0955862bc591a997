"""Checkpoints, as in C2SP ``tlog-checkpoint``: what a log says of itself at a size, as the text of a signed note. Pure."""

import base64
import re
from dataclasses import dataclass

from domain.proof.merkle import EMPTY_ROOT, HASH_BYTES
from domain.proof.signed_notes import NotANote, Note, unbase64

SIZE = re.compile("0|[1-9][0-9]{0,18}")

POSITION = "position "

RECORD = re.compile(r"(?P<host>[^/+\s]+)/caseaudit/(?P<id>[0-9a-f]{32})")
"""How the names of our records are written: the host where each was made, and a number by chance."""


class NotACheckpoint(NotANote):
    """This is no checkpoint; the message says why."""


class AnotherLog(ValueError):
    """The checkpoint is of another log."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A log at one size. ``origin``: which log. ``size``: its number of leaves. ``root``: the root of their tree.

    ``position``: where the last leaf stands in its table (None: not said). It is a fourth line of the note, ``position N``.
    """

    origin: str
    size: int
    root: bytes
    position: int | None = None

    @classmethod
    def read(cls, text: str) -> "Checkpoint":
        """The checkpoint in the text of a note; ``NotACheckpoint``. Lines after the third that are not known here say nothing."""
        lines = text.removesuffix("\n").split("\n")
        if len(lines) < 3 or not all(lines):
            raise NotACheckpoint("a checkpoint has three lines: its log, the number of leaves, the root of their tree")
        origin, size, root = lines[:3]
        if not SIZE.fullmatch(size):
            raise NotACheckpoint(f"line 2 is no number of leaves: {size[:40]!r}")
        found = unbase64(root)
        if found is None or len(found) != HASH_BYTES:
            raise NotACheckpoint(f"line 3 is no root of a tree, of {HASH_BYTES} bytes in base64: {root[:60]!r}")
        if int(size) == 0 and found != EMPTY_ROOT:
            raise NotACheckpoint("a tree without leaves has another root than line 3")
        said = [line.removeprefix(POSITION) for line in lines[3:] if line.startswith(POSITION)]
        if len(said) > 1 or not all(SIZE.fullmatch(number) for number in said):
            raise NotACheckpoint("it says more than once, or not as a number, at which position it ends")
        return cls(origin, int(size), found, int(said[0]) if said else None)

    def __str__(self) -> str:
        ends = "" if self.position is None else f"{POSITION}{self.position}\n"
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n{ends}"

    def check_origin(self, origin: str) -> None:
        """``AnotherLog`` unless it is of the log with this origin."""
        if self.origin != origin:
            raise AnotherLog(f"the checkpoint is of {self.origin}; this log is {origin}")


def read_checkpoint(written: str) -> tuple[Checkpoint, Note]:
    """The checkpoint of a note, signed or not, and the note; ``NotANote`` says why it is none."""
    note = Note.read(written)
    return Checkpoint.read(note.text), note


def log_origin(record: str, log: str) -> str:
    """The origin of one log (``entries`` or ``access``) of the record of this name."""
    return f"{record}/{log}"


def record_id(record: str) -> str:
    """The id in a record's name, 32 hex digits; ``ValueError`` where it is no name of a record."""
    found = RECORD.fullmatch(record)
    if found is None:
        raise ValueError(f"{record!r} is no name of a record: HOST/caseaudit/ID")
    return found["id"]
