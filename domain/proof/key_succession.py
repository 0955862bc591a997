"""How one signing key follows another: each is set by a note that it signs, and that the key before it signs too. Pure.

So somebody who kept the first public key elsewhere can check heads signed by a later one. Not where a key was lost: then two
people set another, and whoever checks must get that one from them.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from domain.entries.signing_entries import SigningKeySet
from domain.proof.checkpoints import log_origin
from domain.proof.signed_notes import NotAKey, NotANote, Note, NotSigned, SigningKey, VerifierKey, WrongSignature

HEADING = "caseaudit: this key signs from here on"


class WrongSuccession(ValueError):
    """An entry that sets a signing key is not signed as it must be."""


def key_set(
    at: datetime, record: str, key: SigningKey, before: SigningKey | VerifierKey | None = None, lost: str = "",
    asked_by: str = "", confirmed_by: str = "",
) -> SigningKeySet:  # fmt: skip
    """The entry that sets a key. ``before``: the key before, to sign with; where it is ``lost``, its public key.

    ``record``: the record's name. ``lost``, ``asked_by``, ``confirmed_by``: see ``SigningKeySet``.
    """
    name = log_origin(record, "entries")
    old = before.verifier(name) if isinstance(before, SigningKey) else before
    text = _text(str(key.verifier(name)), "" if old is None else str(old))
    signers = [one for one in (before, key) if isinstance(one, SigningKey)]
    note = Note(text).signed(one.sign(name, text) for one in signers)
    return SigningKeySet(
        at=at, vkey=str(key.verifier(name)), note=str(note), before="" if old is None else str(old), lost=lost,
        asked_by=asked_by, confirmed_by=confirmed_by,
    )  # fmt: skip


def check_key_set(fact: SigningKeySet) -> VerifierKey:
    """The key that an entry sets. ``WrongSuccession`` unless it is signed by that key and, where none was lost, the one before."""
    try:
        key, note = VerifierKey.read(fact.vkey), Note.read(fact.note)
        if note.text != _text(fact.vkey, fact.before):
            raise WrongSuccession(f"the note by which the key {fact.vkey} was set names other keys than its entry")
        key.check(note)
        if fact.before and not fact.lost:
            VerifierKey.read(fact.before).check(note)
    except (NotAKey, NotANote, NotSigned, WrongSignature) as error:
        raise WrongSuccession(f"the key {fact.vkey} was not set as it must be: {error}") from error
    return key


def named_key(entries: Sequence[SigningKeySet], record: str) -> VerifierKey | None:
    """The key that the record names last; None where it names none under its present name."""
    for fact in reversed(entries):
        with_name = fact.vkey.rpartition("/entries+")[0]
        return VerifierKey.read(fact.vkey) if with_name == record else None
    return None


def first_key(entries: Sequence[SigningKeySet]) -> VerifierKey:
    """The last key that no key before it has signed: the first of the record, or the one set after the last loss.

    ``IndexError`` where no key was ever set.
    """
    unsigned = [fact for fact in entries if fact.lost or not fact.before]
    return check_key_set(unsigned[-1])


def keys_after(trusted: VerifierKey, entries: Iterable[SigningKeySet]) -> list[VerifierKey]:
    """The keys that signed the record's heads from a trusted one on: it, and each that follows it by a signature of both.

    ``WrongSuccession`` where such an entry is not signed as it must be. Where a key was lost, the list ends before the next.
    """
    found = [trusted]
    for fact in entries:
        if fact.before == str(found[-1]) and not fact.lost:
            key = check_key_set(fact)
            if key.name != trusted.name:
                raise WrongSuccession(f"the key {fact.vkey} is of another record than {trusted.name}")
            found.append(key)
    return found


def _text(vkey: str, before: str) -> str:
    return f"{HEADING}\n{vkey}\nbefore it {before or 'there was none'}\n"
