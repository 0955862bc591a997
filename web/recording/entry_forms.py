"""Forms for entries, made from the fact types: the questions, what was typed, and the interchange values that it gives.

The fields of an entry are defined once, in ``domain.entries.case_entries``; forms are made from that. What is
typed is checked by the same schemas as an import.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from msgspec import inspect, structs

from domain.entries import code_lists
from domain.entries.case_entries import Entry
from domain.entries.entry_words import FieldWords, codes_in_order, field_words, fields_of_type
from domain.entries.schemas import dump_entry
from web.presentation.phrases import sentence
from web.site.date_field import read_day

ROWS = 4
"""The rows that a form offers for a list of groups, such as the objectives of a plan."""

NOT_ASKED = ("entry", "recorded_at", "recorded_by", "occurred_at")
"""The fields that the site fills in: who records, when, and under which id."""

TYPED = ("date", "text", "note", "lines", "number")
"""The kinds of question that are answered by typing; the others are answered by choosing."""

HINTS = {"lines": "One a line"}
"""What to say beside a kind of question where the declaration of the field says nothing."""


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. ``name`` is the path in the interchange form, such as ``risk_of_harm.public``.

    ``kind``: date, text, note, lines, number, choice, choices, yes_no, entry, entries. ``options``: (value, words).
    """

    name: str
    kind: str
    label: str
    required: bool
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    group: str = ""

    @property
    def asked(self) -> str:
        """The label, with a note where the answer may be left empty."""
        return self.label if self.required else f"{self.label} (optional)"

    @property
    def full(self) -> str:
        """The label, after the name of its group."""
        label = self.label if self.label.isupper() else self.label[:1].lower() + self.label[1:]
        return f"{self.group}: {label}" if self.group else label[:1].upper() + label[1:]


Entries = Callable[[tuple[str, ...]], Sequence[tuple[str, str]]]
"""Types of entry (none: any) -> the entries of the case of these types, as (id, words)."""


class _Asked(NamedTuple):
    """A field of which a form is made: its path, its words, whether it must be answered, and its group."""

    name: str
    words: FieldWords
    required: bool
    group: str = ""

    @classmethod
    def of(cls, part: inspect.Field, path: str, required: bool, group: str = "") -> "_Asked":
        return cls(f"{path}{part.encode_name}", field_words(part.encode_name, part.type), required, group)


def fields_of(fact_type: type[Entry], entries: Entries) -> list[Field]:
    """The questions of a form for this type of entry; ``entries`` offers those that it may refer to."""
    parts = [part for part in fields_of_type(fact_type) if part.encode_name not in (*NOT_ASKED, "type")]
    parts.sort(key=lambda part: part.encode_name != "occurred_on")  # the date first, the others as they are declared
    return [field for part in parts for field in _fields(_Asked.of(part, "", part.required), part.type, entries)]


def _fields(asked: _Asked, kind: inspect.Type, entries: Entries) -> Iterable[Field]:
    match kind:
        case inspect.Metadata(type=inner, extra=extra):
            if extra and "entry_of" in extra:
                yield _field(asked, "entry", tuple(entries(extra["entry_of"])))
            else:
                yield from _fields(asked, inner, entries)
        case inspect.UnionType(types=types):
            (inner,) = (t for t in types if not isinstance(t, inspect.NoneType))
            yield from _fields(asked._replace(required=False), inner, entries)
        case inspect.StructType(fields=parts):
            for part in parts:
                one = _Asked.of(part, f"{asked.name}.", asked.required, asked.group or asked.words.title)
                yield from _fields(one, part.type, entries)
        case inspect.ListType(item_type=inspect.StructType(fields=parts)):
            for row in range(ROWS):
                group = f"{asked.words.title.removesuffix('s')} {row + 1}"
                for part in parts:
                    one = _Asked.of(part, f"{asked.name}.{row}.", False, group)
                    yield from _fields(one, part.type, entries)
        case inspect.ListType(item_type=item):
            (inner_field,) = _fields(asked, item, entries)
            many = {"choice": "choices", "entry": "entries"}.get(inner_field.kind, "lines")
            yield _field(asked, many, inner_field.options)
        case _:
            yield _plain(asked, kind)


