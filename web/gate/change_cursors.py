"""Cursors into the log of changes: a position of the record, sealed for one account.

Positions count the entries of everybody. So nobody is told one: a cursor is opaque, opens for its own account alone, and stands
for an entry that the account was told of, or for the moment at which it began.
"""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from domain.outside_key import OutsideKey

PURPOSE = "cursors of changes"
POSITION, HASH, CHANCE = 8, 8, 4
"""Bytes of what is sealed: the position, the beginning of the chain's hash there, and chance."""


class WrongCursor(ValueError):
    """This is no cursor of this account."""


class ChangeCursors:
    """Seals and opens cursors (AES-SIV, RFC 5297: the same position of the same account reads the same)."""

    def __init__(self, key: OutsideKey):
        self._seal = AESSIV(key.derive(PURPOSE))

    def sealed(self, username: str, position: int, hash_: bytes) -> str:
        """The cursor of an entry that an account is told of."""
        return self._sealed(username, position, hash_, bytes(CHANCE))

    def beginning(self, username: str, position: int, hash_: bytes) -> str:
        """The cursor of a moment. Two of one position differ: so nobody sees whether something was stored meanwhile."""
        return self._sealed(username, position, hash_, secrets.token_bytes(CHANCE))

    def opened(self, username: str, cursor: str) -> tuple[int, bytes]:
        """The position, and the beginning of the chain's hash there. ``WrongCursor``."""
        try:
            held = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            said = self._seal.decrypt(held, [username.encode()])
        except (binascii.Error, InvalidTag, ValueError) as error:
            raise WrongCursor(
                "this is no position of your log of changes: take the one that an event or a page gave you, or leave it out "
                "to read from the beginning"
            ) from error
        return int.from_bytes(said[:POSITION], "big"), said[POSITION : POSITION + HASH]

    def _sealed(self, username: str, position: int, hash_: bytes, chance: bytes) -> str:
        said = position.to_bytes(POSITION, "big") + hash_[:HASH].ljust(HASH, b"\0") + chance
        return base64.urlsafe_b64encode(self._seal.encrypt(said, [username.encode()])).rstrip(b"=").decode()
