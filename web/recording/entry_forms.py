"""Forms for entries, made from the fact types: the questions, what was typed, and the interchange values that it gives.

The fields of an entry are defined once, in ``domain.entries.case_entries``; forms are made from that. What is
typed is checked by the same schemas as an import.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args, get_origin

from msgspec import inspect, structs

from domain.entries import code_lists
from domain.entries.case_entries import Entry
from domain.entries.schemas import dump_fact
from web.presentation.phrases import field_words, sentence
from web.site.date_field import read_day

ROWS = 4
"""The rows that a form offers for a list of groups, such as the objectives of a plan."""

NOT_ASKED = ("entry", "recorded_at", "recorded_by", "occurred_at")
"""The fields that the site fills in: who records, when, and under which id."""

TYPED = ("date", "text", "note", "lines", "number")
"""The kinds of question that are answered by typing; the others are answered by choosing."""

HINTS = {
    "occurred_on": "For example, 3/10/2005",
    "actions": "One a line",
    "excluded": "Names of staff as the case files write them, or their user names, one a line",
    "national_standards": "Yes, unless it is over and above what the standards ask",
}

_DECLARED = {
    frozenset(get_args(frame)): get_args(frame) for frame in vars(code_lists).values() if get_origin(frame) is Literal
}
"""The values of each code list in its own order, not in that of the alphabet: risk from low to very high."""


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


def fields_of(fact_type: type[Entry], entries: Entries) -> list[Field]:
    """The questions of a form for this type of entry. ``entries`` gives the entries that it may refer to."""
    described = inspect.type_info(fact_type)
    assert isinstance(described, inspect.StructType)
    asked = [part for part in described.fields if part.encode_name not in (*NOT_ASKED, "type")]
    asked.sort(key=lambda part: part.encode_name != "occurred_on")  # the date first, the others as they are declared
    return [field for part in asked for field in _fields(part.encode_name, part.type, part.required, entries)]


def _fields(name: str, kind: inspect.Type, required: bool, entries: Entries, group: str = "") -> Iterable[Field]:
    match kind:
        case inspect.Metadata(type=inner, extra=extra) if extra and "entry_of" in extra:
            yield _field(name, "entry", required, group, tuple(entries(extra["entry_of"])))
        case inspect.Metadata(type=inner):
            yield from _fields(name, inner, required, entries, group)
        case inspect.UnionType(types=types):
            (inner,) = (t for t in types if not isinstance(t, inspect.NoneType))
            yield from _fields(name, inner, False, entries, group)
        case inspect.StructType(fields=parts):
            for part in parts:
                yield from _fields(f"{name}.{part.encode_name}", part.type, required, entries, group or _label(name))
        case inspect.ListType(item_type=inspect.StructType(fields=parts)):
            for row in range(ROWS):
                for part in parts:
                    yield from _fields(
                        f"{name}.{row}.{part.encode_name}",
                        part.type,
                        False,
                        entries,
                        f"{_label(name).removesuffix('s')} {row + 1}",
                    )
        case inspect.ListType(item_type=item):
            (inner_field,) = _fields(name, item, required, entries, group)
            many = {"choice": "choices", "entry": "entries"}.get(inner_field.kind, "lines")
            yield _field(name, many, required, group, inner_field.options)
        case inspect.LiteralType(values=values):
            ordered = _DECLARED.get(frozenset(values), values)
            yield _field(
                name, "choice", required, group, tuple((str(v), sentence(code_lists.label(v))) for v in ordered)
            )
        case inspect.DateType():
            yield _field(name, "date", required, group)
        case inspect.BoolType():
            yield _field(name, "yes_no", required, group, (("yes", "Yes"), ("no", "No")))
        case inspect.IntType() | inspect.FloatType():
            yield _field(name, "number", required, group)
        case inspect.StrType(max_length=longest):
            yield _field(name, "note" if (longest or 0) > 200 else "text", required, group)
        case _:
            raise TypeError(f"no question for {name}: {kind}")


def _field(
    name: str, kind: str, required: bool, group: str, options: tuple[tuple[str, str], ...] = ()
) -> Field:  # fmt: skip
    return Field(name, kind, _label(name), required, HINTS.get(name, ""), options, group)


def _label(name: str) -> str:
    return field_words(name.rpartition(".")[2])


def typed_of(fact: Entry) -> dict[str, list[str]]:
    """An entry as a form shows it: field -> its values as typed, defaults included."""
    said = {
        part.encode_name: part.default
        for part in structs.fields(fact)
        if isinstance(part.default, bool | str)
    } | dump_fact(fact)  # fmt: skip
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
