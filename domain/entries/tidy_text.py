"""Text as it is kept: in Unicode NFC, without spaces at its ends; in names and other short text, none doubled either.

Every entry that is read goes through ``tidied``, so that one name has one spelling: ``José`` may be four or five
characters in a source. Ids are never changed.
"""

import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

from msgspec import inspect, structs

from domain.entries.entry import Entry

Tidy = Callable[[Any], Any]
"""A value in, the value as it is kept out: the same object where it is tidy already."""


def words(text: str) -> str:
    """A name or other short text: NFC, no space at its ends, single spaces inside."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def same_words(text: str) -> str:
    """A name as it is compared: two that differ in capitals or spaces alone are one."""
    return words(text).casefold()


def paragraphs(text: str) -> str:
    """A longer text: NFC, no space at its ends. What is inside stays."""
    return unicodedata.normalize("NFC", text).strip()


_WRITTEN: dict[str, Callable[[str], str]] = {"words": words, "paragraphs": paragraphs}


def tidied(fact: Entry) -> Entry:
    """The entry with all its text tidied; the same object where nothing changes. What it says may be empty afterwards."""
    tidy = _of_entry(type(fact))
    kept: Entry = fact if tidy is None else tidy(fact)
    return kept


@cache
def _of_entry(entry_type: type[Entry]) -> Tidy | None:
    return _of(inspect.type_info(entry_type))


def _of(kind: inspect.Type) -> Tidy | None:
    """How a value of this type is tidied; None: not at all."""
    match kind:
        case inspect.Metadata(extra={"written": written}):
            return _same_unless(_WRITTEN[written])
        case inspect.Metadata(type=inner):
            return _of(inner)
        case inspect.UnionType(types=types):
            (found,) = (inner for inner in types if not isinstance(inner, inspect.NoneType))
            return _of(found)  # a value that is not given is never tidied
        case inspect.ListType(item_type=item):
            return _of_list(_of(item))
        case inspect.StructType(fields=parts):
            return _of_struct([(part.name, tidy) for part in parts if (tidy := _of(part.type)) is not None])
    return None


def _same_unless(written: Callable[[str], str]) -> Tidy:
    def tidy(text: str) -> str:
        as_kept = written(text)
        return text if as_kept == text else as_kept

    return tidy


def _of_list(item: Tidy | None) -> Tidy | None:
    if item is None:
        return None

    def tidy(values: list[Any]) -> list[Any]:
        found = [item(value) for value in values]
        return values if all(map(lambda one, other: one is other, found, values)) else found

    return tidy


def _of_struct(parts: list[tuple[str, Tidy]]) -> Tidy | None:
    if not parts:
        return None

    def tidy(struct: Any) -> Any:
        changed = {}
        for name, part in parts:
            value = getattr(struct, name)
            if value is not None and (as_kept := part(value)) is not value:
                changed[name] = as_kept
        return structs.replace(struct, **changed) if changed else struct

    return tidy
