"""How the file of measures and reports is read and checked: known clauses, known questions, listed sources."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from marshmallow import ValidationError, fields, post_load, validate, validates_schema

from domain.policy.cited_documents import Cited, Document, read_document
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from domain.policy.measures.measure import Measure, Report, Reports


class MeasureYamlSchema(Cited):
    id = fields.String(required=True, validate=validate.Regexp(r"[a-z0-9-]+\Z"))
    title = fields.String(required=True)
    counts = fields.String(required=True, validate=validate.OneOf(("in_time", "done", "wait", "answer")))
    clauses = fields.List(fields.String(), validate=validate.Length(min=1))
    question = fields.String()
    numerator = fields.String(required=True)
    denominator = fields.String(required=True)

    @validates_schema(skip_on_field_errors=True)
    def counts_what_there_is(self, data: dict[str, Any], **_: Any) -> None:
        asked = frameworks()[DEFAULT_FRAMEWORK]
        if data["counts"] == "answer":
            if data.get("question") not in asked.questions or "clauses" in data:
                raise ValidationError(f"expected a question of {asked.id}, and no clauses", "question")
            return
        if "clauses" not in data or "question" in data:
            raise ValidationError("expected the clauses whose duties are counted, and no question", "clauses")
        known = {clause.id for clause in asked.clauses}
        if unknown := [name for name in data["clauses"] if name not in known]:
            raise ValidationError(f"'{unknown[0]}' is no clause of the standards or of {asked.id}", "clauses")


class ReportYamlSchema(Cited):
    id = fields.String(required=True, validate=validate.Regexp(r"[a-z0-9-]+\Z"))
    title = fields.String(required=True)
    says = fields.String(required=True)
    shows = fields.String(
        load_default="measures",
        validate=validate.OneOf(("measures", "needs", "differences", "expectations", "forecast", "scorecard")),
    )
    recommendation = fields.Integer(validate=validate.Range(1, 10))
    measures = fields.List(fields.String(), load_default=list)
    lates = fields.Boolean(load_default=False)


class ReportsSchema(Document):
    sources = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    recommendations = fields.Dict(keys=fields.Integer(), values=fields.String(), required=True)
    measures = fields.List(fields.Nested(MeasureYamlSchema), required=True)
    reports = fields.List(fields.Nested(ReportYamlSchema), required=True)

    @validates_schema(skip_on_field_errors=True)
    def ids_and_sources(self, data: dict[str, Any], **_: Any) -> None:
        faults: dict[str, Any] = {}
        for part in ("measures", "reports"):
            if found := item_faults(data[part], data["sources"]):
                faults[part] = found
        known = {measure["id"] for measure in data["measures"]}
        for place, report in enumerate(data["reports"]):
            missing = [name for name in report["measures"] if name not in known]
            if missing:
                faults.setdefault("reports", {}).setdefault(place, {})["measures"] = [
                    f"there is no measure '{missing[0]}'"
                ]
            if report.get("recommendation", 1) not in data["recommendations"]:
                faults.setdefault("reports", {}).setdefault(place, {})["recommendation"] = ["its words are not given"]
        if faults:
            raise ValidationError(faults)

    @post_load
    def make(self, data: dict[str, Any], **_: Any) -> Reports:
        sources, asks = data["sources"], data["recommendations"]
        measures = {
            m["id"]: Measure(**{**m, "clauses": tuple(m.get("clauses", ())), "citation": sources[m["cite"]]})
            for m in data["measures"]
        }
        reports = {
            r["id"]: Report(**{
                **r, "measures": tuple(measures[name] for name in r["measures"]), "citation": sources[r["cite"]],
                "asks": asks.get(r.get("recommendation")),
            })
            for r in data["reports"]
        }  # fmt: skip
        return Reports(measures, reports)


def item_faults(items: Sequence[Mapping[str, Any]], sources: Mapping[str, str]) -> dict[int, Any]:
    """Faults of items, by their place: an id given twice, a source that the document does not list."""
    faults: dict[int, Any] = {}
    seen: set[str] = set()
    for place, item in enumerate(items):
        if item.get("id") in seen:
            faults.setdefault(place, {})["id"] = [f"'{item['id']}' stands twice; give each an id of its own"]
        if "id" in item:
            seen.add(item["id"])
        if item["cite"] not in sources:
            known = ", ".join(sorted(sources))
            faults.setdefault(place, {})["cite"] = [f"'{item['cite']}' is not among the sources; known are {known}"]
    return faults


def read_reports(path: Path) -> Reports:
    """The measures and reports of one document; ``PolicyError`` names file, item and line."""
    found = read_document(path, ReportsSchema())
    assert isinstance(found, Reports)
    return found
