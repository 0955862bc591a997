"""Examples of types of entry made from their declarations, for types of which nobody has written one."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import inspect

from domain.entries.case_entries import ENTRY_TYPES
from domain.entries.entry import Entry
from domain.entries.entry_words import fields_of_type

COMMON = frozenset(part.encode_name for part in fields_of_type(Entry))


def example_of(name: str, entries: Mapping[str, str]) -> dict[str, Any]:
    """Every field of this type but the common ones, in the interchange form. ``entries``: type -> the id of one on file."""
    parts = [part for part in fields_of_type(ENTRY_TYPES[name]) if part.encode_name not in COMMON]
    return {part.encode_name: _value(part.type, entries) for part in parts}


def named_by(names: Iterable[str]) -> list[str]:
    """These types and those that their fields name, the ones named first."""
    found: list[str] = []
    for name in names:
        refers = [t for part in fields_of_type(ENTRY_TYPES[name]) for t in _names(part.type) if t != name]
        found += [one for one in (*named_by(refers), name) if one not in found]
    return found


def _names(kind: inspect.Type) -> tuple[str, ...]:
    match kind:
        case inspect.Metadata(extra={"entry_of": names}):
            return tuple(names)
        case inspect.Metadata(type=inner) | inspect.ListType(item_type=inner):
            return _names(inner)
        case inspect.UnionType(types=types):
            return tuple(name for inner in types for name in _names(inner))
    return ()


def _value(kind: inspect.Type, entries: Mapping[str, str]) -> Any:
    match kind:
        case inspect.Metadata(extra={"entry_of": names}):
            return next(entry for name, entry in entries.items() if not names or name in names)
        case inspect.Metadata(type=inner):
            return _value(inner, entries)
        case inspect.UnionType(types=types):
            (inner,) = (t for t in types if not isinstance(t, inspect.NoneType))
            return _value(inner, entries)
        case inspect.ListType(item_type=item):
            return [_value(item, entries)]
        case inspect.StructType(fields=parts):
            return {part.encode_name: _value(part.type, entries) for part in parts}
        case inspect.LiteralType(values=values):
            return values[0]
        case inspect.BoolType():
            return True
        case inspect.IntType(ge=low) | inspect.FloatType(ge=low):
            return low or 1
        case inspect.DateType():
            return "2005-06-08"
        case inspect.DateTimeType():
            return "2005-06-08T10:00:00+01:00"
    return "as the file says"
