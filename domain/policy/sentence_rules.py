"""The cited numbers from which dates of a sentence are worked out, read from ``standards/sentence-dates.yaml``."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from domain.policy.cited_documents import STANDARDS, Cited, Document, read_document
from domain.policy.policy_cache import kept_policy


@dataclass(frozen=True, slots=True)
class SentenceRule:
    """One rule: ``number`` of ``unit``, and ``and_days`` days. It is for events from ``begins`` to ``ends`` (None: open)."""

    id: str
    says: str
    citation: str
    sure: str
    remark: str | None = None
    number: int | None = None
    unit: str | None = None
    and_days: int = 0
    begins: date | None = None
    ends: date | None = None

    def holds(self, day: date) -> bool:
        """Whether it is for an event of this day."""
        return (self.begins is None or self.begins <= day) and (self.ends is None or day <= self.ends)

    @property
    def amount(self) -> int:
        """Its number; ``TypeError`` where it has none."""
        if self.number is None:
            raise TypeError(f"{self.id} has no number")
        return self.number


NUMBERED = (
    "final-third", "follow-up", "recall-under-12-months", "recall-12-months-or-more", "recall-adult-2026",
    "recall-young-under-12-months", "recall-young-12-months-or-more", "handover-early-allocation",
    "handover-indeterminate", "handover-parole", "handover-determinate", "handover-from-the-start", "handover-upcoming",
    "handover-overdue", "warned-before", "warned-before-suspended", "failures-counted",
)  # fmt: skip
"""The rules that must have a number."""

ELIGIBILITY = ("recall-default-2024", "recall-under-four-years", "recall-tool-2026")
"""What is told of who is given a fixed-term recall: shown, and read by nothing."""

IN_WORDS = ("suspension", "handover-policy", *ELIGIBILITY)
"""The rules that have none."""


class RuleSchema(Cited):
    id = fields.String(required=True, validate=validate.OneOf((*NUMBERED, *IN_WORDS)))
    says = fields.String(required=True)
    number = fields.Integer(strict=True, validate=validate.Range(min=1))
    unit = fields.String(validate=validate.OneOf(("days", "months", "parts", "appointment")))
    and_days = fields.Integer(strict=True, validate=validate.Range(min=1))
    begins = fields.Date(data_key="from")
    ends = fields.Date(data_key="to")

    @validates_schema(skip_on_field_errors=True)
    def number_where_needed(self, data: dict[str, Any], **_: Any) -> None:
        if data["id"] in NUMBERED and not (data.get("number") and data.get("unit")):
            raise ValidationError("missing; the program reads this number, with its unit", "number")


class SentenceRulesSchema(Document):
    sources = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    rules = fields.List(fields.Nested(RuleSchema), required=True)

    @validates_schema(skip_on_field_errors=True)
    def all_there_and_cited(self, data: dict[str, Any], **_: Any) -> None:
        names = [rule["id"] for rule in data["rules"]]
        missing = [name for name in (*NUMBERED, *IN_WORDS) if name not in names]
        if missing or len(names) != len(set(names)):
            raise ValidationError(f"each rule once; missing: {', '.join(missing) or 'none'}", "rules")
        for place, rule in enumerate(data["rules"]):
            if rule["cite"] not in data["sources"]:
                raise ValidationError({"rules": {place: {"cite": [f"'{rule['cite']}' is not among the sources"]}}})

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> tuple[SentenceRule, ...]:
        return tuple(SentenceRule(citation=data["sources"][rule.pop("cite")], **rule) for rule in data["rules"])


def read_sentence_rules(path: Path) -> tuple[SentenceRule, ...]:
    """The rules of a file; ``PolicyError`` names file, rule and line."""
    found: tuple[SentenceRule, ...] = read_document(path, SentenceRulesSchema())
    return found


@cache
def sentence_rules() -> dict[str, SentenceRule]:
    """The rules that ship with the program, by id."""
    read = kept_policy("sentence-dates", lambda: read_sentence_rules(STANDARDS / "sentence-dates.yaml"))
    return {rule.id: rule for rule in read}
