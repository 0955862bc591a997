"""The record's signing keys, as its register names them: they are read, and another is set."""

import msgspec

from domain.entries.signing_entries import KEYS, UNSIGNED, SigningKeySet, StoredUnsigned
from domain.proof.key_succession import named_key
from domain.proof.signed_notes import VerifierKey
from domain.proof.signing_key import KeyState, key_state, put_in_place
from domain.store.application import Files
from domain.store.hash_chain import BrokenChain
from domain.store.head_signing import UNREADABLE
from domain.store.log_reader import LogReader


class KeyChanged(ValueError):
    """The record's key was changed meanwhile by somebody else."""


def record_name(files: Files) -> str:
    """The record's name, ``HOST/caseaudit/ID``."""
    return LogReader(files.recorder).head().origin


def key_entries(files: Files) -> list[SigningKeySet]:
    """The register entries on the record's keys, in order."""
    return [fact for fact in files.entered(KEYS) if isinstance(fact, SigningKeySet)]


def current_key(files: Files) -> VerifierKey | None:
    """The key that the record names now; None: none."""
    return named_key(key_entries(files), record_name(files))


def signing_state(files: Files) -> KeyState:
    """Whether this process can sign the heads of the record, and if not, why. It raises nothing of a record that is broken."""
    try:
        return key_state(record_name(files), current_key(files))
    except (BrokenChain, ValueError, TypeError, KeyError, msgspec.MsgspecError):
        return KeyState(None, None, UNREADABLE)


def set_key(files: Files, fact: SigningKeySet, *, actor: str) -> None:
    """Enter which key signs from here on. Its own head is the first that it signs. ``KeyChanged``, ``BusyFile``."""
    named = current_key(files)
    if fact.before != ("" if named is None else str(named)):
        raise KeyChanged("the record names another signing key than when this was asked for; ask for it again")
    files.recorder.log.signing.forget()
    files.enter(KEYS, fact, actor=actor)
    put_in_place(record_name(files), VerifierKey.read(fact.vkey))


def unsigned_words(files: Files) -> list[str]:
    """Which entries were stored without the record's key, one sentence for each time that it was found."""
    said = (fact for fact in files.entered(UNSIGNED) if isinstance(fact, StoredUnsigned))
    return [f"{_entries(fact)} stored by somebody without the record's key; found at {fact.at.isoformat(timespec='seconds')}"
            for fact in said]  # fmt: skip


def _entries(fact: StoredUnsigned) -> str:
    if fact.signed is None:
        return f"the last entries up to number {fact.leaves:,} were"
    first = fact.signed + 1
    return f"entry {first:,} was" if first == fact.leaves else f"entries {first:,} to {fact.leaves:,} were"
