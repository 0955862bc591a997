"""The outside key: the one secret of a site. It is kept outside its database, so that no copy of it signs anybody in.

Everything that the site must recognise again or seal - cookies, sessions, passwords, second factors, searches in the access
log - uses a key of its own that is derived from this one. Whoever loses it loses sessions, second factors and passwords, and no
entry: ``caseaudit users recover`` is the way back.
"""

import hmac
import os
import re
import secrets
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from domain.key_files import KeyUnusable, key_folder, make_key_file, own_folder, read_key_file

IN_TEXT, IN_FILE = "CASEAUDIT_SECRET_KEY", "CASEAUDIT_SECRET_KEY_FILE"
"""The environment variables that hold the key, or name its file."""

SHORTEST, MIXED = 32, 8
"""Bytes that a key has at least, and how many different ones."""

NONCE = 12
"""Bytes of the nonce in front of what is sealed with AES-GCM (NIST SP 800-38D)."""

RECORD = re.compile(r"[0-9a-f]{32}")


class NotSealed(ValueError):
    """This was not sealed with this key for this owner."""


class OutsideKey:
    """The secret from which the key of every purpose is derived."""

    def __init__(self, secret: bytes):
        if len(secret) < SHORTEST or len(set(secret)) < MIXED:
            raise KeyUnusable(
                f"the secret key is too short or repeats itself; give at least {SHORTEST} bytes of chance, such as"
                " those of: openssl rand -hex 32"
            )
        self._secret = secret

    def __repr__(self) -> str:
        return "OutsideKey()"

    def derive(self, purpose: str) -> bytes:
        """The key of 32 bytes for one purpose, by HKDF-SHA256 (RFC 5869)."""
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        return HKDF(algorithm=SHA256(), length=32, salt=b"caseaudit", info=purpose.encode()).derive(self._secret)

    def mark(self, purpose: str, *parts: str) -> str:
        """The HMAC-SHA256 of these texts for one purpose, in hex. Where a text ends makes a difference."""
        said = b"".join(len(part.encode()).to_bytes(8, "big") + part.encode() for part in parts)
        return hmac.new(self.derive(purpose), said, sha256).hexdigest()

    def is_mark(self, given: str, purpose: str, *parts: str) -> bool:
        """Whether ``given`` is the mark of these texts."""
        return hmac.compare_digest(given.encode(), self.mark(purpose, *parts).encode())

    def seal(self, purpose: str, owner: str, text: str) -> str:
        """The text sealed with AES-256-GCM for one owner, in hex; for another owner it does not open."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = os.urandom(NONCE)
        return (nonce + AESGCM(self.derive(purpose)).encrypt(nonce, text.encode(), owner.encode())).hex()

    def unseal(self, purpose: str, owner: str, sealed: str) -> str:
        """The text that was sealed for this owner; ``NotSealed`` otherwise."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            held = bytes.fromhex(sealed)
            return AESGCM(self.derive(purpose)).decrypt(held[:NONCE], held[NONCE:], owner.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise NotSealed from error


def outside_key(record: str) -> OutsideKey:
    """The key of the record with this id (32 hex digits): as the environment gives it, else the one kept for this record.

    Where none is kept yet, one is made. ``KeyUnusable`` says what is wrong and what to do.
    """
    text, path = os.environ.get(IN_TEXT, ""), os.environ.get(IN_FILE, "")
    if text and path:
        raise KeyUnusable(f"both {IN_TEXT} and {IN_FILE} are set; set one of them")
    if text:
        return OutsideKey(text.encode())
    return OutsideKey(_read(Path(path)) if path else _kept(record))


def _kept(record: str) -> bytes:
    """The key kept for this record, made on first use."""
    if not RECORD.fullmatch(record):
        raise KeyUnusable("the id of this record is not one; set the secret key in " + IN_FILE)
    try:
        path = own_folder(IN_FILE) / f"{record}.key"
        if not path.is_symlink() and not path.exists():
            with suppress(FileExistsError):  # another process was quicker
                make_key_file(path, secrets.token_hex(32).encode() + b"\n")
        return _read(path)
    except OSError as error:
        raise KeyUnusable(f"no secret key can be kept in {key_folder()} ({error.strerror}); set {IN_FILE}") from error


def _read(path: Path) -> bytes:
    return read_key_file(path, "the secret key").strip()
