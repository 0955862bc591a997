"""The entry that a form's answers make: a whole one, or a correction of one on the file."""

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import NODEFAULT, structs, to_builtins

from domain.calendar.london_time import LONDON
from domain.entries.case_entries import Entry
from domain.entries.schemas import ShapeError, dump_entry, load_entry
from web.recording.entry_forms import Field
from web.recording.typed_values import typed_of, values_of
from web.site.date_field import read_day

Typed = Mapping[str, Sequence[str]]
"""Field of a form -> its texts, as they were typed."""

NOTHING_CHANGED = "Nothing is changed. Change what is wrong, or go back to the case."


def new_token() -> str:
    """The id of the entry that a new form will make, and of its draft: the same each time the form is sent."""
    return f"form-{secrets.token_hex(8)}"


TOKEN = re.compile(r"form-(?:[0-9a-f]{12}|[0-9a-f]{16})")
"""What ``new_token`` gives; forms that were opened before the last update have the shorter one."""


def token_sent(text: str) -> str:
    """The id that a form sent, if it is one that a form may have; else a new one."""
    return text if TOKEN.fullmatch(text) else new_token()


def whole_entry(fact_type: type[Entry], fields: Sequence[Field], typed: Typed, given: Mapping[str, Any]) -> Entry:
    """The whole entry; ``ShapeError`` with everything that is wrong in it and every question not answered.

    ``given``: what the service fills in itself, as interchange values.
    """
    asked = values_of(fields, typed)
    problems = [(f.name, "missing") for f in fields if f.required and "." not in f.name and f.name not in asked]
    problems += _not_offered(fields, asked)
    try:
        fact = load_entry(fact_type.__name__, {**asked, **given})
    except ShapeError as error:
        problems += [(name, reason) for name, reason in error.problems if (name, "missing") not in problems]
    if problems:
        raise ShapeError(problems)
    return fact


def correction_of(base: Entry, fields: Sequence[Field], typed: Typed, given: Mapping[str, Any]) -> Entry:
    """A correction of the fields that the writer touched; ``ShapeError`` where none was. ``given``: as above.

    ``base``: the entry as it read when the form was opened. What a colleague corrected since, in a field that was left as it
    was, stays corrected.
    """
    values, shown = values_of(fields, typed), typed_of(base)
    touched = dict.fromkeys(f.name.split(".")[0] for f in fields if _said(f, typed) != _said(f, shown))
    if not touched:
        raise ShapeError([("nothing", NOTHING_CHANGED)])
    now = {name: _now(base, name, values) for name in touched}
    if "occurred_on" in now and base.occurred_at is not None:
        now["occurred_at"] = _same_time_of_day(base.occurred_at, now["occurred_on"])
    before = {name: value for name, value in dump_entry(base).items() if name != "type" and name not in now}
    problems = _not_offered([f for f in fields if f.name in touched], values)
    problems += [(f.name, "missing") for f in fields if f.name in touched and f.required and f.name not in values]
    try:
        load_entry(type(base).__name__, before | {name: value for name, value in now.items() if value is not None})
    except ShapeError as error:
        problems += [(name, reason) for name, reason in error.problems if (name, "missing") not in problems]
    if problems:
        raise ShapeError(problems)
    return load_entry("EntryCorrected", {"of": base.entry, "fields": now, **given})


def _not_offered(fields: Sequence[Field], asked: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (f.name, "choose one of those that are offered")
        for f in fields
        if f.kind == "choice" and f.name in asked and str(asked[f.name]) not in dict(f.options)
    ]


def _said(field: Field, typed: Typed) -> Any:
    """What stands at a question, so that two ways of typing the same are equal."""
    texts = [text.replace("\r\n", "\n").strip() for text in typed.get(field.name, ()) if text.strip()]
    match field.kind:
        case "date":
            return [read_day(text) or text for text in texts]
        case "choices" | "entries":
            return sorted(texts)
        case "lines":
            return [line.strip() for text in texts for line in text.split("\n") if line.strip()]
        case _:
            return texts


def _now(base: Entry, name: str, values: Mapping[str, Any]) -> Any:
    """The value of a field as a correction gives it. What is emptied reads as the declaration has it by default."""
    if name in values:
        return values[name]
    (part,) = (part for part in structs.fields(base) if part.encode_name == name)
    if part.default_factory is not NODEFAULT:
        return to_builtins(part.default_factory())
    return None if part.default is NODEFAULT else part.default


def _same_time_of_day(at: datetime, day: str) -> str | None:
    """The same time of day in London on the day that is now given; None where that is no day."""
    on = read_day(day)
    return None if on is None else datetime.combine(on, at.astimezone(LONDON).time(), LONDON).isoformat()
