"""The hashes of the log that a sealed one was written from: what was made from the old record still is known to be of it."""

import re
from collections.abc import Iterable
from hashlib import sha256
from typing import TYPE_CHECKING

from domain.entries.record_entries import SEALED_FROM, LogSealed
from domain.store.hash_chain import ChainedRecorder
from domain.store.preparation import EARLIER

if TYPE_CHECKING:
    from domain.store.application import Files


def was_at(recorder: ChainedRecorder, position: int, digest: str) -> bool:
    """Whether the record, or the one that it was sealed from, went through this position with this hash (in hex)."""
    return recorder.hash_at(position) == digest or was_earlier(recorder, position, digest)


def was_earlier(recorder: ChainedRecorder, position: int, digest: str) -> bool:
    """Whether the record that this one was sealed from went through this position with this hash (in hex)."""
    if not re.fullmatch("[0-9a-f]{64}", digest):
        return False
    return bool(recorder.rows_of(f"SELECT 1 FROM {EARLIER} WHERE position = {int(position)} AND hash = '{digest}'"))


def earlier_fit(files: "Files") -> bool:
    """Whether the list of old hashes is the one that the first entry of the log names; without such an entry it is empty."""
    entries = [one for one in files.entered(SEALED_FROM) if isinstance(one, LogSealed)]
    rows = files.recorder.rows_of(f"SELECT hash FROM {EARLIER} ORDER BY position")
    return digest_of(hash_ for (hash_,) in rows) == entries[0].hashes if entries else not rows


def digest_of(hashes: Iterable[str]) -> str:
    """SHA-256 over hashes in hex, one after the other."""
    found = sha256()
    for one in hashes:
        found.update(bytes.fromhex(one))
    return found.hexdigest()
