"""What is typed in a form, as interchange values; and an entry as a form shows it.

Values are checked by the same schemas as an import.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from msgspec import structs

from domain.entries.case_entries import Entry
from domain.entries.schemas import dump_entry
from web.recording.entry_forms import Field
from web.site.date_field import read_day


def typed_of(fact: Entry) -> dict[str, list[str]]:
    """An entry as a form shows it: field -> its values as typed, defaults included."""
    values = {
        part.encode_name: part.default
        for part in structs.fields(fact)
        if isinstance(part.default, bool | str)
    } | dump_entry(fact)  # fmt: skip
    typed: dict[str, list[str]] = {}
    for name, value in _flat(values):
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
        texts = [text.strip() for text in typed.get(field.name, ()) if text.strip()]
        if texts:
            _put(values, field.name.split("."), _value(field, texts))
    return {name: _rows(value) for name, value in values.items()}


def _value(field: Field, texts: list[str]) -> Any:
    match field.kind:
        case "choices" | "entries":
            return [_code(field, text) for text in texts]
        case "lines":
            return [line.strip() for text in texts for line in text.splitlines() if line.strip()]
        case "yes_no":
            return {"yes": True, "no": False}.get(texts[0], texts[0])
        case "number":
            return _number(texts[0])
        case "choice":
            return _code(field, texts[0])
        case "date":
            day = read_day(texts[0])
            return texts[0] if day is None else day.isoformat()
        case _:
            return texts[0].replace("\r\n", "\n")


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
