"""The points and thresholds of tiering versions 2 and 3, read from ``standards/tiering.yaml``."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from domain.entries.code_lists import RISK_LEVELS
from domain.policy.cited_documents import STANDARDS, Cited, Document, read_document
from domain.policy.kept_texts import READ, KeptTexts, PolicyText, rules_by
from domain.policy.policy_cache import kept_policy

NEEDS = (
    "accommodation", "employment_and_training", "relationships", "lifestyle", "drugs", "alcohol", "thinking", "attitudes",
)  # fmt: skip
"""The needs that give points."""

Steps = Sequence[tuple[float, Any]]
"""What a score gives: the first row whose number it reaches."""


def reached(steps: Steps, score: float) -> Any:
    """What the first row gives whose number the score reaches; None: it reaches none."""
    return next((given for least, given in steps if score >= least), None)


@dataclass(frozen=True)
class NeedRule:
    """The weight of a need, and the scores from which it is standard and severe; ``san``: by the newer assessment."""

    weight: int
    bounds: tuple[int, int]
    san: tuple[int, int]


@dataclass(frozen=True)
class TierRules:
    """The numbers of one version, with its source. ``begins``: no tier is worked out for an earlier day."""

    begins: date
    citation: str
    sure: str
    remark: str
    numbers: Mapping[str, Any]


@dataclass(frozen=True)
class Tiering:
    v2: TierRules
    v3: TierRules


class NeedSchema(Document):
    weight = fields.Integer(required=True, strict=True, validate=validate.Range(min=1))
    bounds = fields.List(fields.Integer(strict=True), required=True, validate=validate.Length(equal=2))
    san = fields.List(fields.Integer(strict=True), required=True, validate=validate.Length(equal=2))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> NeedRule:
        return NeedRule(data["weight"], tuple(data["bounds"]), tuple(data["san"]))


def _number() -> fields.Integer:
    return fields.Integer(required=True, strict=True, validate=validate.Range(min=0))


def _tier() -> fields.String:
    return fields.String(required=True, validate=validate.OneOf("ABCDEFG"))


def _by_risk(of: Any) -> fields.Dict:
    return fields.Dict(keys=fields.String(validate=validate.OneOf(RISK_LEVELS)), values=of, required=True)


MOST = 1_000
"""The highest number that stands in the rules; years are counted in them too."""


def _is_number(value: object) -> bool:
    return type(value) in (int, float) and 0 <= value <= MOST  # type: ignore[operator]


class StepsField(fields.Raw):
    """Rows of a number and what it gives, the highest number first. ``gives``: a letter (str) or points (int)."""

    def __init__(self, gives: type, **kwargs: Any):
        super().__init__(**kwargs)
        self.gives = gives

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        rows = value if isinstance(value, list) else []
        good = all(
            isinstance(row, list) and len(row) == 2 and _is_number(row[0]) and type(row[1]) is self.gives
            for row in rows
        )
        if not rows or not good or [row[0] for row in rows] != sorted((row[0] for row in rows), reverse=True):
            raise ValidationError(f"expected rows of a number to {MOST:,} and what it gives, the highest number first")
        return tuple((float(row[0]), row[1]) for row in rows)


class VersionSchema(Cited):
    begins = fields.Date(required=True, data_key="from")
    remark = fields.String(required=True)


class V2Schema(VersionSchema):
    rsr = StepsField(int, required=True)
    risk = _by_risk(fields.Integer(strict=True))
    mappa = fields.Dict(keys=fields.Integer(), values=fields.Integer(strict=True), required=True)
    complexity = fields.List(fields.String(), required=True)
    complexity_points, women_points, iom_points = _number(), _number(), _number()
    protect = StepsField(str, required=True)
    needs = fields.Dict(
        keys=fields.String(validate=validate.OneOf(NEEDS)), values=fields.Nested(NeedSchema), required=True
    )
    change = StepsField(int, required=True)
    without_assessment, without_mandate = _number(), _number()


class V3Schema(VersionSchema):
    csrp = fields.List(fields.Float(), required=True)
    arp = fields.List(fields.Float(), required=True)
    grid = fields.List(fields.String(validate=validate.Regexp(r"^[A-G]+$")), required=True)
    dc_srp = _by_risk(fields.String())
    dc_srp_medium = StepsField(str, required=True)
    mappa_risk, other_risk = _by_risk(fields.String()), _by_risk(fields.String())
    lifer = fields.List(fields.Raw(), required=True)
    lifer_later, domestic_abuse, stalking, child_protection, sexual_offence = (_tier() for _ in range(5))

    @validates_schema(skip_on_field_errors=True)
    def every_score_has_its_place(self, data: dict[str, Any], **_: Any) -> None:
        for name in ("csrp", "arp"):
            if data[name] != sorted(data[name], reverse=True) or data[name][-1:] != [0]:
                raise ValidationError("expected bounds, the highest first and 0 last", name)
        for row in data["lifer"]:
            if not (isinstance(row, list) and len(row) == 2 and row[0] in range(MOST) and row[1] in list("ABCDEFG")):
                raise ValidationError(f"expected rows of years, less than {MOST:,}, and a tier from A to G", "lifer")

    @validates_schema(skip_on_field_errors=True)
    def grid_fits(self, data: dict[str, Any], **_: Any) -> None:
        if len(data["grid"]) != len(data["csrp"]) or {len(row) for row in data["grid"]} != {len(data["arp"])}:
            raise ValidationError("needs a row for each bound of csrp and a letter in it for each of arp", "grid")


class TieringSchema(Document):
    sources = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    v2 = fields.Nested(V2Schema, required=True)
    v3 = fields.Nested(V3Schema, required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Tiering:
        return Tiering(*(_version(data[name], data["sources"]) for name in ("v2", "v3")))


def _version(data: dict[str, Any], sources: Mapping[str, str]) -> TierRules:
    if data["cite"] not in sources:
        raise ValidationError(f"'{data['cite']}' is not among the sources", "cite")
    said = {name: data.pop(name) for name in ("begins", "sure", "remark")}
    return TierRules(citation=sources[data.pop("cite")], numbers=data, **said)


def read_tiering(path: PolicyText) -> Tiering:
    """The rules of a file; ``PolicyError`` names file and line."""
    read = read_document(path, TieringSchema())
    assert isinstance(read, Tiering)
    return read


def tiering() -> Tiering:
    """The rules that ship with the program; within ``by_rules_of`` kept texts, those that were kept."""
    return _tiering(rules_by())


@lru_cache(READ)
def _tiering(texts: KeptTexts | None) -> Tiering:
    text = texts.one("tiering") if texts else None
    if text is None:
        return kept_policy("tiering", lambda: read_tiering(STANDARDS / "tiering.yaml"))
    return read_tiering(text)
