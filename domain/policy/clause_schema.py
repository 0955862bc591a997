"""How a clause is read from its document and checked: the parts that its kind needs, lengths, phases, triggers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, get_args

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from domain.calendar.workdays import Length, read_length
from domain.policy.cited_documents import Cited, Document
from domain.policy.clause_words import wrong_gaps
from domain.policy.clauses import TRIGGERS, Clause, InCustody, Phase, Value, WhenDispensed
from domain.policy.conditions import EntryPattern, EntryPatternField, WhenField, holds_of

NEEDS: dict[str, tuple[set[str], set[str]]] = {
    "within": ({"after", "by"}, {"allow", "on"}),
    "every": ({"after", "by"}, {"allow"}),
    "frequency": ({"counts"}, {"phases"}),
    "response": ({"by"}, {"allow", "failures"}),
    "while": ({"during", "by"}, {"allow"}),
}
"""Kind -> the parts that its clause must have, and the fields of its values."""

_PHASE = re.compile(
    r"(?:(?P<word>weekly|fortnightly|monthly)|(?P<n>\d+)(?P<what> hours| days)? (?:a|every) (?P<per>week|fortnight|month))"
    r"(?: (?P<how>for|to) (?P<length>\d+ (?:weeks?|months?))| throughout)?"
    r"|(?P<total>\d+) in the (?:first|next) (?P<span>\d+ weeks)"
)
_WINDOWS = {
    "weekly": Length(1, "week"), "week": Length(1, "week"),
    "fortnightly": Length(2, "week"), "fortnight": Length(2, "week"),
    "monthly": Length(1, "month"), "month": Length(1, "month"),
}  # fmt: skip


def read_phase(text: str) -> Phase:
    """A phase from its words; ``ValueError`` for others.

    Such as ``"weekly for 12 weeks"``, ``"fortnightly to 3 months"``, ``"5 hours a week"`` or ``"monthly"``.
    """
    found = _PHASE.fullmatch(text.strip())
    if found is None:
        examples = "'weekly for 12 weeks', '2 a week', '12 in the first 12 weeks', 'monthly'"
        raise ValueError(f"'{text}' is not a frequency; write it like {examples}")
    if found["total"]:
        whole = read_length(found["span"])
        return Phase(float(found["total"]), whole, whole, False, text.strip())
    length = read_length(found["length"]) if found["length"] else None
    window = _WINDOWS[found["word"] or found["per"]]
    on_days = found["what"] == " days"
    return Phase(float(found["n"] or 1), window, length, found["how"] == "to", text.strip(), on_days)


def _check_field(
    data: Mapping[str, Any], part: str, patterns: Sequence[EntryPattern], wanted: set[type] | None, place: str = ""
) -> None:
    """``ValidationError`` where what a part names is no field of these entries, or holds something else than is ``wanted``."""
    if (name := data.get(part)) is None:
        return
    if not patterns:
        raise ValidationError(f"'{part}' names a field, and no entries are described here that have it", place or part)
    for pattern in patterns:
        found = holds_of(pattern.type, name)
        if not found or (wanted is not None and not found & wanted):
            kinds = " or ".join(_KINDS[kind] for kind in wanted or ()) or "any kind"
            raise ValidationError(f"'{name}' is no field of {pattern.type.__name__} that holds {kinds}", place or part)


_KINDS = {int: "a whole number", float: "a number", date: "a day", str: "a text"}


class LengthField(fields.String):
    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        try:
            return read_length(super()._deserialize(value, attr, data, **kwargs))
        except ValueError as error:
            raise ValidationError(str(error)) from None


class PhaseField(fields.String):
    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        try:
            return read_phase(super()._deserialize(value, attr, data, **kwargs))
        except ValueError as error:
            raise ValidationError(str(error)) from None


class AfterField(fields.Raw):
    """One of the words in ``TRIGGERS``, or a description of entries."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        if isinstance(value, str):
            if value not in TRIGGERS:
                raise ValidationError(f"'{value}' is not one of {', '.join(TRIGGERS)}, nor a description of entries")
            return value
        return EntryPatternField().deserialize(value)


