"""What is known from outside about a record: its keys and checkpoints, held against what the record says."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from domain.entries.signing_entries import SigningKeySet
from domain.proof.checkpoints import Checkpoint, log_origin, read_checkpoint
from domain.proof.key_succession import WrongSuccession, first_key, keys_after, named_key
from domain.proof.signed_notes import NotANote, Note, NotSigned, VerifierKey, WrongSignature
from domain.proof.witness import SUFFIX
from domain.store.application import Files
from domain.store.hash_chain import BrokenChain
from domain.store.log_check import Known
from domain.store.log_head import LogHead
from domain.store.record_keys import key_entries, record_name


class NotOfThisRecord(ValueError):
    """What was kept elsewhere is of another record, or is no checkpoint; the message says which file and why."""


class Kept(NamedTuple):
    """A checkpoint kept elsewhere, as a note, and the file that it is in."""

    file: str
    checkpoint: Checkpoint
    note: Note


def read_kept(path: Path, record: str) -> list[Kept]:
    """The checkpoint in a file, or those of this record in a folder. ``NotOfThisRecord``."""
    if path.is_dir():
        found = [_read(file) for file in sorted(path.glob(f"*{SUFFIX}"))]
        own = [kept for kept in found if kept.checkpoint.origin.startswith(f"{record}/")]
        if not own:
            raise NotOfThisRecord(f"{path}: no checkpoint of this record ({record}) is in it")
        return own
    kept = _read(path)
    if not kept.checkpoint.origin.startswith(f"{record}/"):
        raise NotOfThisRecord(
            f"{path}: the checkpoint is of {kept.checkpoint.origin}, and this record is {record}: another record, or a copy "
            "that was given a name of its own"
        )
    return [kept]


def _read(path: Path) -> Kept:
    try:
        checkpoint, note = read_checkpoint(path.read_text(encoding="utf-8"))
    except (NotANote, UnicodeDecodeError) as error:
        raise NotOfThisRecord(f"{path}: no checkpoint can be read from it: {error}") from error
    return Kept(str(path), checkpoint, note)


def known_by(kept: Iterable[Kept], log: str) -> list[Known]:
    """What checkpoints say of one log of the record, ``entries`` or ``access``."""
    return [
        Known(one.checkpoint.size, one.checkpoint.root, one.checkpoint.position)
        for one in kept
        if one.checkpoint.origin.endswith(f"/{log}")
    ]


def check_signatures(kept: Sequence[Kept], keys: Sequence[VerifierKey]) -> None:
    """``BrokenChain`` where a checkpoint kept elsewhere is not signed by any of the keys. Each is of the log of entries."""
    for one in kept:
        if not _is_signed(one.note, for_log(keys, one.checkpoint.origin)):
            raise BrokenChain(f"{one.file}: the checkpoint is not signed by the record's key")


def trusted_keys(files: Files, given: VerifierKey | None) -> list[VerifierKey]:
    """The keys that may have signed heads: the one given from outside and those that follow it; else those the record names.

    The newest is the last. ``BrokenChain`` where the record sets a key that is not signed as it must be, or where the one that
    signs now follows from the given one by nobody's signature.
    """
    entries, record = key_entries(files), record_name(files)
    try:
        named = named_key(entries, record)
        first = given or (first_key(entries) if named else None)
        found = keys_after(first, entries) if first else []
    except (WrongSuccession, ValueError) as error:
        raise BrokenChain(f"the record's signing keys: {error}") from error
    if given is not None and named != found[-1]:
        raise BrokenChain(_not_followed(found[-1], entries))
    return found


def _not_followed(key: VerifierKey, entries: Sequence[SigningKeySet]) -> str:
    for fact in entries:
        if fact.before == str(key) and fact.lost:
            who = f"{fact.asked_by} and {fact.confirmed_by}" if fact.confirmed_by else f"{fact.asked_by} alone"
            return (
                f"the key that was given ({key.key_id.hex()}) was said to be lost on {fact.at.date()}, and another put in its "
                f"place by {who}: get its public key from them, not from here"
            )
    return (
        f"the key that was given ({key.key_id.hex()}) is none that this record names: another key was put in its place"
    )


def check_head(head: LogHead, keys: Sequence[VerifierKey]) -> None:
    """``BrokenChain`` unless the head is signed by the newest of the keys, and for what it says."""
    own = Checkpoint(log_origin(head.origin, "entries"), head.frontier.size, head.frontier.root, head.position)
    if not head.note:
        raise BrokenChain(
            "the head is not signed: what was stored last was stored by somebody without the record's key"
        )
    check_note(head.note, own, keys[-1:], "the head")


def check_access_head(own: Checkpoint, note: str, keys: Sequence[VerifierKey]) -> None:
    """``BrokenChain`` unless the head of the access log is signed by one of the record's keys, and for what it says.

    It is signed again when lines are added, so that after a change of keys the one before may still have signed it.
    """
    if not note:
        raise BrokenChain(
            "the access log: its head is not signed; whoever took in its last lines had not the record's key"
        )
    check_note(note, own, for_log(keys, own.origin), "the access log's head")


def check_note(written: str, own: Checkpoint, keys: Sequence[VerifierKey], what: str) -> None:
    """``BrokenChain`` unless the note that is written under a head is signed by one of the keys, and for what the head says."""
    try:
        signed, note = read_checkpoint(written)
    except NotANote as error:
        raise BrokenChain(f"{what}'s signed note cannot be read: {error}") from error
    if (signed.origin, signed.size, signed.root) != (own.origin, own.size, own.root) or signed.position not in (
        None, own.position,
    ):  # fmt: skip
        raise BrokenChain(f"{what}'s signed note says something else than the head")
    if not _is_signed(note, keys):
        raise BrokenChain(
            f"{what} is not signed by the record's key ({keys[-1].key_id.hex()}): it was made by somebody without it, or "
            "another key was put in its place"
        )


def for_log(keys: Sequence[VerifierKey], origin: str) -> list[VerifierKey]:
    """The same public keys under the name of another log of the record."""
    return [VerifierKey(origin, key.public, key.kind) for key in keys]


def _is_signed(note: Note, keys: Sequence[VerifierKey]) -> bool:
    for key in keys:
        try:
            key.check(note)
        except (NotSigned, WrongSignature):
            continue
        return True
    return False
