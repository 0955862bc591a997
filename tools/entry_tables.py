"""The tables of ``docs/interchange.md``, made from the declarations of entries and code lists.

``python -m tools.entry_tables`` (``make entry-tables``) writes them. It refuses to take out the name of a type: entries lie
in databases under it.
"""

import re
import sys
from pathlib import Path
from typing import Any

from msgspec import inspect

from domain.entries.case_entries import ENTRY_TYPES
from domain.entries.entry import CASE_REFERENCE, Entry
from domain.entries.entry_words import codes_in_order, fields_of_type, named_code_lists

INTERCHANGE = Path(__file__).parents[1] / "docs" / "interchange.md"

COMMON = frozenset(part.encode_name for part in fields_of_type(Entry))

_PART = re.compile(r"(<!-- made from the declarations: (\w+) -->\n).*?(?=<!-- end -->)", re.DOTALL)
_ROW = re.compile(r"^\| (\w+) \| ", re.MULTILINE)


def interchange(text: str) -> str:
    """The text of ``docs/interchange.md`` with its tables as the declarations are now."""
    made = {"cases": _table("case"), "inspections": _table("inspection"), "codes": _code_lists()}
    return _PART.sub(lambda found: found[1] + made[found[2]], text)


def missing(text: str) -> set[str]:
    """The types that the tables in this text name and that are declared no more."""
    return {name for part in _PART.finditer(text) for name in _ROW.findall(part[0])} - {"type", *ENTRY_TYPES}


def _table(kept_on: str) -> str:
    rows = [_row(name, declared) for name, declared in ENTRY_TYPES.items() if declared.kept_on == kept_on]
    return "".join(f"{row}\n" for row in ["| type | fields | what it says |", "|---|---|---|", *rows])


def _row(name: str, declared: type[Entry]) -> str:
    fields = [_field(part) for part in fields_of_type(declared) if part.encode_name not in COMMON]
    said = " ".join((declared.__doc__ or "").replace("``", "`").split())
    return f"| {name} | {', '.join(fields) or '(none)'} | {said} |"


def _field(part: inspect.Field) -> str:
    words = f"{part.encode_name}{_takes(part.encode_name, part.type)}"
    if part.required:
        return words
    told = part.default if isinstance(part.default, str | int) and part.default is not False else None
    default = "" if told is None else f": {'true' if told is True else told} unless said"
    return f"[{words}{default}]"


def _takes(name: str, kind: inspect.Type, many: bool = False) -> str:
    """What a field takes, where its name does not say it: a group, an entry, a code list of another name, a code."""
    match kind:
        case inspect.Metadata(extra={"entry_of": names}):
            return f" ({'entries' if many else 'entry'}{' of ' + ' or '.join(names) if names else ''})"
        case inspect.Metadata(type=inner):
            return _takes(name, inner, many)
        case inspect.UnionType(types=types):
            return "".join(_takes(name, inner, many) for inner in types)
        case inspect.ListType(item_type=item):
            found = _takes(name, item, many=True)
            return f" [{found.strip()}]" if found.endswith("}") else found
        case inspect.StructType(fields=parts):
            return f" {{{', '.join(map(_field, parts))}}}"
        case inspect.LiteralType(values=values):
            return _codes(name, frozenset(values), many)
        case inspect.BoolType():
            return " (true or false)"
        case inspect.DictType():
            return " {…}"
        case inspect.StrType(pattern=pattern) if pattern == CASE_REFERENCE:
            return " (references)" if many else " (reference)"
    return ""


def _codes(name: str, values: frozenset[Any], many: bool) -> str:
    called = next((called for called, codes in named_code_lists().items() if values == frozenset(codes)), None)
    if called is None:
        return f" ({', '.join(map(str, codes_in_order(values)))})"
    return "" if name in (called, f"{called}s") else f" ({called}{', any number' if many else ''})"


def _code_lists() -> str:
    return "".join(f"* {name}: {', '.join(map(str, codes))}.\n" for name, codes in named_code_lists().items())


def main() -> None:
    text = INTERCHANGE.read_text(encoding="utf-8")
    if gone := missing(text):
        sys.exit(
            f"No longer declared: {', '.join(sorted(gone))}. Entries lie in databases under this name; put it back."
        )
    INTERCHANGE.write_text(interchange(text), encoding="utf-8")


if __name__ == "__main__":
    main()