class ClauseValueSchema(Cited):
    when = WhenField(load_default=())
    allow = LengthField()
    on = fields.String()
    phases = fields.List(PhaseField(), validate=validate.Length(min=1))
    failures = fields.Integer(strict=True, validate=validate.Range(min=1))
    period = LengthField()

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Value:
        return Value(**{**data, "phases": tuple(data.get("phases", ()))})


class ClauseYamlSchema(Document):
    id = fields.String(
        required=True,
        validate=validate.Regexp(r"^[a-z0-9]+(-[a-z0-9]+)*$", error="'{input}' is not words joined by hyphens"),
    )
    kind = fields.String(required=True, validate=validate.OneOf(NEEDS))
    subject = fields.String(required=True)
    says = fields.String(required=True, attribute="wording")
    start = fields.Date(data_key="from")
    described = fields.String(validate=validate.Length(min=1))
    when = WhenField(load_default=())
    during = WhenField(load_default=())
    after = AfterField()
    by = fields.List(EntryPatternField(), validate=validate.Length(min=1))
    counts = EntryPatternField()
    sum = fields.String()
    in_custody = fields.String(
        required=True,
        validate=validate.OneOf(get_args(InCustody), error="'{input}' is not one of {choices}"),
        error_messages={"required": "missing; say what custody does to the duty: runs, pauses, anew or ends"},
    )
    due_by_release = fields.Boolean()
    whereabouts_unknown = fields.String(validate=validate.OneOf(("runs", "pauses")))
    earlier = fields.List(EntryPatternField())
    reviewed = fields.List(EntryPatternField())
    again = fields.List(EntryPatternField())
    first_contacts = fields.List(fields.String())
    until_replaced = fields.Boolean()
    past_end = fields.Boolean()
    earlier_counts = fields.Boolean()
    from_next_day = fields.Boolean()
    by_recording = fields.Boolean()
    each = fields.String()
    stands_until = fields.String()
    when_dispensed = fields.String(
        validate=validate.OneOf(get_args(WhenDispensed), error="'{input}' is not one of {choices}")
    )
    values = fields.List(fields.Nested(ClauseValueSchema), required=True, validate=validate.Length(min=1))

    @validates_schema(skip_on_field_errors=True)
    def has_its_parts(self, data: dict[str, Any], **_: Any) -> None:
        parts, of_values = NEEDS[data["kind"]]
        for part in sorted(parts):
            if not data.get(part) and not (part == "by" and data.get("by_recording")):
                raise ValidationError(f"missing; a clause of kind '{data['kind']}' needs it", part)
        for value in data["values"]:
            given = {name for name in ("allow", "on", "phases", "failures") if getattr(value, name)}
            if not given or given - of_values or (value.period and not value.failures):
                raise ValidationError(
                    f"a value of kind '{data['kind']}' says {' and '.join(sorted(of_values))}", "values"
                )
        if wrong := wrong_gaps(data["wording"], data["values"]):
            raise ValidationError(wrong, "says")

    @validates_schema(skip_on_field_errors=True)
    def its_fields_are_there(self, data: dict[str, Any], **_: Any) -> None:
        after = data.get("after")
        raises = (after,) if isinstance(after, EntryPattern) else ()
        by, counts = data.get("by", ()), (data["counts"],) if "counts" in data else ()
        _check_field(data, "sum", counts, {int, float})
        _check_field(data, "stands_until", by, {date})
        _check_field(data, "each", raises, None)
        for value in data["values"]:
            _check_field({"on": value.on} if value.on else {}, "on", raises, {date}, "values")
        for pattern in (*by, *data.get("again", ()), *data.get("earlier", ()), *data.get("reviewed", ())):
            if pattern.unlike:
                _check_field({"unlike": pattern.unlike[1]}, "unlike", raises, {str}, "by")
                _check_field({"unlike": pattern.unlike[0]}, "unlike", (pattern,), {str}, "by")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Clause:
        values = tuple(replace(value, number=number) for number, value in enumerate(data["values"]))
        lists = {name: tuple(data.get(name, ())) for name in ("by", "earlier", "reviewed", "again", "first_contacts")}
        return Clause(**{**data, "values": values, **lists})
