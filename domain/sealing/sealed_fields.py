"""Which fields of an entry are sealed, as its type declares them, and how each is taken out and put back.

A path names one text of an entry, as the interchange form has it: ``note``, ``person.name``, ``actions.0``,
``objectives.1.text``; in a correction ``fields.note``. A plan is worked out once for each type.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from msgspec import inspect, structs

from domain.entries.case_entries import ENTRY_TYPES, EntryCorrected, EvidenceAttached
from domain.entries.entry import Entry
from domain.entries.tidy_text import paragraphs, words

SEALED, ERASED, REDACTED = "[sealed]", "[erased]", "[redacted]"
"""What stands in place of a text: not opened, or its key is missing; all keys of the person, or the key of this text, destroyed.

They are words for readers alone. Whether a text is sealed says ``Entry.sealed``: a text that is literally ``[sealed]`` is sealed
like any other.
"""

FIELDS = "fields"
"""The field of a correction that holds the new values."""

CONTENT = "content"
"""In place of a path: the bytes of the file that an ``EvidenceAttached`` names. They are kept beside the log."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")

Texts = dict[str, str]
"""Path -> text. A date is written as ``1980-02-01``."""


class Part(NamedTuple):
    """A field, or an item of a list, that holds sealed texts.

    ``tidy``: of a text, how it is tidied. ``day``: it is a date. ``each``: a list of such parts. ``within``: a group of values,
    by name.
    """

    tidy: Callable[[str], str] | None = None
    day: bool = False
    each: "Part | None" = None
    within: Mapping[str, "Part"] | None = None


class Plan(NamedTuple):
    """The sealed parts of a type. ``parts``: attribute, interchange field, part."""

    parts: tuple[tuple[str, str, Part], ...]

    @property
    def by_field(self) -> dict[str, Part]:
        """The parts by interchange field."""
        return {encoded: part for _, encoded, part in self.parts}


@cache
def plan_of(entry_type: type[Entry]) -> Plan | None:
    """The plan of a type; None where nothing is sealed: entries of inspections have no person's key."""
    if entry_type.kept_on != "case":
        return None
    described = inspect.type_info(entry_type)
    assert isinstance(described, inspect.StructType)
    found = ((one.name, one.encode_name, _part(one.type, sealed=False)) for one in described.fields)
    parts = tuple((name, encoded, part) for name, encoded, part in found if part is not None)
    return Plan(parts) if parts else None


@cache
def corrected_parts(subject: type[Entry]) -> Mapping[str, Part]:
    """The sealed parts of a correction's ``fields``, for the type that it corrects."""
    plan = plan_of(subject)
    return {} if plan is None else plan.by_field


def taken_out(fact: Entry, subject: type[Entry] | None = None) -> tuple[Entry, Texts]:
    """The entry without its sealed texts, and these texts. ``subject``: the type of the entry that a correction is about.

    The same object where nothing of it is sealed. Values of another type than the declared one stay: a file refuses them.
    """
    texts: Texts = {}
    if isinstance(fact, EntryCorrected):
        parts = {} if subject is None else corrected_parts(subject)
        found = {
            name: _out(parts[name], value, f"{FIELDS}.{name}", texts)
            for name, value in fact.fields.items()
            if name in parts
        }
        return (structs.replace(fact, fields={**fact.fields, **found}), texts) if texts else (fact, texts)
    plan = plan_of(type(fact))
    changed = {}
    for attribute, encoded, part in () if plan is None else plan.parts:
        value = getattr(fact, attribute)
        if not value:
            continue
        if part.tidy is not None:  # most texts; an entry that was read is tidy already
            texts[encoded], changed[attribute] = value, SEALED
        else:
            changed[attribute] = _out(part, value, encoded, texts)
    return (structs.replace(fact, **changed), texts) if texts else (fact, texts)


