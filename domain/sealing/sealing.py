"""Sealing one entry, and opening it: AES-256-GCM, each text under its own key, bound to its case, entry and path.

A sealed entry holds ``[sealed]`` in place of each text (1 January of its year in place of a date) and says in ``sealed`` which
paths these are, each with its digest. It is stored as its JSON, a line feed, and a JSON object: path -> base64 of the ciphertext.
A ciphertext is 16 bytes of commitment to its key, 12 bytes of nonce, then what AES-256-GCM gives (the text and 16 bytes of tag).
AES-GCM alone could be opened under two keys to two texts; the commitment, and the digest in the entry, rule that out. The bytes
that are bound to it (AAD) are ``CASE|ENTRY|PATH`` in UTF-8.
"""

import hmac
import os
from base64 import b64decode
from binascii import b2a_base64
from collections.abc import Callable, Mapping
from functools import cache
from hashlib import sha256
from typing import Any, NamedTuple

import msgspec
from msgspec import structs

from domain.entries.case_entries import EntryCorrected
from domain.entries.entry import Entry
from domain.sealing.person_key import PersonKey, Where, same_digest
from domain.sealing.sealed_fields import FIELDS, Texts, taken_out

COMMITMENT, NONCE = 16, 12
"""Bytes at the start of a ciphertext: the commitment to the key of the text, then the nonce."""

BREAK = b"\n"
"""Between the JSON of an entry and its ciphertexts. JSON as it is stored has no line feed."""

CHANGED = "it was changed, or moved here from another entry"

_encode: Callable[[Any], bytes] = msgspec.json.Encoder().encode
_ciphertexts: Callable[[bytes], dict[str, str]] = msgspec.json.Decoder(dict[str, str]).decode


class NotOpened(ValueError):
    """A ciphertext that does not open: its key is another one, or it was changed or moved here from another entry."""


class Sealed(NamedTuple):
    """An entry without its texts, and the texts (none: nothing of it is sealed)."""

    fact: Entry
    texts: Texts


def sealed(case: str, fact: Entry, subject: type[Entry] | None, key: PersonKey) -> Sealed:
    """The entry with digests in place of its texts. ``subject``: the type of the entry that a correction is about.

    ``KeyDestroyed`` where the person was erased. An entry that is sealed already is given back as it is.
    """
    if fact.sealed is not None:
        return Sealed(fact, {})
    bare, texts = taken_out(fact, subject)
    if not texts:
        return Sealed(bare, texts)
    if isinstance(fact, EntryCorrected):
        digests = {path: key.digest(subject_of(case, fact, path), text) for path, text in texts.items()}
    else:
        digests = {path: key.digest(Where(case, fact.entry, path), text) for path, text in texts.items()}
    return Sealed(structs.replace(bare, sealed=digests), texts)


def seal(case: str, fact: Entry, subject: type[Entry] | None, key: PersonKey) -> tuple[Entry, dict[str, str]]:
    """The sealed entry and its ciphertexts by path, in base64."""
    found = sealed(case, fact, subject, key)
    return found.fact, ciphertexts(case, fact.entry, found.texts, key)


def subject_of(case: str, fact: Entry, path: str) -> Where:
    """Where the text at a path of an entry stands in its subject: for a correction in the entry that it corrects."""
    if isinstance(fact, EntryCorrected):
        return Where(case, fact.of, path.removeprefix(f"{FIELDS}."))
    return Where(case, fact.entry, path)


def ciphertexts(case: str, entry: str, texts: Mapping[str, str], key: PersonKey) -> dict[str, str]:
    """The ciphertexts of an entry's texts by path, in base64."""
    return {
        path: b2a_base64(enciphered(Where(case, entry, path), text.encode(), key), newline=False).decode()
        for path, text in texts.items()
    }


def with_tail(state: bytes, held: Mapping[str, str]) -> bytes:
    """The state of an entry as it is stored: its JSON, and its ciphertexts behind it."""
    return state + BREAK + _encode(held)


def entry_part(state: bytes) -> bytes:
    """The JSON of the entry in a stored state, without its ciphertexts."""
    at = state.find(BREAK)
    return state if at < 0 else state[:at]


def tail_of(state: bytes) -> dict[str, str]:
    """The ciphertexts in a stored state, by path."""
    at = state.find(BREAK)
    return {} if at < 0 else _ciphertexts(state[at + 1 :])


def commitment(key: bytes) -> bytes:
    """What a ciphertext says of the key of its text: the first 16 bytes of the SHA-256 of ``caseaudit text key`` and the key."""
    return sha256(b"caseaudit text key" + key).digest()[:COMMITMENT]


def opened_with(key: bytes, where: Where, held: str) -> str:
    """The text of a ciphertext, by the key of this text alone. ``NotOpened`` where it does not fit."""
    try:
        return deciphered(key, where, b64decode(held, validate=True)).decode()
    except ValueError as error:  # not base64, or no text
        raise error if isinstance(error, NotOpened) else NotOpened(CHANGED) from error


def deciphered(key: bytes, where: Where, raw: bytes) -> bytes:
    """What was enciphered at this place, by its own key alone. ``NotOpened`` where it does not fit."""
    try:
        if not hmac.compare_digest(raw[:COMMITMENT], commitment(key)):
            raise NotOpened("its key is another one")
        nonce, held = raw[COMMITMENT : COMMITMENT + NONCE], raw[COMMITMENT + NONCE :]
        found: bytes = _aes()(key).decrypt(nonce, held, where.bound)
        return found
    except NotOpened:
        raise
    except Exception as error:  # too short, a tag that does not fit: all say the same
        raise NotOpened(CHANGED) from error


def opened(where: Where, subject: Where, held: str, digest: str | None, key: PersonKey) -> str:
    """The text at a place of an entry, checked against its digest (None: not checked).

    ``NotOpened`` where it does not fit, ``KeyDestroyed`` where there is no key any more.
    """
    text = opened_with(key.of_text(where), where, held)
    if digest is not None and not same_digest(key.digest(subject, text), digest):
        raise NotOpened("it is another text than the one whose digest the entry holds")
    return text


def enciphered(where: Where, content: bytes, key: PersonKey) -> bytes:
    """Bytes under their own key, bound to this place."""
    own, nonce = key.of_text(where), os.urandom(NONCE)
    found: bytes = _aes()(own).encrypt(nonce, content, where.bound)
    return commitment(own) + nonce + found


@cache
def _aes() -> Any:
    """AES-GCM of ``cryptography``, read only where something is sealed or opened."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM
