"""Sealed searches: what was typed into a search is kept encrypted under a key of its month, and forgotten with that key.

AES-GCM with 256 bits. The keys of the months stand beside the log, each wrapped under a key that is kept outside the database.
"""

import os
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from hashlib import sha256

from domain.accounts.access_store import Cursor

NONCE = 12
"""Bytes of a nonce."""


def month_of(at: datetime) -> str:
    """The month by whose key something of this instant (UTC) is sealed, like ``2026-11``."""
    return f"{at:%Y-%m}"


class Sealing:
    """Seals and opens under one key from outside (32 bytes), which is asked for at its first use.

    Without one, what was searched for is not kept at all.
    """

    def __init__(self, outside: Callable[[], bytes] | None):
        self._outside = outside

    @cached_property
    def _key(self) -> bytes | None:
        return None if self._outside is None else self._outside()

    def seal(self, c: Cursor, at: datetime, text: str, about: str) -> bytes | None:
        """The text sealed under the key of the month, which is made if it is not there yet. ``about``: what it belongs to."""
        if not text or self._key is None:
            return None
        key = _month_key(c, self._key, month_of(at), make=True)
        return None if key is None else _sealed(key, text.encode("utf-8", "replace"), about)

    def unseal(self, c: Cursor, at: datetime, sealed: bytes, about: str) -> str | None:
        """The text again; None where the key of its month is gone or is another's, or the seal is broken."""
        key = None if self._key is None else _month_key(c, self._key, month_of(at), make=False)
        text = None if key is None else _opened(key, sealed, about)
        return None if text is None else text.decode()


def _month_key(c: Cursor, outside: bytes, month: str, *, make: bool) -> bytes | None:
    """The key of a month: each month has one for each key from outside, so that searches go on when that is lost."""
    which = month, sha256(b"access keys of " + outside).hexdigest()[:16]
    query = "SELECT wrapped FROM access_keys WHERE month = ? AND wrapped_by = ?"
    found = c.rows(query, which)
    if not found and make:
        wrapped = _sealed(outside, os.urandom(32), month)
        made = "INSERT INTO access_keys (month, wrapped_by, wrapped) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
        c.rows(made, (*which, wrapped))
        found = c.rows(query, which)
    return _opened(outside, bytes(found[0][0]), month) if found else None


def forget(c: Cursor, month: str) -> bool:
    """Delete the keys of a month, so that nobody reads its searches any more; whether there was one."""
    there = c.rows("SELECT 1 FROM access_keys WHERE month = ?", (month,))
    c.rows("DELETE FROM access_keys WHERE month = ?", (month,))
    return bool(there)


def _sealed(key: bytes, text: bytes, about: str) -> bytes:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, text, about.encode())


def _opened(key: bytes, sealed: bytes, about: str) -> bytes | None:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], about.encode())
    except InvalidTag:
        return None
