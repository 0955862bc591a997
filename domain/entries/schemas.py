"""Reading entries from interchange values: a valid one becomes a struct, an invalid one a ``ShapeError`` that says why.

``case_entries`` is the only definition of the fields. A struct is tried first, since it is quick. Only what it refuses is read
by a marshmallow schema, made from the same definition, which gives the messages. Both admit the same values.
"""

import difflib
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, cast

import msgspec
from marshmallow import RAISE, Schema, ValidationError, fields, validate
from msgspec import inspect

from domain.entries.case_entries import ENTRY_TYPES
from domain.entries.entry import CASE_REFERENCE, CRN, HASH, TIME_OF_DAY, Entry
from domain.entries.plausible_dates import FIRST, LAST, in_range
from domain.entries.tidy_text import tidied

_PATTERNS = {
    CRN: "a CRN; write a capital letter and six digits, like X123456",
    HASH: "a SHA-256 in hex; 64 digits and letters from a to f",
    TIME_OF_DAY: "a time of day; write hours and minutes, like 09:30",
    CASE_REFERENCE: "a case reference; write the CRN, a slash and the sentence's number, like X123456/1",
}

NEVER_GIVEN = "sealed"
"""The field of an entry that only the store writes."""


class ShapeError(ValueError):
    """Values that are not an entry. ``problems``: a list of (field, what is wrong and what was expected)."""

    def __init__(self, problems: list[tuple[str, str]]):
        super().__init__("; ".join(f"{field}: {reason}" for field, reason in problems))
        self.problems = problems


class _Strict(Schema):
    class Meta:
        unknown = RAISE


class StrictDate(fields.Date):
    """A calendar day from 1900 to 2100, written only as ``2005-10-03``."""

    default_error_messages = {"invalid": "not a date; write it as 2005-10-03"}  # noqa: RUF012

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        if not isinstance(value, str) or len(value) != 10:
            raise self.make_error("invalid", input=value)
        day = super()._deserialize(value, attr, data, **kwargs)
        if not FIRST <= day <= LAST:
            raise ValidationError(f"{value} is not between 1900 and 2100; check the year")
        return day


class StrictInstant(fields.AwareDateTime):
    """An instant with its offset from UTC, in a year from 1900 to 2100."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        # RFC 3339 allows a small t and z; Python's reader does not.
        written = value.upper() if isinstance(value, str) else value
        instant = super()._deserialize(written, attr, data, **kwargs)
        if not FIRST.year <= instant.year <= LAST.year:
            raise ValidationError(f"{value} is not between 1900 and 2100; check the year")
        return instant


class Flag(fields.Boolean):
    truthy = {True}  # noqa: RUF012
    falsy = {False}  # noqa: RUF012


def _code(values: tuple[Any, ...]) -> fields.Field[Any]:
    def known(value: Any) -> None:
        if value in values and type(value) in {type(v) for v in values}:
            return
        near = difflib.get_close_matches(str(value), [str(v) for v in values], n=1, cutoff=0.5)
        hint = f"; did you mean '{near[0]}'?" if near else f"; one of {', '.join(map(str, sorted(values)))}"
        raise ValidationError(f"'{value}' is not known{hint}")

    return fields.Raw(validate=known)


def _like(pattern: str) -> Callable[[str], None]:
    shown = _PATTERNS[pattern]

    def check(value: str) -> None:
        if re.fullmatch(pattern, value) is None:
            raise ValidationError(f"'{value}' is not {shown}")

    return check


def _field(kind: inspect.Type) -> fields.Field[Any]:
    """The marshmallow field for one msgspec type, with its bounds. The caller sets ``required``."""
    match kind:
        case inspect.Metadata(type=inner):
            return _field(inner)
        case inspect.UnionType(types=types):
            (inner,) = (t for t in types if not isinstance(t, inspect.NoneType))
            field = _field(inner)
            field.allow_none = True
            return field
        case inspect.StrType(min_length=low, max_length=high, pattern=pattern):
            checks: list[Any] = []
            if low is not None or high is not None:
                checks.append(validate.Length(min=low, max=high))
            if pattern is not None:
                checks.append(_like(pattern))
            return fields.String(validate=checks)
        case inspect.BoolType():
            return Flag(error_messages={"invalid": "write true or false"})
        case inspect.IntType(ge=low, le=high):
            return fields.Integer(strict=True, validate=validate.Range(min=low, max=high))
        case inspect.FloatType(ge=low, le=high):
            return fields.Float(validate=validate.Range(min=low, max=high))
        case inspect.DateType():
            return StrictDate()
        case inspect.DateTimeType():
            return StrictInstant(
                format="iso",
                error_messages={
                    "invalid": "not an instant; write it as 2005-10-03T14:30:00+01:00",
                    "invalid_awareness": "the offset from UTC is missing; write it as 2005-10-03T14:30:00+01:00",
                },
            )
        case inspect.LiteralType(values=values):
            return _code(values)
        case inspect.ListType(item_type=item, min_length=low):
            return fields.List(_field(item), validate=validate.Length(min=low) if low else [])
        case inspect.DictType(min_length=low):
            return fields.Dict(keys=fields.String(), validate=validate.Length(min=low) if low else [])
        case inspect.StructType():
            return fields.Nested(_schema(kind))
    raise TypeError(f"no field for {kind}")


def _schema(struct: inspect.StructType) -> type[Schema]:
    members: dict[str, fields.Field[Any]] = {}
    for part in struct.fields:
        if part.name == NEVER_GIVEN:
            continue
        field = _field(part.type)
        field.required = part.required
        members[part.encode_name] = field
    return cast(type[Schema], type(f"{struct.cls.__name__}Schema", (_Strict,), members))


@cache
def schema_of(entry_type: type[Entry]) -> Schema:
    """The schema of one entry type's fields, without ``type`` and without the reference of the file."""
    described = inspect.type_info(entry_type)
    assert isinstance(described, inspect.StructType)
    return _schema(described)()


