"""The keys of the texts of one CRN, worked out from its key: 32 random bytes.

A text's own key is an HMAC-SHA256 of case, entry and path under the CRN's key, so that one text can be opened without the key of
any other. Its digest is an HMAC-SHA256 of case, *subject*, path and text under a second key, so that a correction compares with
what it corrects. (The subject of a correction is the entry that it corrects; of any other entry it is the entry itself.)

When one text is redacted, the CRN gets a new key, the keys and digests of all its other texts are kept one by one, and the old
key is destroyed (``domain.store.person_keys``). Nothing of the log changes.
"""

import os
from binascii import b2a_base64
from collections.abc import Mapping
from hashlib import sha256
from typing import NamedTuple

SIZE = 32
"""Bytes of a key."""

UNCOMPARED = "redacted"
"""The digest of a text of which one version was redacted: it compares as the same with any other. See ``same_digest``."""

DIGEST_BYTES = 24
"""Bytes of a digest, of 32: it says nothing of what was cut off, and two texts never share one by chance."""


class Where(NamedTuple):
    """One text: its case, its entry and its path there. For a digest: the subject and the path in the subject."""

    case: str
    entry: str
    path: str

    @property
    def bound(self) -> bytes:
        """What a ciphertext is bound to. No case and no path has a bar in it, so that two places never give the same bytes."""
        return f"{self.case}|{self.entry}|{self.path}".encode()


class KeyDestroyed(LookupError):
    """The keys of this person, or of this text, were destroyed: it never opens again."""


class Derived:
    """HMAC-SHA256 (RFC 2104) under one key of 32 bytes, its two pads hashed once: many short messages are quicker so."""

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes):
        padded = key.ljust(64, b"\0")
        self._inner, self._outer = sha256(padded.translate(_INNER)), sha256(padded.translate(_OUTER))

    def of(self, message: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()


_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))


class PersonKey:
    """The keys of one CRN. ``current``: of the last generation; None: destroyed, the person was erased.

    ``kept``: the keys of single texts from before the last generation; None for a text that was redacted. ``compared``: for a
    text from before it, what its digest would be now -> the digest that its entry holds; None where a version was redacted.
    """

    __slots__ = ("_digests", "_texts", "compared", "current", "generation", "kept")

    def __init__(
        self,
        current: bytes | None,
        generation: int = 1,
        kept: Mapping[Where, bytes | None] | None = None,
        compared: Mapping[Where, Mapping[str, str] | None] | None = None,
    ):
        self.current, self.generation = current, generation
        self.kept, self.compared = kept or {}, compared or {}
        self._texts = self._digests = None
        if current is not None:
            self._texts = Derived(current)
            self._digests = Derived(self._texts.of(b"digests"))

    def __repr__(self) -> str:
        return f"PersonKey(generation={self.generation})"

    @classmethod
    def new(cls) -> "PersonKey":
        """A new key of chance, of the first generation."""
        return cls(os.urandom(SIZE))

    @property
    def is_destroyed(self) -> bool:
        return self.current is None

    def of_text(self, where: Where) -> bytes:
        """The key of one text. ``KeyDestroyed`` where there is none any more."""
        if self._texts is None:
            raise KeyDestroyed(where.case)
        if self.kept and where in self.kept:
            if (kept := self.kept[where]) is None:
                raise KeyDestroyed(where.path)
            return kept
        return self._texts.of(b"text|" + where.bound)

    def digest(self, subject: Where, text: str) -> str:
        """The digest of a text at this place of its subject: 32 characters, or ``UNCOMPARED``."""
        if self.compared and subject in self.compared:
            return self._before(self.compared[subject], self.digest_now(subject, text))
        return self.digest_now(subject, text)

    def digest_now(self, subject: Where, text: str) -> str:
        """The digest of a text under the last generation's key, whatever it was before."""
        if self._digests is None:
            raise KeyDestroyed(subject.case)
        found = self._digests.of(subject.bound + b"|" + text.encode())
        return b2a_base64(found[:DIGEST_BYTES], newline=False).decode()

    @staticmethod
    def _before(was: Mapping[str, str] | None, now: str) -> str:
        return UNCOMPARED if was is None else was.get(now, now)


def same_digest(one: str | None, other: str | None) -> bool:
    """Whether two texts of one place are the same by their digests (None: there is no sealed text there)."""
    return one == other or UNCOMPARED in (one, other)
