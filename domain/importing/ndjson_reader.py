"""Reading the lines of interchange files: each is an entry, or is reported with file, line, field and reason.

A valid line is decoded directly into an entry. Any other line is read again, more slowly, to find out what is wrong.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, Union

import msgspec

from domain.aggregates.case_file import CASE_OR_INSPECTION
from domain.entries.case_entries import ENTRY_TYPES, Entry
from domain.entries.entry import CASE, INSPECTION
from domain.entries.plausible_dates import in_range
from domain.entries.schemas import ShapeError, entry_type_of, load_entry
from domain.entries.tidy_text import tidied

BOM = codecs.BOM_UTF8

TOLD = 1 << 18
"""Bytes after which the progress is reported."""

_FILE = rf'"case"[ \t]*:[ \t]*"(?P<case>{CASE})"|"inspection"[ \t]*:[ \t]*"(?P<inspection>{INSPECTION})"'
_FILE_FIRST = re.compile(rf"[ \t]*\{{[ \t]*(?:{_FILE})[ \t]*,".encode())
_read_entry: Callable[[bytes], Entry] = msgspec.json.Decoder(Union[tuple(ENTRY_TYPES.values())]).decode  # noqa: UP007
_write_entry: Callable[[Entry], bytes] = msgspec.json.Encoder().encode


class Rejected(NamedTuple):
    """A line that was rejected: its field at fault and the reason."""

    file: str
    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.reason}"


class Line(msgspec.Struct, frozen=True, gc=False):
    """A line that is a valid entry, and the file that it is for.

    ``said_at``: for a line from an extract, when that was made. An entry of an extract that has changed is corrected;
    on any other line a changed entry is refused.
    """

    file: str
    number: int
    reference: str
    fact: Entry
    recorded_at_given: bool
    said_at: datetime | None = None

    def rejected(self, field: str, reason: str) -> Rejected:
        """This line as rejected. A row of an extract may give several entries: then the field names the type too."""
        within = "" if self.said_at is None else f"{type(self.fact).__name__}."
        return Rejected(self.file, self.number, within + field, reason)


TypeCheck = Callable[[type[Entry]], None]
"""Raises ``ShapeError`` for a type of entry that its sender may not send, whatever else is wrong with the line."""


def any_type(declared: type[Entry]) -> None:
    """Every type may be sent."""


def read_lines(
    path: Path, now: datetime, rejected: list[Rejected], progress: Callable[[int], None], *, name: str = ""
) -> Iterator[Line]:
    """The valid lines of one NDJSON file. The others are added to ``rejected``.

    ``progress`` is called with the number of bytes read since the last call. ``now`` is used where ``recorded_at`` is
    missing. ``name``: the name of the file in reports (default: its own).
    """
    with path.open("rb") as stream:
        yield from read_raw_lines(stream, now, rejected, progress, name=name or path.name)


def read_raw_lines(
    lines: Iterable[bytes], now: datetime, rejected: list[Rejected], progress: Callable[[int], None], *, name: str,
    check_type: TypeCheck = any_type,
) -> Iterator[Line]:  # fmt: skip
    """The same of lines that are no file. ``check_type``: which types may be sent at all, asked of lines that are not valid."""
    untold, opening = 0, _NONE
    for number, raw in enumerate(lines, start=1):
        untold += len(raw)
        if untold >= TOLD:
            progress(untold)
            untold = 0
        if not raw.startswith(opening.written):  # most lines are for the same file as the line before
            opening = _opening_of(raw)
        fact = _read_rest(raw, opening)
        if fact is not None:
            yield Line(name, number, opening.reference, fact, True)
        elif raw.strip():
            try:
                yield _read_slowly(name, number, raw, now, check_type)
            except ShapeError as error:
                rejected += [Rejected(name, number, field, reason) for field, reason in error.problems]
    progress(untold)


def read_straight(raw: bytes) -> tuple[str, Entry] | None:
    """A complete line that begins with the reference of its file, as (file, entry); None for any other.

    None does not mean that the line is wrong: it may lack a field that has a default, or begin with another field.
    """
    opening = _opening_of(raw)
    fact = _read_rest(raw, opening)
    return None if fact is None else (opening.reference, fact)


class _Opening(NamedTuple):
    """The beginning of a line: the bytes before its second field, and the file that they name."""

    written: bytes
    kept_on: str
    reference: str


_NONE = _Opening(b"\n", "", "")
"""The opening of a line that does not begin with its file. No line but an empty one matches it."""


def _opening_of(raw: bytes) -> _Opening:
    found = _FILE_FIRST.match(raw)
    if found is None:
        return _NONE
    kept_on = found.lastgroup or ""
    return _Opening(found[0], kept_on, found[kept_on].decode())


def _read_rest(raw: bytes, opening: _Opening) -> Entry | None:
    """The entry of a line with this beginning; None where it is not a complete and valid entry."""
    if opening is _NONE:
        return None
    try:
        fact = _read_entry(b"{" + raw[len(opening.written) :])
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    if fact.kept_on != opening.kept_on or not in_range(fact) or tidied(fact) is not fact or fact.sealed is not None:
        return None
    return fact if _each_key_once(raw, fact) else None


def _each_key_once(raw: bytes, fact: Entry) -> bool:
    """Whether no object of this line, which was read as this entry, has a key twice.

    Printed again, the entry has each key once. So the line has none twice if it has as many quotes, four more for its
    file. Where that does not show it (a quote written as its number, a default written out), it is read key by key.
    """
    numbered = b"\\" in raw and b"\\u0022" in raw
    if not numbered and raw.count(b'"') == 4 + _write_entry(fact).count(b'"'):
        return True
    try:
        json.loads(raw.decode(), object_pairs_hook=_keys_once)
    except (ValueError, RecursionError):
        return False
    return True


def _keys_once(pairs: list[tuple[str, Any]]) -> None:
    """Raise ``ShapeError`` where a key stands twice among those of one object."""
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            raise ShapeError([(key, "given twice on this line; leave one of them out")])
        seen.add(key)


def _read_slowly(file: str, number: int, raw: bytes, now: datetime, check_type: TypeCheck) -> Line:
    raw = raw.removeprefix(BOM)
    try:
        values: Any = msgspec.json.decode(raw)
    except UnicodeDecodeError:
        raise ShapeError([("line", "not text in UTF-8")]) from None
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise ShapeError([("line", f"not a JSON object: {error}")]) from None
    if not isinstance(values, dict):
        raise ShapeError([("line", "not a JSON object; every line is one entry in braces")])
    try:
        json.loads(raw.decode(), object_pairs_hook=_keys_once)
    except ShapeError:
        raise
    except (ValueError, RecursionError) as error:
        raise ShapeError([("line", f"not a JSON object: {error}")]) from None
    check_type(entry_type_of(values.get("type")))
    reference, fact, given = read_entry(values, now)
    return Line(file, number, reference, fact, given)


def read_entry(values: dict[str, Any], now: datetime) -> tuple[str, Entry, bool]:
    """An interchange object as (file, entry, whether it gave ``recorded_at``). ``ShapeError`` if it is not valid."""
    fields = dict(values)
    entry_type = entry_type_of(fields.pop("type", None))
    kept_on = entry_type.kept_on
    reference = fields.pop(kept_on, None)
    problems = []
    if not isinstance(reference, str) or CASE_OR_INSPECTION[kept_on].fullmatch(reference) is None:
        wanted = "X123456/1" if kept_on == "case" else "gloucestershire-2005"
        problems.append((kept_on, f"{'missing' if reference is None else repr(reference)}; write it like {wanted}"))
    given = "recorded_at" in fields
    fields.setdefault("recorded_at", now.isoformat())
    try:
        fact = load_entry(entry_type.__name__, fields)
    except ShapeError as error:
        raise ShapeError(problems + error.problems) from None
    if problems:
        raise ShapeError(problems)
    return str(reference), fact, given