def entry_type_of(name: object) -> type[Entry]:
    """The entry type of this interchange name; ``ShapeError`` with the most similar name where there is none."""
    if isinstance(name, str) and name in ENTRY_TYPES:
        return ENTRY_TYPES[name]
    if name is None:
        raise ShapeError([("type", "missing; every line says what type of entry it is")])
    near = difflib.get_close_matches(str(name), ENTRY_TYPES, n=1)
    hint = f"; did you mean '{near[0]}'?" if near else ""
    raise ShapeError([("type", f"'{name}' is not a type of entry{hint}")])


def load_entry(name: object, values: Mapping[str, Any]) -> Entry:
    """An entry of the named type from its interchange fields, its text tidied; ``ShapeError`` with every field that is wrong."""
    entry_type = entry_type_of(name)
    if NEVER_GIVEN in values:
        raise ShapeError([(NEVER_GIVEN, "not a field to give: texts are sealed when they are stored; leave it out")])
    try:
        fact = msgspec.convert({**values, "type": name}, entry_type)
    except msgspec.ValidationError:
        pass  # the schema below lists everything that is wrong
    else:
        if "type" not in values and in_range(fact):
            return _tidy(fact)
    try:
        schema_of(entry_type).load(dict(values))
    except ValidationError as error:
        raise ShapeError(_problems(cast("dict[str, Any]", error.messages))) from None
    return _tidy(convert(entry_type, values))


def _tidy(fact: Entry) -> Entry:
    """The entry with its text tidied. ``ShapeError`` where the field then is too short: it held nothing but spaces."""
    tidy = tidied(fact)
    if tidy is fact:
        return fact
    values = dump_entry(tidy)
    return load_entry(values.pop("type"), values)


def convert(entry_type: type[Entry], values: Mapping[str, Any]) -> Entry:
    """The struct for values that the schema has admitted; ``ShapeError`` if it refuses them all the same."""
    try:
        return msgspec.convert({"type": entry_type.__name__, **values}, entry_type)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$.")
        raise ShapeError([(path.rstrip("`") or "line", reason)]) from None


def dump_entry(fact: Entry) -> dict[str, Any]:
    """The interchange fields of an entry, ``type`` first: what export prints and what corrections change.

    Digests of sealed texts are none of them.
    """
    values = cast("dict[str, Any]", msgspec.to_builtins(fact))
    values.pop(NEVER_GIVEN, None)
    return values


def _problems(messages: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(messages, dict):
        return [
            problem
            for key, inner in messages.items()
            for problem in _problems(inner, path if key == "_schema" else f"{path}.{key}".lstrip("."))
        ]
    return [(path, _in_words(str(message))) for message in messages]


def _in_words(message: str) -> str:
    return {
        "Missing data for required field.": "missing; this type of entry needs it",
        "Unknown field.": "not a field of this type of entry",
        "Field may not be null.": "null; leave the field out or give a value",
    }.get(message, message)
