"""Signs each head of the log of entries with the record's key, where this process has it. Where it has not, storing goes on."""

import logging
import time
from collections.abc import Callable, Sequence

import msgspec

from domain.entries.signing_entries import SigningKeySet
from domain.proof.checkpoints import Checkpoint, log_origin
from domain.proof.key_succession import named_key
from domain.proof.merkle import Frontier
from domain.proof.signed_notes import NotANote, Note, VerifierKey
from domain.proof.signing_key import KeyState, key_state

log = logging.getLogger("caseaudit.signing")

AGAIN = 60.0
"""Seconds after which a key that was missing or wrong is looked for again."""

UNREADABLE = "what the record says of its signing keys cannot be read; run: caseaudit verify"

UNSIGNED = "heads of this record are not signed: {}. Entries are stored as before; put the key back, or: caseaudit keys replace"


class HeadSigning:
    """Signs heads as the record's register says. What it says, and the key, are read again when they may have changed."""

    def __init__(self) -> None:
        self._state: KeyState | None = None
        self._read_at = 0.0
        self._seen: str = ""

    def forget(self) -> None:
        """The register's keys are about to change: read them again at the next head."""
        self._state = None

    def note(
        self, record: str, end: Frontier, position: int, before: str, keys: Callable[[], Sequence[SigningKeySet]]
    ) -> str:
        """The signed checkpoint of a head that ends so, at this position; empty where no key signs it.

        ``before``: the note of the head before. ``keys``: gives the register entries on the record's keys.
        """
        state = self._current(record, before, keys)
        if state.signer is None:
            return ""
        return state.signer.sign(Checkpoint(log_origin(record, "entries"), end.size, end.root, position))

    def _current(self, record: str, before: str, keys: Callable[[], Sequence[SigningKeySet]]) -> KeyState:
        state = self._state
        late = state is not None and state.fault and time.monotonic() > self._read_at + AGAIN
        if state is None or late or self._is_by_another(state, before):
            was, state = state, _read(record, keys)
            if state.fault and (was is None or was.fault != state.fault):
                log.warning(UNSIGNED.format(state.fault))
            self._state, self._read_at, self._seen = state, time.monotonic(), before
        return state

    def _is_by_another(self, state: KeyState, before: str) -> bool:
        """Whether the head before is not as this process would have signed it: another may have set another key meanwhile."""
        if not before:
            return state.signer is not None and self._seen != before
        if before == self._seen:
            return False
        try:
            note = Note.read(before)
        except NotANote:
            return True
        return not isinstance(state.named, VerifierKey) or not state.named.has_signed(note)


def _read(record: str, keys: Callable[[], Sequence[SigningKeySet]]) -> KeyState:
    """Whether this process can sign now. What cannot be read keeps no entry from being stored."""
    try:
        return key_state(record, named_key(keys(), record))
    except (ValueError, TypeError, msgspec.MsgspecError):
        return KeyState(None, None, UNREADABLE)
