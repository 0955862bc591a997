"""An inspection's report as data: figures, findings beside their figures, and the stamp that lets anybody check them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import marshmallow
from marshmallow import EXCLUDE, Schema, fields

from domain.inspecting import Figure, InspectionOpened
from domain.inspection import Inspection
from projections.bands import Banded, banded
from projections.casebook import Casebook, Moment
from projections.findings import Checked, Drafted, checked, drafted
from projections.management import Placed, placed, rungs_apart
from projections.published import Departure, departures, figures
from projections.scores import Score
from projections.scoring import Scored, at_own_moment, inspection_moment, score_before, score_inspection
from projections.spread import Interval, difference, intervals
from web.documents import known


@dataclass(frozen=True)
class Stamp:
    """What a report rests on: framework and version, the two dates, and how far the record went (position and hash)."""

    inspection: str
    framework: str
    framework_version: str
    sample_date: str
    known_at: str
    position: int
    hash: str

    def pairs(self) -> list[tuple[str, str]]:
        """The stamp as names and values, for a page or a table."""
        return [
            ("Inspection", self.inspection), ("Framework", f"{self.framework}, version {self.framework_version}"),
            ("Sample date", self.sample_date), ("Known at", self.known_at),
            ("Record up to", f"entry {self.position:,}"), ("Chain", self.hash),
        ]  # fmt: skip


@dataclass(frozen=True)
class Sheet:
    """The scoring summary sheet: a column for each inspection, the earlier one first; Section A beside it."""

    columns: list[Score]
    on: date
    follows: str | None
    before_on: date | None
    placed: list[Placed]
    placed_before: Mapping[str, Placed]
    bands: list[Banded]
    names: tuple[str, str]
    """What its two columns are called; with one column, the second."""
    intervals: list[Mapping[str, Interval]]
    """Of each column: the 95 % interval of every criterion and section."""

    def interval(self, column: int, figure: str) -> Interval | None:
        return self.intervals[column].get(figure)

    def beyond_chance(self, section: int, criterion: int | None = None) -> bool | None:
        """Whether the change of a figure is larger than chance would give (its 95 % interval leaves out nought)."""
        if self.change(section, criterion) is None:
            return None
        sides = []
        for column, found in zip(self.columns, self.intervals, strict=True):
            part = column.sections[section]
            name = part.section.id if criterion is None else part.criteria[criterion].criterion.id
            figure = part if criterion is None else part.criteria[criterion]
            if figure.score is None or name not in found:
                return None
            sides.append((float(figure.score), found[name]))
        low, high = difference(*sides)
        return low > 0 or high < 0

    def change(self, section: int, criterion: int | None = None) -> int | None:
        """By how many points a printed figure rose between the two columns; None where there is nothing to compare."""
        parts = [
            column.sections[section].printed
            if criterion is None
            else column.sections[section].criteria[criterion].printed
            for column in self.columns
        ]
        if len(parts) < 2 or parts[0] is None or parts[1] is None:
            return None
        return parts[1] - parts[0]

    def rungs_apart(self, criterion: str) -> int | None:
        """By how many rungs a criterion of management rose."""
        was = self.placed_before.get(criterion)
        now = next(p for p in self.placed if p.criterion.id == criterion)
        return rungs_apart(was.printed if was else None, now.printed)


def names_of(before: InspectionOpened) -> tuple[str, str]:
    """The titles of two columns, the inspection before and the one that follows it."""
    if before.follows is None:
        return "Original inspection", "Follow-up inspection"
    return "Previous inspection", "This inspection"


@dataclass(frozen=True)
class Report:
    """Everything that the report's page, its PDF and its JSON show."""

    opened: InspectionOpened
    inspection: Inspection
    scored: Scored
    before: Scored | None
    before_inspection: Inspection | None
    management: list[Placed]
    management_before: Mapping[str, Placed]
    drafts: Mapping[str, Drafted]
    findings: list[Checked]
    figures: list[Figure]
    stamp: Stamp
    own_moment: bool
    """Whether it is read at the inspection's own sample date and state of knowledge, as it was or will be published."""

    @property
    def departed(self) -> list[Departure]:
        """Where a published figure is not what comes out today."""
        out = self.inspection.published
        return departures(out.figures, self.figures) if out is not None and self.own_moment else []

    def findings_on(self, criterion: str, *, conclusion: bool = False) -> list[Checked]:
        of = [c for c in self.findings if c.finding.criterion == criterion]
        return [c for c in of if c.finding.conclusion == conclusion]

    @cached_property
    def sheet(self) -> Sheet:
        was = self.before
        return Sheet(
            columns=[scored.score for scored in (was, self.scored) if scored],
            on=self.scored.moment.on,
            follows=self.opened.follows if was else None,
            before_on=was.moment.on if was else None,
            placed=self.management,
            placed_before=self.management_before,
            bands=banded(self.inspection, self.scored.score),
            names=self.names,
            intervals=[intervals(s.score, [r.answers for r in s.readings]) for s in (was, self.scored) if s],
        )

    @property
    def names(self) -> tuple[str, str]:
        """What the inspection before and this one are called beside each other, as the report of 2006 calls them.

        Where the one before was itself a follow-up, only their order is said.
        """
        if self.before_inspection is None or self.before_inspection.opened is None:
            return "", "Inspection"
        return names_of(self.before_inspection.opened)

    @property
    def earlier(self) -> str:
        """What a sentence calls the inspection before."""
        return self.names[0].lower()

    @property
    def unread(self) -> int:
        """How many cases of the sample nobody has finished reading."""
        return len([case for case in self.inspection.sample if (case, False) not in self.inspection.completed])

    @property
    def same_evidence(self) -> bool | None:
        """Whether this inspection and the one before rest on the same evidence; None where one doesn't say."""
        was = self.before_inspection.opened if self.before_inspection else None
        if was is None or was.evidence is None or self.opened.evidence is None:
            return None
        return _plain(was.evidence) == _plain(self.opened.evidence)


