"""Signed notes, as in C2SP ``signed-note``: a text, and lines with the signatures of one or more keys. Pure.

A verifier key is written ``NAME+HASH+KEY``; it is what somebody keeps elsewhere to check the notes of NAME. Two types of
signature are read: that of a log (Ed25519) and that of a witness, which has the time at which it signed (C2SP ``cosignature/v1``).
"""

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

LONGEST = 1 << 20
"""Characters of a note, at most."""

MOST_SIGNATURES = 100

Kind = Literal[1, 4]
LOG: Literal[1] = 1
WITNESS: Literal[4] = 4
"""The bytes that stand for the two types of signature."""

ID_BYTES, PUBLIC_BYTES, SIGNED_BYTES, TIME_BYTES = 4, 32, 64, 8

_LINE = re.compile("— ([^ ]+) ([A-Za-z0-9+/]+={0,2})")
_KEY = re.compile(r"([^+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})")


class NotANote(ValueError):
    """This is no signed note; the message says why."""


class NotAKey(ValueError):
    """This is no verifier key; the message says why."""


class NotSigned(ValueError):
    """The note has no signature of this key."""


class WrongSignature(ValueError):
    """A signature that is said to be of this key is not of it, or not of this text."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature of a note: the name and the id of its key, and the bytes that the key made."""

    name: str
    key_id: bytes
    made: bytes

    @classmethod
    def read(cls, line: str) -> "Signature":
        """The signature in a line, without its line end; ``NotANote``."""
        found = _LINE.fullmatch(line)
        if found is None or not is_key_name(found[1]):
            raise NotANote(f"no line of a signature: {line[:80]!r}; one is: — NAME BASE64")
        made = unbase64(found[2])
        if made is None or len(made) <= ID_BYTES:
            raise NotANote(f"the signature of {found[1]} is no base64 of more than {ID_BYTES} bytes")
        return cls(found[1], made[:ID_BYTES], made[ID_BYTES:])

    def __str__(self) -> str:
        return f"— {self.name} {base64.b64encode(self.key_id + self.made).decode()}"


@dataclass(frozen=True, slots=True)
class Note:
    """A text, with its last line end, and the signatures under it. ``str()`` writes it; without signatures, the text alone."""

    text: str
    signatures: tuple[Signature, ...] = ()

    @classmethod
    def read(cls, written: str) -> "Note":
        """The note that is written so; ``NotANote``. One that nobody signed is its text alone, without an empty line."""
        if len(written) > LONGEST:
            raise NotANote(f"longer than {LONGEST:,} characters")
        if not written.endswith("\n"):
            raise NotANote("the last line has no line end: the note is not whole")
        if any(one < " " and one != "\n" for one in written):
            raise NotANote("it holds a control character")
        text, empty, lines = written.rpartition("\n\n")
        if not empty:
            return cls(written)
        signed = lines.removesuffix("\n").split("\n")
        if len(signed) > MOST_SIGNATURES:
            raise NotANote(f"more than {MOST_SIGNATURES} signatures")
        return cls(f"{text}\n", tuple(map(Signature.read, signed)))

    def __str__(self) -> str:
        return "".join((self.text, "\n" if self.signatures else "", *(f"{one}\n" for one in self.signatures)))

    def signed(self, signatures: Iterable[Signature]) -> "Note":
        """The note with these signatures too; one that is there already is not added again."""
        return Note(self.text, tuple(dict.fromkeys((*self.signatures, *signatures))))


