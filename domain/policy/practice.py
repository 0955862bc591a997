"""The rules of practice: what the printed standards do not say, read from ``standards/practice.yaml``.

A parameter with a value is a number that the engine reads; one without is a rule in words that the engine follows. The
handbook lists all of them, and shows each on the pages of the clauses that it concerns.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from domain.policy.cited_documents import STANDARDS, Cited, Document, read_document
from domain.policy.clauses import Clause
from domain.policy.kept_texts import READ, KeptTexts, PolicyText, rules_by
from domain.policy.policy_cache import kept_policy
from domain.policy.practice_scope import SCOPES


@dataclass(frozen=True)
class Parameter:
    """One rule of ours. ``value`` and ``unit``: None where it has no number. ``touches``: words of ``SCOPES``."""

    id: str
    says: str
    touches: tuple[str, ...]
    cite: str
    sure: str
    remark: str | None = None
    value: int | float | None = None
    unit: str | None = None

    @property
    def number(self) -> str:
        """The value with its unit, as a page prints it; empty where there is none."""
        return "" if self.value is None else f"{self.value} {self.unit}"

    def concerns(self, clause: Clause) -> bool:
        return any(SCOPES[word](clause) for word in self.touches)


@dataclass(frozen=True)
class Practice:
    """The numbers that the engine reads, and all parameters in order. They apply from ``start`` on, to every day of a case."""

    start: date
    parameters: tuple[Parameter, ...]
    working_days_between_stays: int
    long_custody_days: int
    share_at_liberty: float
    earlier_work_weeks: int
    undecided_breach_weeks: int
    whereabouts_working_days: int
    suspension_weeks: int
    decision_working_days: int
    windows_years: int
    unpaid_work_years: int

    def concerning(self, clause: Clause) -> tuple[Parameter, ...]:
        """The parameters that a duty under this clause depends on."""
        return tuple(parameter for parameter in self.parameters if parameter.concerns(clause))


NUMBERS = tuple(name for name in Practice.__annotations__ if name not in ("start", "parameters"))
"""The parameters that must have a value: whole numbers from 1 to ``MOST``, and one share."""

MOST = 1_000

SHARES = ("share_at_liberty",)
"""Those that are a number above 0 and up to 1."""


class ParameterSchema(Cited):
    id = fields.String(required=True)
    says = fields.String(required=True, validate=validate.Length(min=1))
    touches = fields.List(
        fields.String(validate=validate.OneOf(SCOPES)), required=True, validate=validate.Length(min=1)
    )
    value = fields.Raw()
    unit = fields.String()

    @validates_schema(skip_on_field_errors=True)
    def value_of_its_type(self, data: dict[str, Any], **_: Any) -> None:
        name, value = data["id"], data.get("value")
        if name not in NUMBERS:
            if "value" in data or "unit" in data:
                raise ValidationError(f"'{name}' is not read as a number; those read are {', '.join(NUMBERS)}", "value")
        elif not _fits(name, value):
            wanted = "a number above 0 and up to 1" if name in SHARES else f"a whole number from 1 to {MOST:,}"
            raise ValidationError(f"'{name}' needs {wanted}; {'missing' if value is None else repr(value)}", "value")
        elif not data.get("unit"):
            raise ValidationError("missing; say of what the value is a number", "unit")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Parameter:
        return Parameter(**{**data, "touches": tuple(data["touches"])})


def _fits(name: str, value: object) -> bool:
    if name in SHARES:
        return isinstance(value, (int, float)) and not isinstance(value, bool) and 0 < value <= 1
    return type(value) is int and 1 <= value <= MOST


class PracticeSchema(Document):
    title = fields.String(required=True)
    start = fields.Date(required=True)
    parameters = fields.List(fields.Nested(ParameterSchema), required=True)

    @validates_schema(skip_on_field_errors=True)
    def each_once(self, data: dict[str, Any], **_: Any) -> None:
        names = [parameter.id for parameter in data["parameters"]]
        twice = {place: {"id": [f"'{name}' stands twice"]} for place, name in enumerate(names) if name in names[:place]}
        if twice:
            raise ValidationError({"parameters": twice})
        missing = [name for name in NUMBERS if name not in names]
        if missing:
            raise ValidationError(f"missing: {', '.join(missing)}", "parameters")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Practice:
        numbers = {p.id: p.value for p in data["parameters"] if p.id in NUMBERS}
        return Practice(start=data["start"], parameters=tuple(data["parameters"]), **numbers)


def read_practice(path: PolicyText) -> Practice:
    """The parameters of a file; ``PolicyError`` names file, parameter and line of a value missing or mistyped."""
    read = read_document(path, PracticeSchema())
    assert isinstance(read, Practice)
    return read


def practice() -> Practice:
    """The parameters that ship with the program; within ``by_rules_of`` kept texts, those that were kept."""
    return _practice(rules_by())


@lru_cache(READ)
def _practice(texts: KeptTexts | None) -> Practice:
    text = texts.one("practice") if texts else None
    if text is None:
        return kept_policy("practice", lambda: read_practice(STANDARDS / "practice.yaml"))
    return read_practice(text)
