"""The mapping of an extract, read from a YAML file: which entries the rows of its tables give.

``docs/extracts.md`` explains how to write one. Each field comes from a *value*: a column, a constant, a text with
columns in it, or an entry that another row gives.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any, Literal

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from domain.policy.cited_documents import Document

NAME = r"[A-Za-z][A-Za-z0-9_-]{0,49}"
"""The pattern of the names of sources, tables and entries. They are part of entry ids, so they must never change."""

DATES, TIMES = ("%Y-%m-%d",), ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M")

FORMS = ("column", "text", "value", "entry")
"""The forms of a value; a value has exactly one of them."""


@dataclass(frozen=True, slots=True)
class MappedValue:
    """Where the content of a field comes from: one of ``column``, ``text``, ``value`` (a constant) and ``entry``.

    ``codes``: a mapping from the texts in the column to the codes of the field, or the name of one. ``formats``: of its
    dates or times. ``split``: the separator between the items of a list. ``entry``: the entry of that name given by the
    row of ``table`` (None: the same table) whose key is in the columns ``key`` (None: this row).
    """

    column: str | None = None
    text: str | None = None
    value: Any = None
    entry: str | None = None
    table: str | None = None
    key: tuple[str, ...] | None = None
    codes: Mapping[str, Any] | str | None = None
    formats: tuple[str, ...] | None = None
    split: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the value reads."""
        named = (self.column,) if self.column is not None else columns_in(self.text) if self.text is not None else ()
        return (*named, *(self.key or ()))


Parts = tuple[Mapping[str, MappedValue], ...]
"""A list of groups, such as the objectives of a plan: for each group, field -> value."""


@dataclass(frozen=True, slots=True)
class RowCondition:
    """A condition on a column: ``filled``, ``blank``, one of these texts (``is``) or none of them (``is_not``)."""

    test: Literal["filled", "blank", "is", "is_not"]
    texts: frozenset[str] = frozenset()

    def holds(self, text: str, blank: bool) -> bool:
        match self.test:
            case "filled":
                return not blank
            case "blank":
                return blank
            case "is":
                return text in self.texts
            case _:
                return text not in self.texts


When = Mapping[str, RowCondition]
"""Column -> condition; all of them must hold."""


@dataclass(frozen=True, slots=True)
class MappedEntry:
    """An entry that a row gives: its type, its name among the entries of the row, its fields."""

    type: str
    name: str
    when: When
    fields: Mapping[str, MappedValue | Parts]


@dataclass(frozen=True, slots=True)
class MappedTable:
    """One table: its file and how to read it, the columns that identify a row and its case, the entries of a row."""

    file: str
    encoding: str | None
    delimiter: str | None
    optional: bool
    key: tuple[str, ...]
    case: MappedValue
    when: When
    fields: Mapping[str, MappedValue]
    gives: tuple[MappedEntry, ...]


@dataclass(frozen=True, slots=True)
class SourceMapping:
    """A whole mapping. ``dates`` and ``times``: formats of ``strptime``; ``twice``: see ``read_instant``."""

    source: str
    time_zone: str
    twice: str
    encoding: str
    delimiter: str
    dates: tuple[str, ...]
    times: tuple[str, ...]
    blank: frozenset[str]
    codes: Mapping[str, Mapping[str, Any]]
    tables: Mapping[str, MappedTable]


def columns_in(text: str) -> tuple[str, ...]:
    """The columns that a text names in braces. ``ValueError`` where the braces do not match."""
    return tuple(name for _, name, _, _ in Formatter().parse(text) if name is not None)


class Texts(fields.Field[tuple[str, ...]]):
    """One text, or a list of texts; none may be empty."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, ...]:
        texts = value if isinstance(value, list) else [value]
        if not texts or not all(isinstance(text, str) and text for text in texts):
            raise ValidationError("write a text, or a list of texts; a number stands in quotes")
        return tuple(texts)


class Named(fields.Field[dict[str, Any]]):
    """Parts of one kind, under names that the author of the mapping chooses."""

    def __init__(self, inner: fields.Field[Any], pattern: str = r"(?s).*", **kwargs: Any):
        super().__init__(**kwargs)
        self.inner, self.pattern = inner, re.compile(pattern)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise ValidationError("write names, each with its value")
        found, problems = {}, {}
        for name, part in value.items():
            try:
                if not isinstance(name, str):
                    raise ValidationError(f"this name is no text; put it in quotes, as it stands in the file: '{name}'")
                if not self.pattern.fullmatch(name):
                    raise ValidationError("a name has letters, digits, - and _, and begins with a letter")
                found[name] = self.inner.deserialize(part)
            except ValidationError as error:
                problems[name] = error.messages
        if problems:
            raise ValidationError(problems)
        return found


class ConditionField(fields.Field[RowCondition]):
    """``filled``, ``blank``, ``{is: ...}`` or ``{is_not: ...}``."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> RowCondition:
        if value in ("filled", "blank"):
            return RowCondition(value)
        if isinstance(value, dict) and len(value) == 1 and (test := next(iter(value))) in ("is", "is_not"):
            return RowCondition(test, frozenset(Texts().deserialize(value[test]) or ()))
        raise ValidationError("write filled, blank, {is: TEXT or a list} or {is_not: TEXT or a list}")


