"""The form of a mapping's YAML file: its parts, and the fields that turn each into what ``mapping`` describes.

Each field accepts a short form as well: the name of a column in place of a value, one text in place of a list.
"""

import re
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from domain.importing.extracts.mapping import (
    DATES,
    FORMS,
    NAME,
    TIMES,
    MappedEntry,
    MappedGroups,
    MappedTable,
    MappedValue,
    RowCondition,
    SourceMapping,
    columns_in,
)
from domain.policy.cited_documents import Document


class TextsField(fields.Field[tuple[str, ...]]):
    """One text, or a list of texts; none may be empty."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[str, ...]:
        texts = value if isinstance(value, list) else [value]
        if not texts or not all(isinstance(text, str) and text for text in texts):
            raise ValidationError("write a text, or a list of texts; a number stands in quotes")
        return tuple(texts)


class Named(fields.Field[dict[str, Any]]):
    """MappedGroups of one kind, under names that the author of the mapping chooses."""

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
            return RowCondition(test, frozenset(TextsField().deserialize(value[test]) or ()))
        raise ValidationError("write filled, blank, {is: TEXT or a list} or {is_not: TEXT or a list}")


class CodesField(fields.Field[Any]):
    """The name of a code list, or the list itself: text in the column -> code."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return value if isinstance(value, str) else Named(fields.Raw()).deserialize(value)


class MappedValueSchema(Document):
    column = fields.String(validate=validate.Length(min=1))
    text = fields.String(validate=validate.Length(min=1))
    value = fields.Raw()
    entry = fields.String()
    table = fields.String()
    key = TextsField()
    codes = CodesField()
    formats = TextsField()
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
    """The name of a column, or the fields of a ``MappedValue``; with ``parts`` also a list of groups of values."""

    def __init__(self, *, parts: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.parts = parts

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> MappedValue | MappedGroups:
        if isinstance(value, str) and value:
            return MappedValue(column=value)
        if isinstance(value, dict):
            loaded: MappedValue = MappedValueSchema().load(value)
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
    key = TextsField(required=True)
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
    dates = TextsField(load_default=DATES)
    times = TextsField(load_default=TIMES)
    blank = TextsField(load_default=())
    codes = Named(Named(fields.Raw()), load_default=dict)
    tables = Named(fields.Nested(TableSchema), NAME, required=True, validate=validate.Length(min=1))

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> SourceMapping:
        return SourceMapping(**data | {"blank": frozenset(("", *data["blank"]))})
