"""Policy folders laid over the policy that ships with the program: whose files they are, and what they add or take the place of.

``CASEAUDIT_POLICY`` names one or several folders, later ones over earlier. A folder has the sub-folders ``standards`` and
``frameworks`` with YAML files in the language of those that ship. A file adds an id; or, with ``replaces`` (an id that is there)
and ``reason``, it takes that one's place.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Literal

from domain.policy.cited_documents import FRAMEWORKS, LONGEST, STANDARDS, PolicyError, line_of, read_plain
from domain.policy.kept_texts import KeptTexts, LaidOver, PolicyText

IN_ENVIRONMENT = "CASEAUDIT_POLICY"

Kind = Literal["standards", "frameworks"]
NAMED_BY: dict[Kind, str] = {"standards": "edition", "frameworks": "framework"}
"""Kind -> the part of a file that holds its id."""

SHIPPED: dict[Kind, tuple[Path, str]] = {"standards": (STANDARDS, "ns-*.yaml"), "frameworks": (FRAMEWORKS, "*.yaml")}


Source = tuple[Path, ...] | KeptTexts
"""Where policy is read from: what ships with these folders laid over, or texts that a record keeps."""

_LOOKED_AT: ContextVar[Source | None] = ContextVar("policy looked at", default=None)


def source() -> Source:
    """What policy is read from: the folders that the environment names, in its order; within ``looking_at`` what that says.

    ``PolicyError``: a folder cannot be used.
    """
    over = _LOOKED_AT.get()
    return _checked(os.environ.get(IN_ENVIRONMENT, "")) if over is None else over


@contextmanager
def looking_at(over: Iterable[Path] | KeptTexts) -> Iterator[None]:
    """Read policy with these folders laid over in place of those of the environment, or from kept texts alone."""
    before = _LOOKED_AT.set(over if isinstance(over, KeptTexts) else tuple(over))
    try:
        yield
    finally:
        _LOOKED_AT.reset(before)


@cache
def _checked(named: str) -> tuple[Path, ...]:
    found = tuple(Path(one).expanduser() for one in named.split(os.pathsep) if one.strip())
    for folder in found:
        check_folder(folder)
    return found


def check_folder(folder: Path) -> None:
    """``PolicyError`` where this is no policy folder."""
    if not folder.is_dir():
        raise PolicyError(
            f"{folder}: there is no such folder; {IN_ENVIRONMENT} names folders with standards/ and frameworks/"
        )
    kinds = [one.name for one in folder.iterdir() if one.is_dir() and not one.name.startswith(".")]
    strange = sorted(set(kinds) - NAMED_BY.keys())
    if strange:
        raise PolicyError(f"{folder}: no policy is laid over in '{strange[0]}'; a folder has {' and '.join(NAMED_BY)}")
    if not set(kinds) & NAMED_BY.keys():
        raise PolicyError(f"{folder}: it has neither standards/ nor frameworks/, so it lays nothing over")


def names_in(folder: Path, kind: Kind) -> list[Path]:
    """What of a folder would be files of one kind, by name, whether or not they can be read."""
    return sorted((folder / kind).glob("*.y*ml")) if (folder / kind).is_dir() else []


def unfit(path: Path, folder: Path) -> str | None:
    """Why this is never opened as a file of the folder, in words; None: it is."""
    if not (path.is_file() and os.access(path, os.R_OK)):
        return f"{path.name}: it is no file that can be read; take it out of {folder}, or let it be read"
    if not path.resolve().is_relative_to(folder.resolve()):
        return f"{path.name}: it leads out of the folder {folder}; put the file itself there"
    if path.stat().st_size > LONGEST:
        return f"{path.name}: it has more than {LONGEST:,} bytes; no policy file is so long"
    return None


def files_in(folder: Path, kind: Kind) -> list[Path]:
    """The files of one kind in a folder, by name. ``PolicyError`` for one that lies elsewhere, is no file, or is too long."""
    found = names_in(folder, kind)
    for path in found:
        if (why := unfit(path, folder)) is not None:
            raise PolicyError(why)
    return found


Files = dict[str, tuple[PolicyText, LaidOver | None]]


def policy_files(kind: Kind) -> Files:
    """Id -> its file, and what is laid over where it does not ship.

    ``PolicyError`` names the file where an id is there already, or what it replaces is not.
    """
    over = source()
    if isinstance(over, KeptTexts):
        return over.of_kind(kind)
    where, pattern = SHIPPED[kind]
    found: Files = {path.stem.removeprefix("ns-"): (path, None) for path in sorted(where.glob(pattern))}
    for folder in over:
        for path in files_in(folder, kind):
            _lay(found, kind, path)
    return found


def _lay(found: Files, kind: Kind, path: Path) -> None:
    plain = read_plain(path)
    name, replaces, reason = (plain.get(part) for part in (NAMED_BY[kind], "replaces", "reason"))
    if not isinstance(name, str) or not name:
        raise PolicyError(
            f"{path.name} line 1: {NAMED_BY[kind]}: missing; say which {NAMED_BY[kind]} this is, in quotes"
        )
    if replaces is None and name in found:
        raise PolicyError(
            f"{path.name}: {NAMED_BY[kind]}: '{name}' is there already; choose another id, or say replaces: '{name}' and reason:"
        )
    if replaces is not None and not (isinstance(replaces, str) and replaces in found):
        raise PolicyError(
            f"{path.name}: replaces: there is no '{replaces}' to take the place of; there are {_of(found)}"
        )
    if replaces is not None and not (isinstance(reason, str) and reason.strip()):
        raise PolicyError(f"{path.name}: reason: missing; say why this takes the place of '{replaces}'")
    if replaces is not None:
        del found[replaces]
    if name in found:
        raise PolicyError(f"{path.name}: {NAMED_BY[kind]}: '{name}' is there already, beside '{replaces}'")
    found[name] = path, LaidOver(path.name, replaces, reason, line_of(path, "start"))


def policy_digest() -> str:
    """The SHA-256 of all laid-over files, or of the kept texts, in hex; empty where nothing is laid over.

    What is derived from policy depends on it.
    """
    over = source()
    if isinstance(over, KeptTexts):
        return over.digest
    every = [path for folder in over for kind in NAMED_BY for path in files_in(folder, kind)]
    if not every:
        return ""
    said = sha256()
    for path in every:
        content = path.read_bytes()
        said.update(f"{path.name}\0{len(content)}\0".encode() + content)
    return said.hexdigest()


def _of(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
