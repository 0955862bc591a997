"""A report as JSON, and its verification: the differences between it and what the record gives today."""

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import marshmallow
from marshmallow import EXCLUDE, Schema, fields

from domain.entries.inspection_entries import PublishedFigure
from projections.cases.case_repository import CaseRepository
from projections.inspections.published_figures import figure_changes
from web.inspections.report_data import InspectionReport, report


def report_document(made: InspectionReport) -> dict[str, Any]:
    """The report as JSON; ``caseaudit verify`` reads it."""
    stamp = made.stamp
    return {
        "report": stamp.inspection,
        "title": made.opened.title,
        "framework": stamp.framework,
        "framework_version": stamp.framework_version,
        "sample_date": stamp.sample_date,
        "known_at": stamp.known_at,
        "evidence": made.opened.evidence,
        "position": stamp.position,
        "hash": stamp.hash,
        "cases": made.scored.score.cases,
        "figures": [{"of": f.of, "printed": f.printed} for f in made.figures],
        "questions": [
            {"of": name, "sufficient": q.sufficient, "n": q.n, "high_risk": {"sufficient": high.sufficient, "n": high.n}}
            for name, q in made.scored.score.questions.items()
            if (high := made.scored.high_risk.questions[name])
        ],
        "findings": [
            {
                "criterion": c.finding.criterion, "question": c.finding.question, "text": c.finding.text,
                "conclusion": c.finding.conclusion, "direction": c.finding.direction, "was": c.was, "now": c.now,
                "agrees": c.agrees,
            }
            for c in made.findings
        ],
    }  # fmt: skip


class _FigureSchema(Schema):
    of = fields.String(required=True)
    printed = fields.String(required=True)


class _QuestionSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    of = fields.String(required=True)
    sufficient = fields.Integer(required=True, strict=True)
    n = fields.Integer(required=True, strict=True)


class InspectionReportSchema(Schema):
    """The parts of a report's JSON that ``verify`` reads; the rest is ignored."""

    class Meta:
        unknown = EXCLUDE

    report = fields.String(required=True)
    framework_version = fields.String(required=True)
    sample_date = fields.String(required=True)
    known_at = fields.String(required=True)
    position = fields.Integer(required=True, strict=True)
    hash = fields.String(required=True)
    figures = fields.List(fields.Nested(_FigureSchema), required=True)
    questions = fields.List(fields.Nested(_QuestionSchema), load_default=())


class NotAReport(ValueError):
    """A file that is not a report of caseaudit. The message says why."""


def verify_report(book: CaseRepository, path: Path) -> list[str]:
    """The differences between a report and what the record gives today; empty if every figure is reproduced.

    ``path``: a report's JSON, or its answers as CSV. ``NotAReport`` for any other file.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise NotAReport(f"{path.name}: not a report's JSON, nor its answers as CSV") from None
    return _verify_answers(book, path.name, text) if path.suffix == ".csv" else _verify_json(book, path.name, text)


def _verify_json(book: CaseRepository, file: str, text: str) -> list[str]:
    try:
        document = InspectionReportSchema().load(json.loads(text))
    except json.JSONDecodeError as error:
        raise NotAReport(f"{file}: not JSON: {error}") from None
    except marshmallow.ValidationError as error:
        words = "; ".join(f"{field}: {what}" for field, what in error.messages_dict.items())
        raise NotAReport(f"{file}: not a report of caseaudit: {words}") from None
    now = _made_again(book, file, document["report"])
    found = _chain(book, document["position"], document["hash"])
    for field, mine in (
        ("framework_version", now.stamp.framework_version), ("sample_date", now.stamp.sample_date),
        ("known_at", now.stamp.known_at),
    ):  # fmt: skip
        if document[field] != mine:
            found.append(f"{field}: the report says {document[field]}, the inspection {mine}")
    then = [PublishedFigure(of=f["of"], printed=f["printed"]) for f in document["figures"]]
    found += [
        f"{d.of}: printed {d.printed or 'nothing'}, comes out as {d.now or 'nothing'}"
        for d in figure_changes(then, now.figures)
    ]
    counted = now.scored.score.questions
    for q in document["questions"]:
        today = counted.get(q["of"])
        is_now = f"{today.sufficient} of {today.n}" if today else "no such question"
        if is_now != (was := f"{q['sufficient']} of {q['n']}"):
            found.append(f"{q['of']}: {was} in the report, {is_now} today")
    return found


def _verify_answers(book: CaseRepository, file: str, text: str) -> list[str]:
    rows = list(csv.DictReader(io.StringIO(text)))
    if not rows or not {"Case", "Question", "Answer", "Inspection", "Record up to", "Chain"} <= set(rows[0]):
        raise NotAReport(f"{file}: not the answers of an inspection: it has no rows, or not their columns")
    now = _made_again(book, file, rows[0]["Inspection"])
    mine = dict(now.stamp.pairs())
    position = re.sub(r"\D", "", rows[0]["Record up to"] or "") or "0"
    found = _chain(book, int(position), rows[0]["Chain"])
    for name in ("Framework", "Sample date", "Known at"):
        if rows[0].get(name) != mine[name]:
            found.append(f"{name}: the file says {rows[0].get(name)}, the inspection {mine[name]}")
    answers = {(r.reference, a.question.id): a.answer for r in now.scored.readings for a in r.answers}
    for row in rows:
        is_now = answers.get((row["Case"], row["Question"]), "not among the answers")
        if row["Answer"] != is_now:
            found.append(f"{row['Case']}, {row['Question']}: {row['Answer']} in the file, {is_now} today")
    return found


def _made_again(book: CaseRepository, file: str, inspection: str) -> InspectionReport:
    if inspection not in book.inspections:
        raise NotAReport(f"{file}: there is no inspection '{inspection}' in this database")
    return report(book, inspection)


def _chain(book: CaseRepository, position: int, digest: str) -> list[str]:
    if book.files.recorder.hash_at(position) == digest:
        return []
    return [f"position {position}: the record there is not what the report was made from"]
