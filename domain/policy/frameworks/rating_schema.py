"""How the rating rules of a framework's file are read: bands without a gap, totals that cover every sum, cited grounds."""

from collections.abc import Iterator, Sequence
from typing import Any, get_args

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from domain.entries.code_lists import DiscretionGround
from domain.policy.cited_documents import Cited, Problem
from domain.policy.frameworks.framework import Section
from domain.policy.frameworks.rating_rules import BandOf, Discretion, NotLaid, ScoreBand, Stated, Window

GROUNDS: tuple[DiscretionGround, ...] = get_args(DiscretionGround)

LIMIT_OF = {"near_boundary": "within", "few_cases": "at_most"}
"""The limit that a ground must give."""


class StatedSchema(Cited):
    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Stated:
        return Stated(**data)


class WindowSchema(Cited):
    most = fields.Integer(required=True, strict=True, validate=validate.Range(min=1, max=120))
    least = fields.Integer(required=True, strict=True, validate=validate.Range(min=0, max=120))

    @validates_schema(skip_on_field_errors=True)
    def in_order(self, data: dict[str, Any], **_: Any) -> None:
        if data["least"] > data["most"]:
            raise ValidationError("expected no more months than in most", "least")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Window:
        return Window(**data)


class BandSchema(Cited):
    """``least`` to ``most``, both within the band. ``most`` may be left out; where it stands, a gap to the next is refused."""

    title = fields.String(required=True)
    least = fields.Integer(required=True, strict=True, validate=validate.Range(min=0))
    most = fields.Integer(strict=True, validate=validate.Range(min=0))
    points = fields.Integer(strict=True, validate=validate.Range(min=0))


class BandOfSchema(Cited):
    figure = fields.String(required=True, validate=validate.OneOf(["printed", "exact"]))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> BandOf:
        return BandOf(**data)


class DiscretionSchema(Cited):
    ground = fields.String(
        required=True,
        validate=validate.OneOf(GROUNDS),
        error_messages={"required": f"missing; discretion has a ground: one of {', '.join(GROUNDS)}"},
    )
    within = fields.Integer(strict=True, validate=validate.Range(min=0, max=50))
    at_most = fields.Integer(strict=True, validate=validate.Range(min=1))

    @validates_schema(skip_on_field_errors=True)
    def its_own_limit(self, data: dict[str, Any], **_: Any) -> None:
        limit = LIMIT_OF.get(data["ground"])
        for name in ("within", "at_most"):
            if name == limit and name not in data:
                raise ValidationError(f"missing; {data['ground']} says how near, or of how many cases", name)
            if name != limit and name in data:
                raise ValidationError(f"{data['ground']} has no such limit", name)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Discretion:
        return Discretion(**data)


class NotLaidSchema(Cited):
    what = fields.String(required=True, validate=validate.Length(min=1))

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> NotLaid:
        return NotLaid(**data)


def bands_made(bands: Sequence[dict[str, Any]]) -> tuple[ScoreBand, ...]:
    """The bands of a file that was found sound."""
    return tuple(ScoreBand(**{name: value for name, value in b.items() if name != "most"}) for b in bands)


def rating_problems(data: dict[str, Any], sections: Sequence[Section]) -> Iterator[Problem]:
    """What is wrong with the bands, grounds and totals of a framework, each by its place in the file."""
    if "window" in data and data["window"].cite not in data["sources"]:
        yield ("window", "cite"), f"cites '{data['window'].cite}', not among the sources"
    yield from _range_problems("bands", data["bands"], 100, "per cent")
    points = [band.get("points") for band in data["bands"]]
    if any(one is not None for one in points) and (None in points or points != sorted(set(points))):
        yield ("bands",), "give points to every band or to none, more to each band than to the one below it"
    grounds = [one.ground for one in data["discretion"]]
    if len(set(grounds)) != len(grounds):
        yield ("discretion",), "a ground stands here twice"
    counts_cases = [ground for ground in grounds if ground != "near_boundary"]
    if counts_cases and not ("lowest_decides" in data and data["aggregation"] == "pooled"):
        yield (
            ("discretion",),
            f"{counts_cases[0]} is of a key question that decides: lowest_decides, and aggregation pooled",
        )
    if not data["bands"]:
        for name in ("discretion", "totals", "band_of"):
            if data.get(name):
                yield (name,), "there are no bands to which this could apply"
        return
    if data["totals"]:
        if None in points:
            yield ("totals",), "a total counts the points of bands: give points to every band"
            return
        most = max(points) * sum(section.is_rated for section in sections)
        yield from _range_problems("totals", data["totals"], most, "points")
    cited: list[tuple[tuple[Any, ...], str]] = [(("bands", n), b["cite"]) for n, b in enumerate(data["bands"])]
    cited += [(("totals", n), b["cite"]) for n, b in enumerate(data["totals"])]
    cited += [(("discretion", n), one.cite) for n, one in enumerate(data["discretion"])]
    cited += [((name,), data[name].cite) for name in ("lowest_decides", "band_of") if name in data]
    for place, cite in cited:
        if cite not in data["sources"]:
            yield (*place, "cite"), f"cites '{cite}', not among the sources"


def _range_problems(name: str, bands: Sequence[dict[str, Any]], most: int, unit: str) -> Iterator[Problem]:
    least = [band["least"] for band in bands]
    if not bands:
        return
    if least[0] != 0 or least != sorted(set(least)):
        yield (name,), "list the bands from the lowest, which begins at 0"
        return
    for number, band in enumerate(bands):
        ends = bands[number + 1]["least"] - 1 if number + 1 < len(bands) else most
        if band["least"] > most:
            yield (name, number, "least"), f"no more than {most} {unit} can be reached"
        elif band.get("most", ends) != ends:
            yield (
                (name, number, "most"),
                f"expected {ends} {unit}: the bands leave no gap, do not overlap and end at {most}",
            )
    if unit == "points" and any("most" not in band for band in bands):
        yield (name,), f"say of each band of the total where it ends (most): together they cover 0 to {most} points"
