"""Asking a witness over HTTP: C2SP ``tlog-witness``, ``add-checkpoint``."""

import re
from base64 import b64encode
from collections.abc import Sequence
from http.client import HTTPException
from typing import NamedTuple
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from domain.proof.checkpoints import Checkpoint
from domain.proof.signed_notes import NotANote, Note, NotSigned, Signature, VerifierKey, WrongSignature
from domain.proof.witness import Contradicted, Heard, Log, NotHeard, another_tree, older_copy

SECONDS = 10
"""How long a witness may take to answer."""

LONGEST = 1 << 16
"""Bytes of its answer, at most."""

_SIZE = re.compile(rb"(0|[1-9][0-9]{0,18})\n?")


class _Answer(NamedTuple):
    status: int
    body: bytes


class _NoRedirect(HTTPRedirectHandler):
    """A witness is asked where the operator says, and nowhere else."""

    def redirect_request(self, *_: object) -> None:
        return None


def ask_witness(address: str, note: Note, log: Log, old: int, keys: Sequence[VerifierKey] = ()) -> Heard:
    """Hand a signed checkpoint to the witness at an address; the note with its signatures too. ``NotHeard``, ``Contradicted``.

    ``old``: the number of leaves that it signed last, as far as we know; where it says another, it is asked again. ``keys``:
    its public keys: only signatures by them are kept. Where none is given its signatures are kept as they come.
    """
    called, checkpoint = shown(address), Checkpoint.read(note.text)
    if not note.signatures:
        raise NotHeard(f"{called} takes signed checkpoints only; make a key: caseaudit keys make")
    answer = _post(address, _body(min(old, checkpoint.size), note, log))
    if answer.status == 409:
        held = _held(answer, called)
        if held > checkpoint.size:
            raise Contradicted(older_copy(called, held, checkpoint.size))
        answer = _post(address, _body(held, note, log))
        old = held
    if answer.status != 200:
        raise _refused(called, answer, checkpoint.origin, old)
    return Heard(note.signed(_cosignatures(answer.body, note, keys, called)), called)


def shown(address: str) -> str:
    """An address as it is printed and kept: without user and password. ``NotHeard`` where it is none."""
    try:
        parts = urlsplit(address)
    except ValueError:  # its words may hold the password
        raise NotHeard("the witness's address is none: write https://HOST/PATH, or a folder") from None
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _body(old: int, note: Note, log: Log) -> bytes:
    size = Checkpoint.read(note.text).size
    proof = log.consistency(old, size) if 0 < old < size else []
    lines = "".join(f"{b64encode(one).decode()}\n" for one in proof)
    return f"old {old}\n{lines}\n{note}".encode()


def _post(address: str, body: bytes) -> _Answer:
    called, head = shown(address), {"Content-Type": "text/plain; charset=utf-8"}
    if user := urlsplit(address).netloc.rpartition("@")[0]:
        head["Authorization"] = f"Basic {b64encode(unquote(user).encode()).decode()}"
    try:
        asked = Request(f"{called.rstrip('/')}/add-checkpoint", body, head, method="POST")  # noqa: S310 - http or https
        with build_opener(_NoRedirect).open(asked, timeout=SECONDS) as answer:
            return _Answer(answer.status, answer.read(LONGEST))
    except HTTPError as error:
        with error:
            return _Answer(error.code, error.read(LONGEST))
    except (OSError, HTTPException, ValueError) as error:
        raise NotHeard(f"the witness {called} cannot be reached: {getattr(error, 'reason', None) or error}") from error


def _held(answer: _Answer, called: str) -> int:
    found = _SIZE.fullmatch(answer.body)
    if found is None:
        raise NotHeard(f"{called} holds another checkpoint than was thought, and does not say of how many leaves")
    return int(found[1])


def _refused(called: str, answer: _Answer, origin: str, old: int) -> NotHeard:
    match answer.status:
        case 404:
            return NotHeard(f"{called} does not know this log; give its operator the line of: caseaudit keys show")
        case 403:
            return NotHeard(
                f"{called} does not trust the key that signed for {origin}; give its operator the line of: caseaudit keys show"
            )
        case 422:
            return Contradicted(another_tree(called, old))
        case 409:
            return NotHeard(f"{called} was told of two checkpoints at once; it is asked again later")
        case status:
            said = answer.body[:200].decode("utf-8", "replace").strip()
            return NotHeard(f"{called} answered {status}{f': {said}' if said else ''}")


def _cosignatures(body: bytes, note: Note, keys: Sequence[VerifierKey], called: str) -> list[Signature]:
    """The signatures in an answer, those of ``keys`` alone where some are given; ``NotHeard`` where there is none."""
    try:
        lines = body.decode().removesuffix("\n").split("\n")
        found = [Signature.read(line) for line in lines]
    except (NotANote, UnicodeDecodeError) as error:
        raise NotHeard(f"{called} answered with no lines of signatures") from error
    if not keys:
        return found
    signed, kept = note.signed(found), []
    for key in keys:
        try:
            key.check(signed)
        except NotSigned:
            continue
        except WrongSignature as error:
            raise NotHeard(f"{called}: {error}") from error
        kept += [one for one in found if (one.name, one.key_id) == (key.name, key.key_id)]
    if not kept:
        raise NotHeard(f"{called} signed with none of the keys that are known of it")
    return kept
