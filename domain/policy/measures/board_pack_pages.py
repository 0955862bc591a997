"""The pages of the board pack as cited data: one a recommendation, with its measures and the words of what failed."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from domain.policy.cited_documents import MEASURES, Cited, Document, read_document
from domain.policy.measures.measure import Measure
from domain.policy.measures.measure_files import reports
from domain.policy.policy_cache import kept_policy

PackCounts = Literal["measure", "needs", "targets", "differences", "expectations"]
"""What a page counts: what its first measure missed; or clauses, measures or groups (see ``projections.reports.board_pack``)."""


class Failing(NamedTuple):
    """The words of what failed, of one and of several."""

    one: str
    many: str


@dataclass(frozen=True, slots=True)
class PackPage:
    """One page. ``title``: of the ``report`` (id) on its recommendation. ``asks``: the recommendation in our words.

    ``cannot``: what the record cannot show of it.
    """

    recommendation: int
    title: str
    counts: PackCounts
    measures: tuple[Measure, ...]
    failing: Failing
    cannot: str
    asks: str
    report: str


@dataclass(frozen=True, slots=True)
class BoardPack:
    """The pages in their order. ``target``: per cent of duties met, or of cases sufficient."""

    title: str
    target: int
    sure: str
    remark: str
    citation: str
    pages: tuple[PackPage, ...]


class FailingSchema(Document):
    one = fields.String(required=True)
    many = fields.String(required=True)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Failing:
        return Failing(**data)


class PackPageSchema(Document):
    recommendation = fields.Integer(required=True, validate=validate.Range(1, 10))
    counts = fields.String(
        load_default="measure", validate=validate.OneOf(("measure", "needs", "targets", "differences", "expectations"))
    )
    measures = fields.List(fields.String(), load_default=list)
    failing = fields.Nested(FailingSchema, required=True)
    cannot = fields.String(required=True)

    @validates_schema(skip_on_field_errors=True)
    def measures_there_are(self, data: dict[str, Any], **_: Any) -> None:
        known = {name for name, measure in reports().measures.items() if measure.counts != "wait"}
        if unknown := [name for name in data["measures"] if name not in known]:
            raise ValidationError(f"'{unknown[0]}' is no measure that counts a share", "measures")
        if data["counts"] == "measure" and not data["measures"]:
            raise ValidationError("expected a measure, the headline of the page", "measures")


class BoardPackSchema(Cited):
    pack = fields.String(required=True)
    title = fields.String(required=True)
    target = fields.Integer(required=True, validate=validate.Range(1, 100))
    sources = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    pages = fields.List(fields.Nested(PackPageSchema), required=True)

    @validates_schema(skip_on_field_errors=True)
    def in_order(self, data: dict[str, Any], **_: Any) -> None:
        if [page["recommendation"] for page in data["pages"]] != list(range(1, 11)):
            raise ValidationError("expected one page for each recommendation from 1 to 10, in this order", "pages")
        if data["cite"] not in data["sources"]:
            raise ValidationError(f"'{data['cite']}' is none of the sources", "cite")

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> BoardPack:
        every = reports()
        on = {report.recommendation: report for report in every.reports.values()}
        pages = (
            PackPage(
                **{**page, "measures": tuple(every.measures[name] for name in page["measures"])},
                title=on[page["recommendation"]].title,
                asks=on[page["recommendation"]].asks or "",
                report=on[page["recommendation"]].id,
            )
            for page in data["pages"]
        )
        return BoardPack(
            data["title"], data["target"], data["sure"], data.get("remark", ""), data["sources"][data["cite"]], tuple(pages)
        )  # fmt: skip


def read_board_pack(path: Path) -> BoardPack:
    """The pack of one document; ``PolicyError`` names file, page and line."""
    found = read_document(path, BoardPackSchema())
    assert isinstance(found, BoardPack)
    return found


@cache
def board_pack() -> BoardPack:
    """The pack that ships with the program."""
    return kept_policy("board-pack", lambda: read_board_pack(MEASURES / "board-pack.yaml"))
