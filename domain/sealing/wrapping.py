"""Wrapping the keys of persons in a store of their own: AES-256-GCM under a key that is kept outside every database."""

import os
from typing import Any

NONCE = 12
"""Bytes of the nonce in front of what is wrapped."""


class NotUnwrapped(ValueError):
    """This was wrapped under another key, or for another place."""


class Wrapping:
    """Wraps texts under one key of 32 bytes. Each is bound to its place: elsewhere it does not open."""

    def __init__(self, key: bytes):
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        self._aes: Any = AESGCM(key)

    def __repr__(self) -> str:
        return "Wrapping()"

    def wrap(self, text: str, *place: object) -> str:
        """The text wrapped, in hex."""
        nonce = os.urandom(NONCE)
        found: bytes = nonce + self._aes.encrypt(nonce, text.encode(), _bound(place))
        return found.hex()

    def unwrap(self, wrapped: str, *place: object) -> str:
        """The text; ``NotUnwrapped`` where it is not of this key and place."""
        from cryptography.exceptions import InvalidTag

        try:
            held = bytes.fromhex(wrapped)
            opened: bytes = self._aes.decrypt(held[:NONCE], held[NONCE:], _bound(place))
            return opened.decode()
        except (InvalidTag, ValueError) as error:
            raise NotUnwrapped("it was wrapped under another key") from error


def _bound(place: tuple[object, ...]) -> bytes:
    return "|".join(map(str, place)).encode()
