"""Marks of erased persons, in a file outside the database: an older copy of the database that is put back cannot undo them.

The file holds a key of its own, then for each erased CRN a line with the HMAC-SHA256 of the CRN under that key. It names nobody to
whoever has no list of CRNs. It is ``RECORD.erased`` in the folder of keys, or the file that ``CASEAUDIT_ERASED_FILE`` names,
such as one that several machines share.
"""

import hmac
import os
import secrets
from hashlib import sha256
from pathlib import Path

from domain.key_files import KeyUnusable, keep_name, key_folder, make_key_file, own_folder

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

    def add(self, crn: str) -> None:
        """Mark a CRN. Kept on disk when this returns. ``KeyUnusable``: it cannot be kept, and why."""
        try:
            if not self._key:
                self._make()
            if not self.has(crn):
                with self.path.open("ab") as stream:
                    stream.write(f"{self._mark(crn)}\n".encode())
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

    def _mark(self, crn: str) -> str:
        return hmac.new(self._key, crn.encode(), sha256).hexdigest()