def _plain(words: str) -> str:
    return " ".join(words.casefold().split()).rstrip(".")


def report(book: Casebook, name: str, moment: Moment | None = None) -> Report:
    """The report of an inspection at its own moment, or another one. ``KeyError``: there is none of this id."""
    found, opened = book.inspection(name), book.inspections[name]
    scored = score_inspection(book, name, moment)
    before = score_before(book, name)
    earlier = book.inspection(opened.follows) if before and opened.follows else None
    was: Score | None = before.score if before else None
    position, head = book.files.recorder.head()
    if found.published is not None:
        position, head = found.published.position, found.published.hash
    at = moment or inspection_moment(opened)
    return Report(
        opened=opened, inspection=found, scored=scored, before=before, before_inspection=earlier,
        management=placed(found),
        management_before={p.criterion.id: p for p in placed(earlier)} if earlier else {},
        drafts=drafted(scored.score, was, scored.high_risk),
        findings=[checked(finding, scored.score, was) for finding in found.findings],
        figures=figures(found, scored.score),
        stamp=Stamp(name, found.framework.id, found.framework.version, at.on.isoformat(), known(at.known_at), position, head),
        own_moment=at_own_moment(opened, at),
    )  # fmt: skip


def report_document(made: Report) -> dict[str, Any]:
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


class ReportSchema(Schema):
    """What ``verify`` needs of a report's JSON; the rest is left alone."""

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
    """A file that is no report of caseaudit; the words say why."""


def verify_report(book: Casebook, path: Path) -> list[str]:
    """What differs between a report and what the record gives today; empty when every figure is reproduced."""
    try:
        said = ReportSchema().load(json.loads(path.read_text(encoding="utf-8")))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise NotAReport(f"{path.name}: not JSON: {error}") from None
    except marshmallow.ValidationError as error:
        words = "; ".join(f"{field}: {what}" for field, what in error.messages_dict.items())
        raise NotAReport(f"{path.name}: not a report of caseaudit: {words}") from None
    name = said["report"]
    if name not in book.inspections:
        raise NotAReport(f"{path.name}: there is no inspection '{name}' in this database")
    now = report(book, name)
    found = []
    standing = book.files.recorder.hash_at(said["position"])
    if standing != said["hash"]:
        found.append(f"position {said['position']}: the record there is not what the report was made from")
    for field, mine in (
        ("framework_version", now.stamp.framework_version), ("sample_date", now.stamp.sample_date),
        ("known_at", now.stamp.known_at),
    ):  # fmt: skip
        if said[field] != mine:
            found.append(f"{field}: the report says {said[field]}, the inspection {mine}")
    then = [Figure(of=f["of"], printed=f["printed"]) for f in said["figures"]]
    found += [
        f"{d.of}: printed {d.printed or 'nothing'}, comes out as {d.now or 'nothing'}"
        for d in departures(then, now.figures)
    ]
    counted = now.scored.score.questions
    for q in said["questions"]:
        today = counted.get(q["of"])
        is_now = f"{today.sufficient} of {today.n}" if today else "no such question"
        if is_now != (was := f"{q['sufficient']} of {q['n']}"):
            found.append(f"{q['of']}: {was} in the report, {is_now} today")
    return found
