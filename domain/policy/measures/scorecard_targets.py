"""Scorecards as cited data: measures with target and weight, and the targets that no case record can answer."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from domain.policy.cited_documents import MEASURES, Cited, Document, read_document
from domain.policy.measures.measure import Measure
from domain.policy.measures.measure_files import reports
from domain.policy.measures.measure_schema import item_faults
from domain.policy.policy_cache import kept_policy


@dataclass(frozen=True, slots=True)
class Target:
    """One line of a scorecard: a measure, its target (1 to 100 per cent) and its weight (1 to 100)."""

    id: str
    title: str
    measure: Measure
    target: int
    weight: int
    cite: str
    sure: str
    remark: str | None = None
    citation: str = ""


@dataclass(frozen=True, slots=True)
class NotMeasured:
    """A target that a case record cannot answer, and why."""

    title: str
    why: str
    cite: str
    sure: str
    remark: str | None = None
    citation: str = ""


@dataclass(frozen=True, slots=True)
class Scorecard:
    id: str
    title: str
    method: str
    targets: tuple[Target, ...]
    not_measured: tuple[NotMeasured, ...]


class TargetSchema(Cited):
    id = fields.String(required=True)
    title = fields.String(required=True)
    measure = fields.String(required=True)
    target = fields.Integer(required=True, validate=validate.Range(1, 100))
    weight = fields.Integer(required=True, validate=validate.Range(1, 100))

    @validates_schema(skip_on_field_errors=True)
    def a_share(self, data: dict[str, Any], **_: Any) -> None:
        measure = reports().measures.get(data["measure"])
        if measure is None or measure.counts not in ("in_time", "done"):
            raise ValidationError(f"'{data['measure']}' is no measure that counts a share of duties", "measure")


class NotMeasuredSchema(Cited):
    title = fields.String(required=True)
    why = fields.String(required=True)


class ScorecardSchema(Document):
    scorecard = fields.String(required=True)
    title = fields.String(required=True)
    method = fields.String(required=True)
    sources = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    targets = fields.List(fields.Nested(TargetSchema), required=True, validate=validate.Length(min=1))
    not_measured = fields.List(fields.Nested(NotMeasuredSchema), required=True)

    @validates_schema(skip_on_field_errors=True)
    def ids_and_sources(self, data: dict[str, Any], **_: Any) -> None:
        faults = {part: item_faults(data[part], data["sources"]) for part in ("targets", "not_measured")}
        if any(faults.values()):
            raise ValidationError({part: found for part, found in faults.items() if found})

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Scorecard:
        sources = data["sources"]
        return Scorecard(
            data["scorecard"],
            data["title"],
            data["method"],
            tuple(
                Target(**{**t, "measure": reports().measures[t["measure"]], "citation": sources[t["cite"]]})
                for t in data["targets"]
            ),
            tuple(NotMeasured(**{**n, "citation": sources[n["cite"]]}) for n in data["not_measured"]),
        )


def read_scorecard(path: Path) -> Scorecard:
    """The scorecard of one document; ``PolicyError`` names file, line of the scorecard and line of the file."""
    found = read_document(path, ScorecardSchema())
    assert isinstance(found, Scorecard)
    return found


@cache
def scorecard() -> Scorecard:
    """The scorecard that ships with the program."""
    return kept_policy("scorecard", lambda: read_scorecard(MEASURES / "scorecard-2004-05.yaml"))


def target_of(measure: Measure) -> int | None:
    """The target of a measure, in per cent; None: the scorecard sets none."""
    return next((one.target for one in scorecard().targets if one.measure.id == measure.id), None)
