"""The report of an inspection as JSON: every field of it is compared by ``caseaudit verify``."""

from collections.abc import Collection, Mapping
from typing import Any

from domain.entries.inspection_entries import FrameTaken, SampleDrawn
from projections.scoring.finding_text import CheckedFinding
from projections.scoring.management_ladder import CriterionRung
from web.inspections.draw_words import sampling_document
from web.inspections.freeze_words import fixings
from web.inspections.how_made_words import made_document
from web.inspections.report_data import InspectionReport
from web.presentation.json_documents import kept_document
from web.presentation.rating_json import rating_document

FORMAT = 4
"""The format of the JSON. A report of before has no ``format``; it has the fields of ``BEFORE``."""

SINCE_3 = ("sampling",)
"""The fields that a report of format 2 has not."""

SINCE_4 = (
    "evidence_before",
    "same_evidence",
    "intervals",
    "made",
    "policy",
    "not_rescored",
    "sources",
    "recommendations",
    "progress",
    "next_steps",
)
"""The fields that a report of format 3 has not."""

OLDER: Mapping[int, Collection[str]] = {2: {*SINCE_3, *SINCE_4}, 3: SINCE_4}
"""Format of before -> the fields that its reports have not."""

BEFORE = (
    "report", "title", "framework", "framework_version", "sample_date", "known_at", "evidence", "position", "hash",
    "cases", "figures", "questions", "findings",
)  # fmt: skip
"""The fields of a report of before the format had a number."""


def report_document(made: InspectionReport) -> dict[str, Any]:
    """The report as JSON. It names no case: of frame, draw and replacements it gives the counts, and which entries they are."""
    stamp, found = made.stamp, made.inspection
    return {
        "report": stamp.inspection,
        "format": FORMAT,
        **({"standing": "Draft, confidential"} if found.published is None else {}),
        "title": made.opened.title,
        "area": made.opened.area,
        "framework": stamp.framework,
        "framework_version": stamp.framework_version,
        "sample_date": stamp.sample_date,
        "known_at": stamp.known_at,
        "evidence": made.opened.evidence,
        "compared_with": made.opened.follows if made.before else None,
        "evidence_before": made.sheet.evidence[0] if made.before else None,
        "same_evidence": made.same_evidence if made.before else None,
        "position": stamp.position,
        "hash": stamp.hash,
        "fixed": [
            {"by": one.by, "at": one.at.isoformat(), "files": one.files, "position": one.position, "hash": one.hash}
            for one in fixings(found)
        ],
        "policy": kept_document(found.policy.frozen),
        "frame": _frame(found.frame),
        "draw": _draw(found.drawn, tells_seed=not found.is_hidden),
        "replaced": len(found.replaced),
        "sampling": sampling_document(found),
        "made": made_document(made.how_made),
        "entries": [
            {"entry": one.entry, "type": one.type, "position": one.position, "hash": one.hash} for one in made.places
        ],
        "cases": made.scored.score.cases,
        "high_risk_cases": made.scored.high_risk.cases,
        "figures": [{"of": f.of, "printed": f.printed} for f in made.figures],
        "intervals": [
            {"of": name, "low": round(reach.low, 1), "high": round(reach.high, 1)}
            for name, reach in made.sheet.intervals[-1].items()
        ],
        "management": [_management(rung) for rung in made.management],
        "not_rescored": [
            {"of": name, "reason": found.not_followed_up[name].reason} for name in sorted(found.not_rescored)
        ],
        "sources": [
            {"of": rung.criterion.id, "kind": kind, "count": count}
            for rung in made.management
            for kind, count in rung.sources.items()
        ],
        "adjusted": [
            {"of": name, "proposed": _proposed(made, name), "to": fact.to, "reason": fact.reason,
             **({"ground": fact.ground} if fact.ground else {})}
            for name, fact in sorted(found.adjusted.items())
        ],
        **({"rating": rating_document(made.scored.framework, made.sheet.bands)} if made.sheet.total else {}),
        "questions": [
            {"of": name, "sufficient": q.sufficient, "n": q.n, "high_risk": {"sufficient": high.sufficient, "n": high.n}}
            for name, q in made.scored.score.questions.items()
            if (high := made.scored.high_risk.questions[name])
        ],
        "findings": [_finding(made, checked) for checked in made.findings],
        "recommendations": [
            {"number": number, "text": one.text, "to": one.to, "criterion": one.criterion}
            for number, one in sorted(found.parts.recommendations.items())
        ],
        "progress": [
            {"number": number, "progress": one.progress, "words": one.words}
            for number, one in sorted(found.parts.progress.items())
        ],
        "next_steps": [
            {"number": number, "text": one.text, "who": one.who, "by_when": one.by_when and one.by_when.isoformat()}
            for number, one in sorted(found.parts.next_steps.items())
        ],
    }  # fmt: skip


def _frame(frame: FrameTaken | None) -> dict[str, Any] | None:
    if frame is None:
        return None
    return {
        "started_from": frame.started_from.isoformat(), "started_to": frame.started_to.isoformat(),
        "division": frame.division, "team": frame.team, "orders": list(frame.orders), "strata": list(frame.strata),
        "cases": len(frame.cases), "left_out": len(frame.left_out),
    }  # fmt: skip


def _draw(drawn: SampleDrawn | None, *, tells_seed: bool) -> dict[str, Any] | None:
    if drawn is None:
        return None
    return {
        "size": drawn.size, "seed": drawn.seed if tells_seed else None, "per_officer": drawn.per_officer,
        "spare_per_cent": drawn.spare_per_cent, "cases": len(drawn.cases), "spares": len(drawn.spares),
    }  # fmt: skip


def _proposed(made: InspectionReport, name: str) -> str | None:
    """The rung or band that an adjusted criterion or section would have by its ratings or its figure."""
    rungs = {rung.criterion.id: rung.proposed for rung in made.management}
    bands = {one.section.id: one.proposed.title for one in made.sheet.bands if one.proposed}
    return (rungs | bands).get(name)


def _management(rung: CriterionRung) -> dict[str, Any]:
    """A criterion of management: its ratings, the rung that they propose, and the rung as printed."""
    return {
        "of": rung.criterion.id, "ratings": dict(rung.ratings), "proposed": rung.proposed, "printed": rung.printed,
        "followed_up": not rung.not_followed_up,
    }  # fmt: skip


def _finding(made: InspectionReport, checked: CheckedFinding) -> dict[str, Any]:
    finding, doubt = checked.finding, made.doubt_of(checked)
    return {
        "criterion": finding.criterion, "question": finding.question, "text": finding.text,
        "conclusion": finding.conclusion, "direction": finding.direction, "was": checked.was, "now": checked.now,
        "agrees": checked.agrees, **({"key": True} if finding.key else {}), **({"doubt": doubt} if doubt else {}),
        **({"stands_because": finding.stands_because} if finding.stands_because else {}),
    }  # fmt: skip