def put_back(fact: Entry, texts: Mapping[str, str], subject: type[Entry] | None = None) -> Entry:
    """The entry with these texts in their places. What is not among them stays as it is."""
    changed: dict[str, Any] = {}
    if isinstance(fact, EntryCorrected):
        parts = {} if subject is None else corrected_parts(subject)
        found = {
            name: _back(parts[name], value, f"{FIELDS}.{name}", texts)
            for name, value in fact.fields.items()
            if name in parts
        }
        return structs.replace(fact, fields={**fact.fields, **found})
    if (plan := plan_of(type(fact))) is not None:
        for attribute, encoded, part in plan.parts:
            value = getattr(fact, attribute)
            if value is not None:
                changed[attribute] = _back(part, value, encoded, texts)
    return structs.replace(fact, **changed) if changed else fact


def _out(part: Part, value: Any, path: str, texts: Texts) -> Any:
    """The value without its texts, which are added to ``texts``. An empty text stays: there is nothing to seal."""
    if part.tidy is not None:
        if not isinstance(value, str) or not (text := part.tidy(value)):
            return value
        texts[path] = text
        return SEALED
    if part.day:
        if not isinstance(value, date) and not (isinstance(value, str) and _DAY.fullmatch(value)):
            return value
        texts[path] = str(value)
        return value.replace(month=1, day=1) if isinstance(value, date) else f"{value[:4]}-01-01"
    return _inside(part, value, path, lambda inner, held, at: _out(inner, held, at, texts))


def _back(part: Part, value: Any, path: str, texts: Mapping[str, str]) -> Any:
    if part.tidy is not None or part.day:
        if (text := texts.get(path)) is None or (part.day and not _DAY.fullmatch(text)):
            return value  # a day that was not opened stays 1 January of its year
        return date.fromisoformat(text) if isinstance(value, date) else text
    return _inside(part, value, path, lambda inner, held, at: _back(inner, held, at, texts))


def _inside(part: Part, value: Any, path: str, change: Callable[[Part, Any, str], Any]) -> Any:
    """A list or a group of values, each of its sealed parts changed."""
    if part.each is not None:
        if not isinstance(value, list):
            return value
        return [change(part.each, item, f"{path}.{number}") for number, item in enumerate(value)]
    assert part.within is not None
    if isinstance(value, dict):
        held = {name: value[name] for name in part.within if value.get(name) is not None}
        return {**value, **{name: change(part.within[name], one, f"{path}.{name}") for name, one in held.items()}}
    if not hasattr(value, "__struct_fields__"):
        return value
    held = {name: one for name in part.within if (one := getattr(value, name)) is not None}
    return structs.replace(
        value, **{name: change(part.within[name], one, f"{path}.{name}") for name, one in held.items()}
    )


def _part(kind: inspect.Type, *, sealed: bool, tidy: Callable[[str], str] = words) -> Part | None:
    match kind:
        case inspect.Metadata(type=inner, extra=extra):
            said = extra or {}
            chosen = paragraphs if said.get("written") == "paragraphs" else tidy
            return _part(inner, sealed=sealed or bool(said.get("sealed")), tidy=chosen)
        case inspect.UnionType(types=types):
            (found,) = (inner for inner in types if not isinstance(inner, inspect.NoneType))
            return _part(found, sealed=sealed, tidy=tidy)
        case inspect.StrType() if sealed:
            return Part(tidy=tidy)
        case inspect.DateType() if sealed:
            return Part(day=True)
        case inspect.ListType(item_type=item):
            each = _part(item, sealed=sealed, tidy=tidy)
            return None if each is None else Part(each=each)
        case inspect.StructType(fields=fields):
            found_in = {one.name: _part(one.type, sealed=False) for one in fields}
            within = {name: part for name, part in found_in.items() if part is not None}
            return Part(within=within) if within else None
    return None


def sealed_paths(fact: Entry) -> tuple[str, ...]:
    """The paths at which something of an entry as stored is sealed: its texts, and the file that it attaches."""
    return (*(fact.sealed or ()), *((CONTENT,) if isinstance(fact, EvidenceAttached) else ()))


def field_of(path: str) -> str:
    """The interchange field in which the text at a path stands: ``objectives`` of ``objectives.1.text``."""
    return path.partition(".")[0]


MAY_BE_SEALED = frozenset(t for t in ENTRY_TYPES.values() if t is EntryCorrected or plan_of(t) is not None)
"""The types of which something may be sealed."""