class CodesField(fields.Field[Any]):
    """The name of a code list, or the list itself: text in the column -> code."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return value if isinstance(value, str) else Named(fields.Raw()).deserialize(value)


class ValueSchema(Document):
    column = fields.String(validate=validate.Length(min=1))
    text = fields.String(validate=validate.Length(min=1))
    value = fields.Raw()
    entry = fields.String()
    table = fields.String()
    key = Texts()
    codes = CodesField()
    formats = Texts()
    split = fields.String(validate=validate.Length(min=1))

    @validates_schema(skip_on_field_errors=False)
    def one_form(self, data: dict[str, Any], **_: Any) -> None:
        forms = [form for form in FORMS if form in data]
        if len(forms) != 1:
            raise ValidationError(f"write one of {', '.join(FORMS)}; this has {' and '.join(forms) or 'none'}")
        belongs = {"column": {"codes", "formats", "split"}, "text": {"formats"}, "entry": {"table", "key", "split"}}
        for name in data.keys() - {forms[0]} - belongs.get(forms[0], set()):
            raise ValidationError(f"does not go with {forms[0]}", name)
        if "text" in data:
            try:
                columns_in(data["text"])
            except ValueError:
                raise ValidationError("the braces around the columns do not match", "text") from None
        if "entry" in data and "split" in data and len(data.get("key", ())) != 1:
            raise ValidationError("splits one column of keys; name it: key", "split")
        if "table" in data and "key" not in data:
            raise ValidationError("missing; say which columns hold the key of the row in that table", "key")

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> MappedValue:
        return MappedValue(**data)


class ValueField(fields.Field[Any]):
    """The name of a column, or the fields of a ``Value``; with ``parts`` also a list of groups of values."""

    def __init__(self, *, parts: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.parts = parts

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> MappedValue | Parts:
        if isinstance(value, str) and value:
            return MappedValue(column=value)
        if isinstance(value, dict):
            loaded: MappedValue = ValueSchema().load(value)
            return loaded
        if self.parts and isinstance(value, list):
            return tuple(fields.List(Named(ValueField())).deserialize(value) or ())  # type: ignore[arg-type]
        raise ValidationError(
            "write the name of a column, {column: ...}, {text: ...}, {entry: ...}, or {value: ...} for a constant"
        )


class EntrySchema(Document):
    type = fields.String(required=True)
    name = fields.String(validate=validate.Regexp(f"{NAME}$", error="a name has letters, digits, - and _"))
    when = Named(ConditionField(), load_default=dict)
    fields_ = Named(ValueField(parts=True), data_key="fields", load_default=dict)

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> MappedEntry:
        return MappedEntry(data["type"], data.get("name", data["type"]), data["when"], data["fields_"])


class TableSchema(Document):
    file = fields.String(validate=validate.Regexp(r"[^/\\]+$", error="the name of a file in the folder"))
    encoding = fields.String()
    delimiter = fields.String()
    optional = fields.Boolean(truthy={True}, falsy={False}, load_default=False)
    key = Texts(required=True)
    case = ValueField(required=True)
    when = Named(ConditionField(), load_default=dict)
    fields_ = Named(ValueField(), data_key="fields", load_default=dict)
    gives = fields.List(fields.Nested(EntrySchema), required=True, validate=validate.Length(min=1))

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> MappedTable:
        return MappedTable(
            data.get("file", ""), data.get("encoding"), data.get("delimiter"), data["optional"], data["key"],
            data["case"], data["when"], data["fields_"], tuple(data["gives"]),
        )  # fmt: skip


class MappingSchema(Document):
    source = fields.String(required=True, validate=validate.Regexp(f"{NAME}$", error="letters, digits, - and _"))
    time_zone = fields.String(load_default="Europe/London")
    twice = fields.String(validate=validate.OneOf(("refuse", "first", "second")), load_default="refuse")
    encoding = fields.String(load_default="utf-8")
    delimiter = fields.String(load_default=",")
    dates = Texts(load_default=DATES)
    times = Texts(load_default=TIMES)
    blank = Texts(load_default=())
    codes = Named(Named(fields.Raw()), load_default=dict)
    tables = Named(fields.Nested(TableSchema), NAME, required=True, validate=validate.Length(min=1))

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> SourceMapping:
        return SourceMapping(**data | {"blank": frozenset(("", *data["blank"]))})
