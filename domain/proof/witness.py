"""Handing a checkpoint to somebody else, so that no later change of what lies before it goes unnoticed.

A witness is a folder on another machine, which gets a file a checkpoint, or an address of C2SP ``tlog-witness``, which answers
with a signature of its own. Both are asked whether what they hold already is a beginning of this log: where it is not, an older
copy was put back, or something was changed, and nothing is handed over.
"""

import os
import re
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from domain.key_files import keep_name
from domain.proof.checkpoints import Checkpoint, read_checkpoint, record_id
from domain.proof.signed_notes import NotANote, Note

SUFFIX = ".checkpoint"

_NAME = re.compile(r"(?P<id>[0-9a-f]{32})-(?P<log>[a-z]+)-(?P<size>[0-9]{12,})-[0-9TZ]+" + re.escape(SUFFIX))


class NotHeard(RuntimeError):
    """The witness has not taken the checkpoint; the message says why. Nothing is lost: it is handed over another time."""


class Contradicted(NotHeard):
    """The witness holds a checkpoint of this log that the log does not bear out: an older copy, or a change of what was."""


class Log(Protocol):
    """What a witness asks of a log."""

    def root_at(self, size: int) -> bytes:
        """The root of its first ``size`` leaves."""

    def consistency(self, first: int, second: int) -> list[bytes]:
        """The proof that its first ``first`` leaves are the beginning of its first ``second``."""


class Heard(NamedTuple):
    """What a witness has taken: the note, with the signatures that it added, and where it is."""

    note: Note
    where: str


def is_address(witness: str) -> bool:
    """Whether a witness is asked over HTTP, not a folder."""
    return witness.startswith(("https://", "http://"))


def put_in_folder(folder: Path, note: Note, log: Log, at: datetime) -> Heard:
    """Keep a checkpoint as a new file in a folder, on the disk for good. ``NotHeard``, ``Contradicted``.

    The file's name is made of the record's id, the log, the number of leaves and the time (UTC); none is ever written over.
    """
    checkpoint = Checkpoint.read(note.text)
    record, _, name = checkpoint.origin.rpartition("/")
    try:
        for before in largest_in(folder, checkpoint.origin):
            check_before(before, checkpoint, log, str(folder))
        path = folder / f"{record_id(record)}-{name}-{checkpoint.size:012d}-{at:%Y%m%dT%H%M%S%fZ}{SUFFIX}"
        _write_new(path, str(note).encode())
    except OSError as error:
        raise NotHeard(f"no checkpoint can be written to {folder}: {error.strerror or error}") from error
    return Heard(note, str(path.absolute()))


def largest_in(folder: Path, origin: str) -> list[Checkpoint]:
    """The checkpoints of a log in a folder that are of the most leaves: whatever is true of them is true of the smaller ones.

    A file that is not whole is left out.
    """
    record, _, log = origin.rpartition("/")
    found: list[Checkpoint] = []
    for path in sorted(folder.iterdir(), reverse=True):
        named = _NAME.fullmatch(path.name)
        if named is None or (named["id"], named["log"]) != (record_id(record), log):
            continue
        if found and int(named["size"]) < found[0].size:
            break
        with suppress(NotANote, UnicodeDecodeError):
            checkpoint, _ = read_checkpoint(path.read_text(encoding="utf-8"))
            found += [checkpoint] if checkpoint.origin == origin else []
    return found


def check_before(before: Checkpoint, now: Checkpoint, log: Log, witness: str) -> None:
    """``Contradicted`` unless a checkpoint of before is of the beginning of this log as it is at ``now``."""
    if before.size > now.size:
        raise Contradicted(older_copy(witness, before.size, now.size))
    if log.root_at(before.size) != before.root:
        raise Contradicted(another_tree(witness, before.size))


def older_copy(witness: str, held: int, size: int) -> str:
    """In words: the log is shorter than what the witness holds."""
    return (
        f"{witness} holds a checkpoint of {held} leaves and this log has {size}: an older copy was put back, or the last ones "
        "were removed. Put the newest copy back; where this copy shall go on by itself, give it a name of its own: "
        "caseaudit branch"
    )


def another_tree(witness: str, held: int) -> str:
    """In words: the log differs from what the witness holds."""
    return (
        f"{witness} holds a checkpoint of {held} leaves, and the first {held} leaves of this log are others now: something "
        "before it was changed, removed or inserted. Run: caseaudit verify --checkpoint"
    )


def _write_new(path: Path, content: bytes) -> None:
    opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
    try:
        written = 0
        while written < len(content):
            written += os.write(opened, content[written:])
        os.fsync(opened)
    finally:
        os.close(opened)
    keep_name(path)
