"""The words of entries, from their declarations: what a type and its fields are called, and the order of a code list."""

import sys
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from msgspec import inspect

from domain.entries import code_lists
from domain.entries.case_entries import ENTRY_TYPES
from domain.entries.entry import Entry, EntryPart


@cache
def title_of(entry_type: type[Entry]) -> str:
    """What the type is called: the title of its declaration, or the words of its name."""
    return entry_type.use.title or _spaced(entry_type.__name__).capitalize()


class FieldWords(NamedTuple):
    """What a field is called, and what to say beside it on a form ("": nothing)."""

    title: str
    hint: str


def field_words(name: str, kind: inspect.Type) -> FieldWords:
    """The ``title`` and ``description`` of a field's ``Meta``; without a title, the words of its name."""
    said: Mapping[str, Any] = kind.extra_json_schema or {} if isinstance(kind, inspect.Metadata) else {}
    words = name.replace("_", " ")
    return FieldWords(said.get("title", words[:1].upper() + words[1:]), said.get("description", ""))


@cache
def field_titles(entry_type: type[Entry]) -> Mapping[str, str]:
    """What each field of a type is called, by its interchange name."""
    return {part.encode_name: field_words(part.encode_name, part.type).title for part in fields_of_type(entry_type)}


def fields_of_type(entry_type: type[Entry]) -> tuple[inspect.Field, ...]:
    """The fields of a type, those of every entry included, in the order of the declaration. ``sealed`` is the store's own."""
    described = inspect.type_info(entry_type)
    assert isinstance(described, inspect.StructType)
    return tuple(part for part in described.fields if part.name != "sealed")


@cache
def codes_in_order(codes: frozenset[Any]) -> tuple[Any, ...]:
    """The codes of a list in the order of its declaration: risk from low to very high, not by the alphabet."""
    return _orders()[codes]


@cache
def named_code_lists() -> Mapping[str, tuple[Any, ...]]:
    """The code lists that have a name, ``risk_level``: those of ``code_lists``, then those beside the types."""
    modules = (code_lists, *(sys.modules[name] for name in {t.__module__: None for t in ENTRY_TYPES.values()}))
    return {
        _spaced(name).replace(" ", "_"): get_args(value)
        for module in modules
        for name, value in vars(module).items()
        if get_origin(value) is Literal
    }


@cache
def codes() -> frozenset[Any]:
    """Every code of every list that has a name: what is none of them is somebody's own text."""
    return frozenset(code for listed in named_code_lists().values() for code in listed)


@cache
def _orders() -> Mapping[frozenset[Any], tuple[Any, ...]]:
    """The codes of every list that a field has, in order. (``msgspec.inspect`` sorts them.)"""
    return {frozenset(codes): codes for entry_type in ENTRY_TYPES.values() for codes in _lists(entry_type)}


def _lists(hint: Any) -> Iterator[tuple[Any, ...]]:
    if get_origin(hint) is Literal:
        yield get_args(hint)
    elif isinstance(hint, type) and issubclass(hint, Entry | EntryPart):
        for inner in get_type_hints(hint).values():
            yield from _lists(inner)
    else:
        for inner in get_args(hint):
            yield from _lists(inner)


def _spaced(name: str) -> str:
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
