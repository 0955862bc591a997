"""The record's signing key: an Ed25519 key in a file outside the database. It signs the heads of the record's logs.

Losing it loses no entry: heads are unsigned from then on, until two people put another key in its place.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from domain.key_files import KeyUnusable, keep_name, key_folder, make_key_file, own_folder, read_key_file
from domain.proof.checkpoints import Checkpoint, log_origin, record_id
from domain.proof.signed_notes import Note, SigningKey, VerifierKey

IN_FILE = "CASEAUDIT_SIGNING_KEY_FILE"
"""The environment variable that names the key's file."""


class Signer(NamedTuple):
    """Signs the checkpoints of one log, under its ``origin``."""

    origin: str
    key: SigningKey

    @property
    def verifier(self) -> VerifierKey:
        """The public key that checks what this signs."""
        return self.key.verifier(self.origin)

    def sign(self, checkpoint: Checkpoint) -> str:
        """The checkpoint as a signed note. ``AnotherLog`` where it is not of this log."""
        checkpoint.check_origin(self.origin)
        text = str(checkpoint)
        return str(Note(text).signed([self.key.sign(self.origin, text)]))

    def of(self, log: str) -> "Signer":
        """The same key for another log of the record: ``entries`` or ``access``."""
        return Signer(log_origin(self.origin.rpartition("/")[0], log), self.key)


class KeyState(NamedTuple):
    """Whether heads are signed. ``named``: the key that the record names, None where it names none.

    ``signer``: of the log of entries, where the key is there. ``fault``: in words, why a head that should be signed is not.
    """

    named: VerifierKey | None
    signer: Signer | None
    fault: str


def key_state(record: str, named: VerifierKey | None) -> KeyState:
    """Whether this process can sign for the record that names this key. ``record``: its name, ``HOST/caseaudit/RECORD``."""
    if named is None:
        return KeyState(None, None, "")
    fault = f"the signing key is missing: there is no {key_path(record)}"
    for path in _places(record, named):
        if not os.path.lexists(path):
            continue
        try:
            signer = Signer(log_origin(record, "entries"), read_signing_key(path))
        except KeyUnusable as error:
            fault = str(error)
            continue
        if signer.verifier == named:
            return KeyState(named, signer, "")
        fault = (
            f"{path} holds another key ({signer.verifier.key_id.hex()}) than the record names ({named.key_id.hex()})"
        )
    return KeyState(named, None, fault)


def key_path(record: str) -> Path:
    """Where the signing key of this record is, or would be."""
    given = os.environ.get(IN_FILE, "")
    return Path(given) if given else key_folder() / f"{record_id(record)}.signing"


def read_signing_key(path: Path) -> SigningKey:
    """The key in a file (PEM, PKCS #8); ``KeyUnusable`` says why it cannot be used."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    held = read_key_file(path, "the signing key")
    try:
        private = load_pem_private_key(held, None)
    except (ValueError, TypeError) as error:
        raise KeyUnusable(f"the signing key {path} is no private key in PEM without a password") from error
    if not isinstance(private, Ed25519PrivateKey):
        raise KeyUnusable(f"the signing key {path} is no Ed25519 key")
    return SigningKey(private)


def make_signing_key(record: str) -> tuple[SigningKey, Path]:
    """Make a key and its file: at ``key_path``, or beside it where a key is there already. ``KeyUnusable``."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    private = Ed25519PrivateKey.generate()
    key, path = SigningKey(private), key_path(record)
    if os.path.lexists(path):
        path = _beside(path, key.verifier(log_origin(record, "entries")))
    try:
        if not os.environ.get(IN_FILE):
            own_folder(IN_FILE)
        make_key_file(path, private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    except OSError as error:
        raise KeyUnusable(f"no signing key can be kept at {path} ({error.strerror}); set {IN_FILE}") from error
    return key, path


def put_in_place(record: str, named: VerifierKey) -> None:
    """Give the file of the record's key its usual name; a key that was there goes beside it, under its own id.

    Where that cannot be, nothing is lost: a key is also found beside the usual name.
    """
    path = key_path(record)
    beside = _beside(path, named)
    with suppress(OSError, KeyUnusable):
        if not beside.exists():
            return
        if path.exists():
            other = read_signing_key(path).verifier(named.name)
            path.rename(_beside(path, other))
        beside.rename(path)
        keep_name(path)


def _places(record: str, named: VerifierKey) -> Iterator[Path]:
    """Where the key may be: a rotation that was broken off leaves the new one beside the old."""
    yield key_path(record)
    yield _beside(key_path(record), named)


def _beside(path: Path, key: VerifierKey) -> Path:
    return path.with_name(f"{path.name}.{key.key_id.hex()}")