@dataclass(frozen=True)
class VerifierKey:
    """A public key and its name. ``kind``: the type of the signatures that it checks. ``str()`` writes it."""

    name: str
    public: bytes
    kind: Kind = LOG

    @classmethod
    def read(cls, written: str) -> "VerifierKey":
        """The key that is written as NAME+HASH+KEY; ``NotAKey``."""
        found = _KEY.fullmatch(written.strip())
        held = unbase64(found[3]) if found else None
        if found is None or held is None or not is_key_name(found[1]):
            raise NotAKey("no verifier key: one is a line NAME+HASH+KEY, as `caseaudit keys show` prints it")
        if held[0] not in (LOG, WITNESS) or len(held) != 1 + PUBLIC_BYTES:
            raise NotAKey("a key of another type: only Ed25519 keys are read, of logs (1) and of witnesses (4)")
        key = cls(found[1], held[1:], WITNESS if held[0] == WITNESS else LOG)
        if key.key_id.hex() != found[2]:
            raise NotAKey(f"the key of {found[1]} does not fit its hash: it was not copied whole, or was changed")
        return key

    @cached_property
    def key_id(self) -> bytes:
        """The first four bytes of the SHA-256 of name and key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{base64.b64encode(bytes([self.kind]) + self.public).decode()}"

    def has_signed(self, note: Note) -> bool:
        """Whether a signature of the note says that it is of this key. It is not checked."""
        return any(self._is_of(one) for one in note.signatures)

    def check(self, note: Note) -> datetime | None:
        """Check the signature of this key under a note. The time (UTC) that it was made at, where a witness made it.

        ``NotSigned`` where it has none, ``WrongSignature`` where one is said to be of this key and is not.
        """
        own = [one for one in note.signatures if self._is_of(one)]
        if not own:
            raise NotSigned(f"there is no signature of {self.name} by the key {self.key_id.hex()}")
        return [self._checked(note.text, one) for one in own][-1]

    def _is_of(self, one: Signature) -> bool:
        return (one.name, one.key_id) == (self.name, self.key_id)

    def _checked(self, text: str, one: Signature) -> datetime | None:
        stamp, made = (one.made[:TIME_BYTES], one.made[TIME_BYTES:]) if self.kind == WITNESS else (b"", one.made)
        time = int.from_bytes(stamp, "big")
        said = cosigned(text, time) if self.kind == WITNESS else text.encode()
        if len(made) != SIGNED_BYTES or not _is_signed(self.public, made, said):
            raise WrongSignature(f"the signature of {self.name} is not by the key {self.key_id.hex()} over this text")
        return _instant(time, self.name) if self.kind == WITNESS else None


class SigningKey:
    """An Ed25519 key that signs notes."""

    def __init__(self, private: "Ed25519PrivateKey"):
        self._private = private
        self.public: bytes = private.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return "SigningKey()"

    def verifier(self, name: str) -> VerifierKey:
        """The key that checks what this one signs under a name."""
        return VerifierKey(name, self.public)

    def sign(self, name: str, text: str) -> Signature:
        """Its signature under a text, which ends in a line end."""
        return Signature(name, self.verifier(name).key_id, self._private.sign(text.encode()))


def read_keys(written: str) -> list[VerifierKey]:
    """The keys in a text, one a line; empty lines and lines with # are left out. ``NotAKey`` also where there is none."""
    lines = [line.strip() for line in written.splitlines()]
    found = [VerifierKey.read(line) for line in lines if line and not line.startswith("#")]
    if not found:
        raise NotAKey("there is no verifier key in it: one is a line NAME+HASH+KEY")
    return found


def cosigned(text: str, time: int) -> bytes:
    """What a witness signs: the text of a checkpoint, and the time in seconds since 1970."""
    return f"cosignature/v1\ntime {time}\n{text}".encode()


def is_key_name(name: str) -> bool:
    """Whether a key may have this name: it is not empty, and has no space and no plus."""
    return bool(name) and "+" not in name and not any(one.isspace() for one in name)


def unbase64(text: str) -> bytes | None:
    """The bytes of a text in base64; None where it is none, or is not written in the one way that is right."""
    try:
        found = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if base64.b64encode(found).decode() == text else None


def _is_signed(public: bytes, made: bytes, said: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(made, said)
    except (InvalidSignature, ValueError):
        return False
    return True


def _instant(time: int, name: str) -> datetime:
    try:
        return datetime.fromtimestamp(time, UTC)
    except (OverflowError, ValueError, OSError):
        raise WrongSignature(f"{name} signed at no time that a calendar knows: {time}") from None
