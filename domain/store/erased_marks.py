"""Marks of erased persons, in a file outside the database: an older copy of the database that is put back cannot undo them.

The file holds a key of its own, then for each erased CRN a line with the HMAC-SHA256 of the CRN under that key, and two for each
redacted text: of its CRN, and of its place. It names nobody to whoever has no list of CRNs. It is ``RECORD.erased`` in the folder
of keys, or the file that ``CASEAUDIT_ERASED_FILE`` names, such as one that several machines share.
"""

import hmac
import os
import secrets
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from domain.key_files import KeyUnusable, keep_name, key_folder, make_key_file, own_folder
from domain.sealing.person_key import Where

IN_FILE = "CASEAUDIT_ERASED_FILE"
"""The environment variable that names the file."""

KEY_LINE = "key "


def marks_path(record: str) -> Path:
    """Where the marks of a record are, or would be. ``record``: its id, 32 hex digits."""
    given = os.environ.get(IN_FILE, "")
    return Path(given) if given else key_folder() / f"{record}.erased"


class ErasedMarks:
    """The marks of one record, as the file had them when it was read. No file: nobody is marked."""

    def __init__(self, path: Path):
        self.path = path
        self._key, self._marks = b"", frozenset[str]()
        self._read()

    def has(self, crn: str) -> bool:
        """Whether this CRN was marked as erased."""
        return bool(self._marks) and self._mark(crn) in self._marks

    def has_texts(self, crn: str) -> bool:
        """Whether some text of this CRN was marked as redacted."""
        return self.has(f"{TEXTS_OF}{crn}")

    def has_text(self, where: Where) -> bool:
        """Whether this text was marked as redacted."""
        return self.has(_text(where))

    def add(self, crn: str) -> None:
        """Mark a CRN as erased. Kept on disk when this returns. ``KeyUnusable``: it cannot be kept, and why."""
        self._add([crn])

    def add_text(self, where: Where) -> None:
        """Mark a text as redacted, as ``add`` does a CRN."""
        self._add([f"{TEXTS_OF}{where.case.partition('/')[0]}", _text(where)])

    def _add(self, said: Sequence[str]) -> None:
        try:
            if not self._key:
                self._make()
            if missing := [one for one in said if not self.has(one)]:
                with self.path.open("ab") as stream:
                    stream.write("".join(f"{self._mark(one)}\n" for one in missing).encode())
                    stream.flush()
                    os.fsync(stream.fileno())
        except OSError as error:
            raise KeyUnusable(f"no mark can be kept in {self.path} ({error.strerror}); set {IN_FILE}") from error
        self._read()

    def _make(self) -> None:
        if not os.environ.get(IN_FILE):
            own_folder(IN_FILE)
        make_key_file(self.path, f"{KEY_LINE}{secrets.token_hex(32)}\n".encode())
        keep_name(self.path)
        self._read()

    def _read(self) -> None:
        if not self.path.exists():
            return
        try:
            first, *marks = self.path.read_text(encoding="ascii").splitlines() or [""]
            self._key = bytes.fromhex(first.removeprefix(KEY_LINE))
        except (OSError, ValueError) as error:
            raise KeyUnusable(f"the marks of erased persons in {self.path} cannot be read: put back a copy") from error
        if not first.startswith(KEY_LINE) or len(self._key) != 32:
            raise KeyUnusable(f"{self.path} holds no marks of erased persons: put back a copy, or set {IN_FILE}")
        self._marks = frozenset(marks)

    def _mark(self, said: str) -> str:
        return hmac.new(self._key, said.encode(), sha256).hexdigest()


TEXTS_OF = "texts of "
"""Before a CRN: some of its texts were redacted. So the texts of no other CRN need be looked through."""


def _text(where: Where) -> str:
    return f"text {' '.join(where)}"
