"""Signs each head of the log of entries with the record's key, where this process has it. Where it has not, storing goes on."""

import logging
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import msgspec

from domain.entries.signing_entries import SigningKeySet
from domain.proof.checkpoints import Checkpoint, log_origin, read_checkpoint
from domain.proof.key_succession import named_key
from domain.proof.merkle import Frontier
from domain.proof.signed_notes import NotANote, Note, NotSigned, VerifierKey, WrongSignature
from domain.proof.signing_key import KeyState, key_state
from domain.store.log_head import LogHead

log = logging.getLogger("caseaudit.signing")

AGAIN = 60.0
"""Seconds after which a key that was missing or wrong is looked for again."""

UNREADABLE = "what the record says of its signing keys cannot be read; run: caseaudit verify"

UNSIGNED = "heads of this record are not signed: {}. Entries are stored as before; put the key back, or: caseaudit keys replace"


class StoredUnsignedUpTo(NamedTuple):
    """Leaves whose head is not signed, and those of the last head that is known to have been: see ``StoredUnsigned``."""

    leaves: int
    signed: int | None


class HeadSigning:
    """Signs heads as the record's register says. What it says, and the key, are read again when they may have changed."""

    def __init__(self) -> None:
        self._state: KeyState | None = None
        self._read_at = 0.0
        self._seen: str = ""
        self._own: tuple[str, Frontier] | None = None

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
        note = state.signer.sign(Checkpoint(log_origin(record, "entries"), end.size, end.root, position))
        self._own = note, end
        return note

    def unsigned(self, head: LogHead, keys: Callable[[], Sequence[SigningKeySet]]) -> StoredUnsignedUpTo | None:
        """What is to be entered before anything else is stored, since the head is not signed by the key that this process has.

        None where it is, or where this process has no key. One signature is checked where another process stored last.
        """
        if head.frontier.size == 0 or self._own == (head.note, head.frontier):
            return None
        state = self._state
        if state is None or state.signer is None or self._is_by_another(state, head.note):
            state = _read(head.origin, keys)
        if state.named is None or state.signer is None:
            return None
        signed = _signed_by(state.named, head.note)
        if signed is not None and (signed.size, signed.root) == (head.frontier.size, head.frontier.root):
            return None
        before = [
            one
            for one in (signed.size if signed else None, self._own[1].size if self._own else None)
            if one is not None
        ]
        return StoredUnsignedUpTo(head.frontier.size, max(before) if before else None)

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


def _signed_by(key: VerifierKey, written: str) -> Checkpoint | None:
    """The checkpoint in a note that this key has signed; None where it has not."""
    try:
        checkpoint, note = read_checkpoint(written)
        key.check(note)
    except (NotANote, NotSigned, WrongSignature):
        return None
    return checkpoint
