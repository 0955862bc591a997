"""What stands for a case, a person and somebody on the staff in an export: a digest under its own key, or the name itself."""

import hmac
import secrets
from hashlib import sha256
from typing import Literal

KEY_BYTES = 32
DIGITS = 20
"""Hex digits of a digest: 80 bits, so that among 10 million the chance of two alike is below one in ten thousand million."""

Kind = Literal["case", "person", "staff"]


def new_key() -> bytes:
    """A key by chance. Whoever does not keep it cannot say later which digest stands for whom."""
    return secrets.token_bytes(KEY_BYTES)


class Pseudonyms:
    """Gives the same digest for the same text and kind, and another in each export. ``key`` None: texts stay as they are."""

    def __init__(self, key: bytes | None):
        self._key, self._given = key, dict[tuple[Kind, str], str]()

    @property
    def key(self) -> bytes | None:
        """The key, for another process that writes a part of the same export."""
        return self._key

    @property
    def identified(self) -> bool:
        return self._key is None

    def of(self, kind: Kind, text: str) -> str:
        """What stands for this text. An empty one stays empty."""
        if self._key is None or not text:
            return text
        if (found := self._given.get((kind, text))) is None:
            found = hmac.new(self._key, f"{kind}:{text}".encode(), sha256).hexdigest()[:DIGITS]
            self._given[kind, text] = found
        return found
