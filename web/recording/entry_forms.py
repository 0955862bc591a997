"""The questions of a form, made from the type of the entry.

The fields of an entry are defined once, in ``domain.entries.case_entries``; forms are made from that.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from msgspec import inspect

from domain.entries import code_lists
from domain.entries.case_entries import Entry
from domain.entries.entry import CLAIMED
from domain.entries.entry_words import FieldWords, codes_in_order, field_words, fields_of_type
from web.presentation.formatting import sentence
from web.recording.deciding_questions import must_be_answered

ROWS = 4
"""The rows that a form offers for a list of groups, such as the objectives of a plan; for a longer list one more than it has."""

NOT_ASKED = ("entry", "recorded_at", "recorded_by", "occurred_at", *CLAIMED)
"""The fields that the site fills in: who records, when, and under which id."""

TYPED = ("date", "text", "note", "lines", "number")
"""The kinds of question that are answered by typing; the others are answered by choosing."""

HINTS = {"lines": "One a line"}
"""What to say beside a kind of question where the declaration of the field says nothing."""


YES_NO = (("yes", "Yes"), ("no", "No"))


@dataclass(frozen=True, slots=True)
class Field:
    """One question of a form. ``name`` is the path in the interchange form, such as ``risk_of_harm.public``.

    ``kind``: date, text, note, lines, number, choice, choices, yes_no, entry, entries. ``options``: (value, words); of a yes_no
    always yes and no.
    ``usual``: how many of the options come before the word *or*, since they are most often meant; 0: there is no such word.
    """

    name: str
    kind: str
    label: str
    required: bool
    hint: str = ""
    options: tuple[tuple[str, str], ...] = ()
    group: str = ""
    usual: int = 0

    def __post_init__(self) -> None:
        if self.kind == "yes_no":
            object.__setattr__(self, "options", YES_NO)

    @property
    def shown_label(self) -> str:
        """The label, with a note where the answer may be left empty."""
        return self.label if self.required else f"{self.label} (optional)"

    @property
    def full_label(self) -> str:
        """The label, after the name of its group."""
        label = self.label if self.label.isupper() else self.label[:1].lower() + self.label[1:]
        return f"{self.group}: {label}" if self.group else label[:1].upper() + label[1:]


Entries = Callable[[tuple[str, ...]], Sequence[tuple[str, str]]]
"""Types of entry (none: any) -> the entries of the case of these types, as (id, words)."""


class _FieldOutline(NamedTuple):
    """A field of which a form is made: its path, its words, whether it must be answered, and its group."""

    name: str
    words: FieldWords
    required: bool
    group: str = ""

    @classmethod
    def of(cls, part: inspect.Field, path: str, required: bool, group: str = "") -> "_FieldOutline":
        return cls(f"{path}{part.encode_name}", field_words(part.encode_name, part.type), required, group)


def fields_of(fact_type: type[Entry], entries: Entries, of: Entry | None = None) -> list[Field]:
    """The questions of a form for this type of entry; ``entries`` offers those that it may refer to.

    ``of``: the entry that the form is filled in with, which may hold longer lists.
    """
    parts = [part for part in fields_of_type(fact_type) if part.encode_name not in (*NOT_ASKED, "type")]
    parts.sort(key=lambda part: part.encode_name != "occurred_on")  # the date first, the others as they are declared
    return [
        field
        for part in parts
        for field in _fields(
            _FieldOutline.of(part, "", part.required or must_be_answered(fact_type, part)), part.type, entries,
            max(ROWS, _length(of, part.name) + 1),
        )
    ]  # fmt: skip


def _length(of: Entry | None, name: str) -> int:
    """How long the list in a field is; -1 where it is none."""
    value = getattr(of, name, None)
    return len(value) if isinstance(value, list) else -1


def _fields(asked: _FieldOutline, kind: inspect.Type, entries: Entries, rows: int = ROWS) -> Iterable[Field]:
    match kind:
        case inspect.Metadata(type=inner, extra=extra):
            if extra and "entry_of" in extra:
                yield _field(asked, "entry", tuple(entries(extra["entry_of"])))
            else:
                yield from _fields(asked, inner, entries, rows)
        case inspect.UnionType(types=types):
            (inner,) = (t for t in types if not isinstance(t, inspect.NoneType))
            yield from _fields(asked._replace(required=False), inner, entries)
        case inspect.StructType(fields=parts):
            for part in parts:
                one = _FieldOutline.of(part, f"{asked.name}.", asked.required, asked.group or asked.words.title)
                yield from _fields(one, part.type, entries)
        case inspect.ListType(item_type=inspect.StructType(fields=parts)):
            for row in range(rows):
                group = f"{asked.words.title.removesuffix('s')} {row + 1}"
                for part in parts:
                    one = _FieldOutline.of(part, f"{asked.name}.{row}.", False, group)
                    yield from _fields(one, part.type, entries)
        case inspect.ListType(item_type=item):
            (inner_field,) = _fields(asked, item, entries)
            many = {"choice": "choices", "entry": "entries"}.get(inner_field.kind, "lines")
            yield _field(asked, many, inner_field.options)
        case _:
            yield _plain(asked, kind)


def _plain(asked: _FieldOutline, kind: inspect.Type) -> Field:
    """The question for a field of one value."""
    match kind:
        case inspect.LiteralType(values=values):
            ordered = codes_in_order(frozenset(values))
            return _field(asked, "choice", tuple((str(v), sentence(code_lists.label(v))) for v in ordered))
        case inspect.DateType():
            return _field(asked, "date")
        case inspect.BoolType():
            return _field(asked, "yes_no")
        case inspect.IntType() | inspect.FloatType():
            return _field(asked, "number")
        case inspect.StrType(max_length=longest):
            return _field(asked, "note" if (longest or 0) > 200 else "text")
        case inspect.DateTimeType():
            return _field(asked, "text")
    raise TypeError(f"no question for {asked.name}: {kind}")


def _field(asked: _FieldOutline, kind: str, options: tuple[tuple[str, str], ...] = ()) -> Field:
    title, hint = asked.words
    return Field(asked.name, kind, title, asked.required, hint or HINTS.get(kind, ""), options, asked.group)
