"""The outside key: the one secret of a site. It is kept outside its database, so that no copy of it signs anybody in.

Everything that the site must recognise again or seal - cookies, sessions, passwords, second factors, searches in the access
log - uses a key of its own that is derived from this one. Whoever loses it loses sessions, second factors and passwords, and no
entry: ``caseaudit users recover`` is the way back.
"""

import hmac
import os
import re
import secrets
import stat
import tempfile
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

IN_TEXT, IN_FILE = "CASEAUDIT_SECRET_KEY", "CASEAUDIT_SECRET_KEY_FILE"
"""The environment variables that hold the key, or name its file."""

SHORTEST, MIXED = 32, 8
"""Bytes that a key has at least, and how many different ones."""

LONGEST = 4096
"""Bytes of a key's file, at most."""

NONCE = 12
"""Bytes of the nonce in front of what is sealed with AES-GCM (NIST SP 800-38D)."""

RECORD = re.compile(r"[0-9a-f]{32}")

OTHERS = stat.S_IRWXG | stat.S_IRWXO


class KeyUnusable(ValueError):
    """The outside key cannot be used; the message says what to do."""


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


def key_folder() -> Path:
    """The folder with the keys that no environment variable gives; it need not be there."""
    import click

    return Path(click.get_app_dir("caseaudit")) / "keys"


def _kept(record: str) -> bytes:
    """The key kept for this record, made on first use."""
    if not RECORD.fullmatch(record):
        raise KeyUnusable("the id of this record is not one; set the secret key in " + IN_FILE)
    folder = key_folder()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _check_folder(folder)
        path = folder / f"{record}.key"
        if not path.is_symlink() and not path.exists():
            _make(path)
        return _read(path)
    except OSError as error:
        raise KeyUnusable(f"no secret key can be kept in {folder} ({error.strerror}); set {IN_FILE}") from error


def _make(path: Path) -> None:
    """Write a new key, whole or not at all; where another process was quicker, its key stays."""
    with tempfile.NamedTemporaryFile(dir=path.parent) as stream:  # 0600
        stream.write(secrets.token_hex(32).encode() + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
        with suppress(FileExistsError):
            os.link(stream.name, path)


def _check_folder(folder: Path) -> None:
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise KeyUnusable(f"{folder} is not a folder itself but leads elsewhere; move it there, or set {IN_FILE}")
    if found.st_uid != os.geteuid() or found.st_mode & OTHERS:
        raise KeyUnusable(f"others can enter the folder {folder}; make it yours alone: chmod 700")


def _read(path: Path) -> bytes:
    """The key in a file, without the line end; ``KeyUnusable`` for a link, or a file that others may read or write."""
    try:
        opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise KeyUnusable(f"the secret key {path} cannot be opened, or is a link ({error.strerror})") from error
    try:
        found = os.fstat(opened)
        if not stat.S_ISREG(found.st_mode):
            raise KeyUnusable(f"the secret key {path} is not a file")
        if found.st_uid not in (os.geteuid(), 0) or found.st_mode & OTHERS:
            raise KeyUnusable(f"others can read the secret key {path}; make it yours alone: chmod 600")
        return os.read(opened, LONGEST).strip()
    finally:
        os.close(opened)
