"""The form of a mapping's YAML file: its parts, and the fields that turn each into what ``mapping`` describes.

Each field accepts a short form as well: the name of a column in place of a value, one text in place of a list.
"""

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
    SourceMapping,
    columns_in,
)
from domain.importing.extracts.mapping_fields import (
    CellChangesField,
    CodesField,
    ConditionField,
    JoinSchema,
    Named,
    OneOfHinted,
    Part,
    TextsField,
)

PIVOT = validate.Range(1800, 2100)

FILE = r"(?!\.{1,2}$)(?!.*\*\*)[^/\\\0]+$"
"""The name of one file, perhaps with a ``*`` for what differs from extract to extract; no path."""

SEVERAL = validate.Length(min=2, error="write two columns or more: [A, B]")


class MappedValueSchema(Part):
    column = fields.String(validate=validate.Length(min=1))
    text = fields.String(validate=validate.Length(min=1))
    value = fields.Raw()
    entry = fields.String()
    table = fields.String()
    key = TextsField()
    codes = CodesField()
    formats = TextsField()
    split = fields.String(validate=validate.Length(min=1))
    earliest = TextsField(validate=SEVERAL)
    first_filled = TextsField(validate=SEVERAL)
    pivot = fields.Integer(strict=True, validate=PIVOT)

    @validates_schema(skip_on_field_errors=False)
    def one_form(self, data: dict[str, Any], **_: Any) -> None:
        forms = [form for form in FORMS if form in data]
        if len(forms) != 1:
            raise ValidationError(f"write one of {', '.join(FORMS)}; this has {' and '.join(forms) or 'none'}")
        belongs = {
            "column": {"codes", "formats", "pivot", "split"}, "text": {"formats", "pivot"},
            "earliest": {"formats", "pivot"},
            "first_filled": {"codes", "formats", "pivot"}, "entry": {"table", "key", "split"},
        }  # fmt: skip
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


class EntrySchema(Part):
    type = fields.String(required=True)
    name = fields.String(validate=validate.Regexp(f"{NAME}$", error="a name has letters, digits, - and _"))
    when = Named(ConditionField(), load_default=dict)
    fields_ = Named(ValueField(parts=True), data_key="fields", load_default=dict)

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> MappedEntry:
        return MappedEntry(data["type"], data.get("name", data["type"]), data["when"], data["fields_"])


class TableSchema(Part):
    file = fields.String(
        validate=validate.Regexp(FILE, error="the name of a file in the folder, like A.csv or A-*.csv")
    )
    encoding = fields.String()
    delimiter = fields.String()
    optional = fields.Boolean(truthy={True}, falsy={False}, load_default=False)
    key = TextsField(load_default=())
    case = ValueField(load_default=MappedValue())
    when = Named(ConditionField(), load_default=dict)
    withdrawn_when = Named(ConditionField(), load_default=dict)
    withdrawal = Named(ValueField(), load_default=dict)
    gone = fields.String(validate=OneOfHinted(("report", "withdraw")), load_default=None)
    cells = Named(CellChangesField(), load_default=dict)
    joins = Named(fields.Nested(JoinSchema), NAME, load_default=dict)
    fields_ = Named(ValueField(), data_key="fields", load_default=dict)
    gives = fields.List(fields.Nested(EntrySchema), validate=validate.Length(min=1), load_default=list)

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> MappedTable:
        taken = {"file": data.pop("file", ""), "encoding": data.pop("encoding", None)}
        taken |= {"delimiter": data.pop("delimiter", None), "gives": tuple(data.pop("gives"))}
        return MappedTable(fields=data.pop("fields_"), **taken, **data)


class MappingSchema(Part):
    source = fields.String(required=True, validate=validate.Regexp(f"{NAME}$", error="letters, digits, - and _"))
    time_zone = fields.String(load_default="Europe/London")
    twice = fields.String(validate=validate.OneOf(("refuse", "first", "second")), load_default="refuse")
    encoding = fields.String(load_default="utf-8")
    delimiter = fields.String(load_default=",")
    dates = TextsField(load_default=DATES)
    times = TextsField(load_default=TIMES)
    pivot = fields.Integer(strict=True, validate=PIVOT, load_default=None)
    blank = TextsField(load_default=())
    codes = Named(Named(fields.Raw()), load_default=dict)
    tables = Named(fields.Nested(TableSchema), NAME, required=True, validate=validate.Length(min=1))

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> SourceMapping:
        return SourceMapping(**data | {"blank": frozenset(("", *data["blank"]))})
