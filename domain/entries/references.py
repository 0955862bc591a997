"""The fields in which an entry names other entries of its file, and the types of entry that they may name."""

from collections.abc import Iterator
from functools import cache

from msgspec import inspect

from domain.entries.entry import Entry


def references(fact: Entry) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Each reference in an entry: the interchange field, the id of the entry named, the types allowed (none: any)."""
    for name, encoded, kinds in reference_fields(type(fact)):
        value = getattr(fact, name)
        if isinstance(value, list):
            for entry in value:
                yield encoded, entry, kinds
        elif value is not None:
            yield encoded, value, kinds


@cache
def reference_fields(entry_type: type[Entry]) -> list[tuple[str, str, tuple[str, ...]]]:
    """The fields of a type that name entries: attribute, interchange field, the types allowed (none: any)."""
    described = inspect.type_info(entry_type)
    assert isinstance(described, inspect.StructType)
    found = []
    for part in described.fields:
        for kind in _inner_types(part.type):
            if isinstance(kind, inspect.Metadata) and kind.extra and "entry_of" in kind.extra:
                found.append((part.name, part.encode_name, kind.extra["entry_of"]))
    return found


def _inner_types(kind: inspect.Type) -> Iterator[inspect.Type]:
    yield kind
    match kind:
        case inspect.ListType(item_type=item):
            yield from _inner_types(item)
        case inspect.UnionType(types=types):
            for inner in types:
                yield from _inner_types(inner)
        case inspect.Metadata(type=inner):
            yield from _inner_types(inner)
