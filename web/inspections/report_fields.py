"""Comparing the fields of a report with those that the record gives: each that differs, is missing or was added is named."""

from collections.abc import Iterator
from typing import Any

from domain.store.earlier_hashes import was_at
from domain.store.hash_chain import ORIGIN
from projections.cases.case_repository import CaseRepository

LONGEST = 80
"""Characters of a value that are shown."""

NAMES = ("of", "entry", "criterion", "by")
"""The fields by which an item of a list is called."""


def shown(value: Any) -> str:
    """A value of JSON in words."""
    words = "nothing" if value is None else repr(value) if isinstance(value, str) else str(value)
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}…"


def differences(path: str, said: Any, now: Any) -> Iterator[str]:
    """Each field in which two values of JSON differ. ``said``: of the file; ``now``: of the record."""
    if isinstance(said, dict) and isinstance(now, dict):
        for name in dict.fromkeys((*now, *said)):
            yield from _field(f"{path} {name}".strip(), said, now, name)
    elif isinstance(said, list) and isinstance(now, list):
        for number in range(max(len(said), len(now))):
            yield from _item(path, said, now, number)
    elif type(said) is not type(now) or said != now:
        yield f"{path}: the report says {shown(said)}, the record gives {shown(now)}"


def _field(path: str, said: dict[str, Any], now: dict[str, Any], name: str) -> Iterator[str]:
    if name not in said:
        yield f"{path}: missing; the record gives {shown(now[name])}"
    elif name not in now:
        yield f"{path}: added; no report has this field, and this one says {shown(said[name])}"
    else:
        yield from differences(path, said[name], now[name])


def _item(path: str, said: list[Any], now: list[Any], number: int) -> Iterator[str]:
    if number >= len(said):
        yield f"{path} {_called(now[number], number)}: missing; the record gives {shown(now[number])}"
    elif number >= len(now):
        yield f"{path} {_called(said[number], number)}: added; the record has no such item, and this one says {shown(said[number])}"
    else:
        yield from differences(f"{path} {_called(now[number], number)}", said[number], now[number])


def _called(item: Any, number: int) -> str:
    """What an item of a list is called: its number, and what it is of."""
    named = [str(item[name]) for name in NAMES if item.get(name)] if isinstance(item, dict) else []
    return f"{number + 1} ({named[0]})" if named else str(number + 1)


def check_place(book: CaseRepository, inspection: str, position: Any, digest: Any) -> Iterator[str]:
    """Whether the record went through this position with this hash; else what may have happened, in words."""
    if type(position) is not int or not isinstance(digest, str):
        yield f"position, hash: expected a number and a SHA-256 in hex, not {shown(position)} and {shown(digest)}"
        return
    if position == 0 and digest == ORIGIN.hex():
        yield "position: this copy does not say how far the record went, as its reader had cases to read: it proves nothing"
        return
    there = book.files.recorder.hash_at(position) if 0 < position < 2**63 else None
    if there == digest or (0 < position < 2**63 and was_at(book.files.recorder, position, digest)):
        return
    last, out = book.files.recorder.head()[0], book.inspection(inspection).published
    not_there = f"position {position}: the record there is not what the report was made from"
    if out is not None and (out.position, out.hash) == (position, digest):
        yield (
            f"{not_there}: the publication came into this record by import. Its position and hash are those of the record "
            "in which it was published; verify the report there"
        )
    elif there is None and position > last:
        yield (
            f"{not_there}: this record ends at {last}. It is a backup of before the report was made, or another record"
        )
    else:
        yield (
            f"{not_there}: this is another record, or one that was restored from a backup and went on from there; or "
            "position or hash were changed in the file"
        )
