"""The smallest parts of a mapping's YAML file: lists of texts, named parts, conditions, changes of cells, joins.

Each takes a short form as well, such as one text in place of a list.
"""

import re
from difflib import get_close_matches
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from domain.importing.extracts.mapping import CellChange, Join, RowCondition
from domain.policy.cited_documents import Document


class Part(Document):
    """A part of a mapping. A name that it does not know is an error, with the name that may be meant."""

    def handle_error(self, error: ValidationError, data: Any, **_: Any) -> None:
        messages = error.messages if isinstance(error.messages, dict) else {}
        known = [field.data_key or name for name, field in self.fields.items()]
        for name, found in messages.items():
            if found == ["Unknown field."] and (near := get_close_matches(str(name), known, n=1)):
                messages[name] = [f"is not a part known here; did you mean '{near[0]}'?"]


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


class CellChangesField(fields.Field[tuple[CellChange, ...]]):
    """``upper``, ``lower``, ``strip_zeros``, ``{lookup: ...}``, or a list of these, which are made in turn."""

    WORDS = ("upper", "lower", "strip_zeros")

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> tuple[CellChange, ...]:
        return tuple(self._one(one) for one in (value if isinstance(value, list) and value else [value]))

    def _one(self, value: Any) -> CellChange:
        if isinstance(value, dict):
            found: CellChange = LookupSchema().load(value)
            return found
        if value in self.WORDS:
            return CellChange(value)
        near = get_close_matches(str(value), [*self.WORDS, "lookup"], n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise ValidationError(f"write {', '.join(self.WORDS)}, {{lookup: ...}} or a list of these{hint}")


class CodesField(fields.Field[Any]):
    """The name of a code list, or the list itself: text in the column -> code."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> Any:
        return value if isinstance(value, str) else Named(fields.Raw()).deserialize(value)


class OneOfHinted(validate.OneOf):
    """One of these words; the error names the one that may be meant."""

    def __call__(self, value: Any) -> Any:
        if value in self.choices:
            return value
        near = get_close_matches(str(value), self.choices, n=1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise ValidationError(f"'{value}' is not {' or '.join(map(str, self.choices))}{hint}")


class LookupSchema(Part):
    lookup = CodesField(required=True)
    unlisted = fields.String(validate=OneOfHinted(("refuse", "keep")), load_default="refuse")

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> CellChange:
        return CellChange("lookup", data["lookup"], data["unlisted"] == "keep")


class JoinSchema(Part):
    table = fields.String(required=True)
    on = Named(fields.String(), required=True, validate=validate.Length(min=1))
    optional = fields.Boolean(truthy={True}, falsy={False}, load_default=False)

    @post_load
    def made(self, data: dict[str, Any], **_: Any) -> Join:
        return Join(data["table"], data["on"], data["optional"])
