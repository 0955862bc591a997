"""The report of an inspection as data: its figures, its findings beside them, and the stamp by which they are checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from domain.aggregates.inspection import Inspection
from domain.entries.inspection_entries import FindingWritten, InspectionOpened, PublishedFigure
from domain.entries.report_entries import RecommendationMade
from domain.store.draw_seeds import own_names
from domain.store.hash_chain import ORIGIN
from projections.cases.case_repository import CaseRepository
from projections.cases.stored_late import StoredLate
from projections.history.moment import Moment
from projections.inspections.how_made import HowMade, how_made
from projections.inspections.published_figures import FigureChange, figure_changes, figures
from projections.inspections.sample_scores import (
    ScoredSample,
    at_own_moment,
    same_evidence,
    score_before,
    score_inspection,
)
from projections.scoring.finding_text import CheckedFinding, DraftFinding, check_finding, draft_findings, exceeds_chance
from projections.scoring.intervals import intervals
from projections.scoring.management_ladder import CriterionRung, criterion_rungs
from projections.scoring.score_bands import section_bands
from projections.scoring.scores import Score
from web.inspections.draw_words import draw_facts
from web.inspections.sheet_data import ScoringSheet, names_of
from web.presentation.json_documents import known

OTHER_EVIDENCE = (
    "The two inspections rest on different evidence, or one does not say on which: they compare only as adjusted."
)


@dataclass(frozen=True)
class Stamp:
    """What a report was made from: framework and version, the two dates, and the last entry (position and hash)."""

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
            ("Record up to", f"entry {self.position:,}" if self.position else "not said while you have cases to read"),
            ("Chain", self.hash),
        ]  # fmt: skip


class EntryPlace(NamedTuple):
    """An entry that a report rests on, and its place in the record: what was framed, drawn and frozen is proved by it."""

    entry: str
    type: str
    position: int
    hash: str


@dataclass(frozen=True)
class InspectionReport:
    """The contents of a report: what its page, its PDF and its JSON show.

    ``before``: the scores of the inspection that this one follows. ``drafts`` and ``management_before``: by criterion.
    """

    opened: InspectionOpened
    inspection: Inspection
    scored: ScoredSample
    before: ScoredSample | None
    before_inspection: Inspection | None
    management: list[CriterionRung]
    management_before: Mapping[str, CriterionRung]
    drafts: Mapping[str, DraftFinding]
    findings: list[CheckedFinding]
    figures: list[PublishedFigure]
    stamp: Stamp
    late: StoredLate
    own_moment: bool
    """Whether it is read at the inspection's own sample date and state of knowledge, the ones that are published."""
    places: list[EntryPlace]
    """The entries by which it was opened, framed, drawn and frozen; none where the position is not said."""
    how_made: HowMade
    sampling: Sequence[tuple[str, str]]
    """How the sample was come by, as names and values."""
    earlier_recommendations: Mapping[int, RecommendationMade]
    """The recommendations of the inspection that this one follows, by number."""

    @property
    def departed(self) -> list[FigureChange]:
        """The published figures that differ from those that the record gives now. Empty at any other moment."""
        out = self.inspection.published
        return figure_changes(out.figures, self.figures) if out is not None and self.own_moment else []

    def findings_on(self, criterion: str, *, conclusion: bool = False) -> list[CheckedFinding]:
        of = [c for c in self.findings if c.finding.criterion == criterion]
        return [c for c in of if c.finding.conclusion == conclusion]

    def doubt_of(self, checked: CheckedFinding) -> str:
        """Why a finding may not say that a figure improved or fell, as a sentence; empty where it may, or says neither."""
        finding = checked.finding
        if finding.direction in (None, "unchanged") or self.before is None:
            return ""
        if not self.same_evidence:
            return OTHER_EVIDENCE
        if self._beyond_chance(finding) is False:
            return "The difference is within what chance would give."
        return ""

    def _beyond_chance(self, finding: FindingWritten) -> bool | None:
        """Whether the change of the figure that a finding speaks of exceeds chance; None where there is nothing to compare."""
        if finding.question is not None:
            was = self.before.score.questions.get(finding.question) if self.before else None
            now = self.scored.score.questions.get(finding.question)
            return exceeds_chance(was, now) if was is not None and now is not None else None
        return next(
            (
                self.sheet.beyond_chance(s, c)
                for s, section in enumerate(self.scored.score.sections)
                for c, one in enumerate(section.criteria)
                if one.criterion.id == finding.criterion
            ),
            None,
        )

    @cached_property
    def sheet(self) -> ScoringSheet:
        was = self.before
        return ScoringSheet(
            columns=[scored.score for scored in (was, self.scored) if scored],
            on=self.scored.moment.on,
            follows=self.opened.follows if was else None,
            before_on=was.moment.on if was else None,
            placed=self.management,
            placed_before=self.management_before,
            bands=section_bands(self.inspection, self.scored.score),
            names=self.names,
            intervals=[intervals(s.score, [r.answers for r in s.readings]) for s in (was, self.scored) if s],
            evidence=[one.evidence or "evidence not stated" for one in self._beside_each_other],
            same_evidence=self.same_evidence,
        )

    @property
    def _beside_each_other(self) -> list[InspectionOpened]:
        """The inspections of the columns of the sheet."""
        was = self.before_inspection.opened if self.before and self.before_inspection else None
        return [one for one in (was, self.opened) if one is not None]

    @property
    def names(self) -> tuple[str, str]:
        """The column headings of the inspection before and of this one, as in the report of 2006.

        Where the one before was itself a follow-up, the headings say only which came first.
        """
        if self.before_inspection is None or self.before_inspection.opened is None:
            return "", "Inspection"
        return names_of(self.before_inspection.opened)

    @property
    def unsure(self) -> str:
        """The framework's remark on values that are not found as printed. Empty where all are."""
        framework = self.scored.framework
        return framework.remark or "" if framework.sure != "F" else ""

    @property
    def beside(self) -> str:
        """A sentence on how far the inspection before can be compared. Empty where there is none."""
        if self.before is None or self.before_inspection is None or self.before_inspection.opened is None:
            left = "The inspection before is not set beside this one: it was read under another framework, or is not published."
            return left if self.opened.follows else ""
        if self.same_evidence is None:
            return (
                "One of the two inspections does not state its evidence: their figures are not adjusted to each other."
            )
        if self.same_evidence:
            return "Both inspections rest on the same evidence."
        was = self.before_inspection.opened.evidence
        return f"The inspection before rests on other evidence ({was}), and its figures are not adjusted for that."

    @property
    def earlier(self) -> str:
        """The inspection before, as a name inside a sentence."""
        return self.names[0].lower()

    @property
    def unread(self) -> int:
        """The number of cases of the sample that nobody has finished reading."""
        return len(self.inspection.unread)

    @property
    def same_evidence(self) -> bool | None:
        """Whether this inspection and the one before use the same evidence. None where one does not say."""
        return _same_evidence(self.before_inspection, self.opened)