def _plain(asked: _Asked, kind: inspect.Type) -> Field:
    """The question for a field of one value."""
    match kind:
        case inspect.LiteralType(values=values):
            ordered = codes_in_order(frozenset(values))
            return _field(asked, "choice", tuple((str(v), sentence(code_lists.label(v))) for v in ordered))
        case inspect.DateType():
            return _field(asked, "date")
        case inspect.BoolType():
            return _field(asked, "yes_no", (("yes", "Yes"), ("no", "No")))
        case inspect.IntType() | inspect.FloatType():
            return _field(asked, "number")
        case inspect.StrType(max_length=longest):
            return _field(asked, "note" if (longest or 0) > 200 else "text")
    raise TypeError(f"no question for {asked.name}: {kind}")


def _field(asked: _Asked, kind: str, options: tuple[tuple[str, str], ...] = ()) -> Field:
    title, hint = asked.words
    return Field(asked.name, kind, title, asked.required, hint or HINTS.get(kind, ""), options, asked.group)


def typed_of(fact: Entry) -> dict[str, list[str]]:
    """An entry as a form shows it: field -> its values as typed, defaults included."""
    said = {
        part.encode_name: part.default
        for part in structs.fields(fact)
        if isinstance(part.default, bool | str)
    } | dump_entry(fact)  # fmt: skip
    typed: dict[str, list[str]] = {}
    for name, value in _flat(said):
        match value:
            case bool():
                typed[name] = ["yes" if value else "no"]
            case list():
                typed[name] = [str(item) for item in value]
            case _:
                typed[name] = [_shown(str(value))]
    return typed


def _flat(value: Mapping[str, Any], path: str = "") -> Iterable[tuple[str, Any]]:
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from _flat(inner, f"{path}{key}.")
        elif isinstance(inner, list) and inner and isinstance(inner[0], dict):
            for row, item in enumerate(inner):
                yield from _flat(item, f"{path}{key}.{row}.")
        else:
            yield f"{path}{key}", inner


def _shown(text: str) -> str:
    try:
        day = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        day = None
    return text if day is None else f"{day.day}/{day.month}/{day.year}"


def values_of(fields: Iterable[Field], typed: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What was typed, as interchange values. What cannot be read is passed on as it is, and the schema refuses it."""
    values: dict[str, Any] = {}
    for field in fields:
        said = [text.strip() for text in typed.get(field.name, ()) if text.strip()]
        if said:
            _put(values, field.name.split("."), _value(field, said))
    return {name: _rows(value) for name, value in values.items()}


def _value(field: Field, said: list[str]) -> Any:
    match field.kind:
        case "choices" | "entries":
            return [_code(field, text) for text in said]
        case "lines":
            return [line.strip() for text in said for line in text.splitlines() if line.strip()]
        case "yes_no":
            return {"yes": True, "no": False}.get(said[0], said[0])
        case "number":
            return _number(said[0])
        case "choice":
            return _code(field, said[0])
        case "date":
            day = read_day(said[0])
            return said[0] if day is None else day.isoformat()
        case _:
            return said[0].replace("\r\n", "\n")


def _code(field: Field, text: str) -> Any:
    """A code as its list has it: a number where the codes are numbers, such as the tier."""
    numbers = field.kind == "choice" and all(value.isdecimal() for value, _ in field.options)
    return int(text) if numbers and text.isdecimal() and len(text) < 5 else text


def _number(text: str) -> Any:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        return text


def _put(values: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        values = values.setdefault(part, {})
    values[path[-1]] = value


def _rows(value: Any) -> Any:
    """Groups typed in numbered rows, as a list of groups without the empty rows."""
    if isinstance(value, dict) and value and all(key.isdigit() for key in value):
        return [value[key] for key in sorted(value, key=int)]
    return value