def _same_evidence(before: Inspection | None, opened: InspectionOpened) -> bool | None:
    was = before.opened if before else None
    return None if was is None else same_evidence(was, opened)


def report(book: CaseRepository, name: str, moment: Moment | None = None) -> InspectionReport:
    """The whole report of an inspection. ``moment``: default, its own. ``KeyError`` where there is no such inspection."""
    return report_of(book, name, book.inspection(name), score_inspection(book, name, moment), score_before(book, name))


def report_of(
    book: CaseRepository, name: str, found: Inspection, scored: ScoredSample, before: ScoredSample | None, *,
    says_position: bool = True,
) -> InspectionReport:  # fmt: skip
    """The report of an inspection, made of what its reader may see of it.

    ``says_position``: whether the stamp says how far the record goes; without, it says 0, which is no proof.
    """
    opened, at = book.inspections[name], scored.moment
    earlier = book.inspection(opened.follows) if before and opened.follows else None
    was: Score | None = before.score if before else None
    position, head = book.files.recorder.head() if says_position else (0, ORIGIN.hex())
    if found.published is not None:
        position, head = found.published.position, found.published.hash
    return InspectionReport(
        opened=opened, inspection=found, scored=scored, before=before, before_inspection=earlier,
        management=criterion_rungs(found),
        management_before={p.criterion.id: p for p in criterion_rungs(earlier)} if earlier else {},
        drafts=draft_findings(scored.score, was, scored.high_risk, same_evidence=_same_evidence(earlier, opened)),
        findings=[check_finding(finding, scored.score, was) for finding in found.findings],
        figures=figures(found, scored.score),
        stamp=Stamp(name, found.framework.id, found.framework.version, at.on.isoformat(), known(at.known_at), position, head),
        late=StoredLate.of(book, name, scored.readings, at), own_moment=at_own_moment(opened, at),
        places=_places(book, name, found) if says_position else [], how_made=how_made(book, name, found),
        sampling=draw_facts(found, own_names(book.files), tells_seed=not found.is_hidden),
        earlier_recommendations=book.inspection(opened.follows).parts.recommendations if opened.follows in book.inspections else {},
    )  # fmt: skip


def _places(book: CaseRepository, name: str, found: Inspection) -> list[EntryPlace]:
    """The place in the record of each entry that says which cases were read, and how far they count."""
    told = {
        fact.entry
        for fact in (found.opened, found.frame, found.drawn, *found.replaced, found.frozen, *found.files.fixed)
        if fact is not None
    }
    return [
        EntryPlace(fact.entry, type(fact).__name__, place.position, place.hash)
        for fact, place in zip(book.file(name).entries.values(), book.files.people.places(name), strict=False)
        if fact.entry in told
    ]
