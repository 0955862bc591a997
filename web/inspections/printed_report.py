"""What stands on paper of a report, laid out like the printed report: the sheet, then each criterion with its findings.

One page of HTML gives the PDF and the OpenDocument text, so that they say the same as each other. It needs no request.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from domain.policy.cited_documents import MARKS
from projections.inspections.published_figures import NOT_RESCORED, criterion_words
from projections.scoring.finding_text import CheckedFinding, exceeds_chance
from projections.scoring.management_ladder import CriterionRung
from projections.scoring.scores import CriterionScore, Interval, QuestionScore, printed
from web.inspections.freeze_words import how_fixed
from web.inspections.how_made_words import made_facts
from web.inspections.report_data import InspectionReport
from web.inspections.report_parts_page import PROGRESS_WORDS
from web.inspections.sheet_data import compared_words
from web.presentation.basis_words import marked_words, stored_late_words
from web.presentation.formatting import change_words, count_noun, long_date, percent
from web.presentation.odt_writer import odt
from web.presentation.pdf_writer import pdf
from web.presentation.policy_words import policy_said
from web.presentation.score_words import (
    agreed_words,
    band_rules_words,
    band_words,
    boundary_words,
    rating_lines,
    score_name,
    section_name,
    sources_words,
    weight_words,
)


class PrintedTable(NamedTuple):
    """A table: its caption, heads, rows, and whether its last row is a total. The first cell of a row is its head."""

    caption: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    total: bool = False


class PrintedCriterion(NamedTuple):
    """A criterion: its id and title, its figures with the column of each, description, findings, conclusions, notes, questions."""

    id: str
    title: str
    figures: Sequence[tuple[str, str]]
    description: str
    findings: Sequence[str]
    conclusions: Sequence[str]
    notes: Sequence[str] = ()
    questions: PrintedTable | None = None


class PrintedSection(NamedTuple):
    """A section: its title, its criteria, how it came by its band, and what was found of it as a whole."""

    title: str
    criteria: Sequence[PrintedCriterion]
    notes: Sequence[str] = ()
    findings: Sequence[str] = ()
    conclusions: Sequence[str] = ()


def as_html(made: InspectionReport) -> str:
    """The report as one page of HTML that fetches nothing."""
    draft = made.inspection.published is None
    return (
        _environment()
        .get_template("inspections/report_file.html")
        .render(
            made=made, draft=draft, standing=_standing(made), tables=_sheet(made), total=made.sheet.total,
            rests_on=_rests_on(made), sections=_sections(made), key=_key_findings(made), sampling=made.sampling,
            how_made=made_facts(made.how_made), parts=made.inspection.parts, earlier=made.earlier_recommendations,
            progress=PROGRESS_WORDS, errata=() if draft else made.inspection.process.errata,
        )
    )  # fmt: skip


def as_pdf(made: InspectionReport) -> bytes:
    """The PDF of a report, with tags (PDF/UA-1). The same report gives the same bytes. ``NoPdf``."""
    return pdf(as_html(made))


def as_odt(made: InspectionReport) -> bytes:
    """The report as an OpenDocument text. The same report gives the same bytes."""
    return odt(as_html(made), {}, made.opened.title)


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent.parent), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    made.filters["long_date"] = long_date
    return made


def _sections(made: InspectionReport) -> list[PrintedSection]:
    found = []
    if made.management:
        found.append(PrintedSection("Section A: Quality of management", [_managed(made, p) for p in made.management]))
    for s, section in enumerate(made.scored.score.sections):
        criteria = [_scored(made, s, c, criterion) for c, criterion in enumerate(section.criteria)]
        placed = made.sheet.bands[s] if made.sheet.bands else None
        notes = [] if placed is None else [f"{band_words(placed)}.", *rating_lines(made.scored.framework, placed)]
        of_all = _findings(made, section.section.id) if section.section.rated_by == "evidence" else ((), ())
        found.append(PrintedSection(section_name(section.section), criteria, notes, *of_all))
    return found


def _managed(made: InspectionReport, placed: CriterionRung) -> PrintedCriterion:
    was, one = made.management_before.get(placed.criterion.id), placed.criterion
    before = [((was.printed or "–") if was else "–")] if made.before else []
    return PrintedCriterion(
        one.id, one.title, _figures(made, [*before, placed.printed or "–"]), one.description, *_findings(made, one.id),
        notes=_rated(placed),
    )  # fmt: skip


def _scored(made: InspectionReport, s: int, c: int, criterion: CriterionScore) -> PrintedCriterion:
    figures = [criterion_words(column.sections[s].criteria[c]) for column in made.sheet.columns]
    one = criterion.criterion
    return PrintedCriterion(
        one.id, one.title + weight_words(one.weight), _figures(made, figures), one.description, *_findings(made, one.id),
        notes=_left_out(made, criterion), questions=None if criterion.left_out else _questions(made, criterion),
    )  # fmt: skip


def _left_out(made: InspectionReport, criterion: CriterionScore) -> list[str]:
    """A sentence on a criterion that is not re-scored."""
    if not criterion.left_out:
        return []
    return [f"{NOT_RESCORED}: {made.inspection.not_followed_up[criterion.criterion.id].reason}"]


def _figures(made: InspectionReport, figures: Sequence[str]) -> list[tuple[str, str]]:
    return list(zip(made.sheet.names if made.before else ("Inspection",), figures, strict=True))


def _findings(made: InspectionReport, criterion: str) -> tuple[list[str], list[str]]:
    said = [
        [c.finding.text + doubt(made, c) for c in made.findings_on(criterion, conclusion=last)]
        for last in (False, True)
    ]
    return said[0], said[1]


def _key_findings(made: InspectionReport) -> list[str]:
    return [c.finding.text + doubt(made, c) for c in made.findings if c.finding.key]


def doubt(made: InspectionReport, checked: CheckedFinding) -> str:
    """What is printed after a finding whose direction is not its figure's, or is not beyond chance; else empty."""
    if checked.agrees is False:
        return f" [Check: it says {checked.finding.direction}; the figure went from {checked.was}% to {checked.now}%.]"
    said, why = made.doubt_of(checked), checked.finding.stands_because
    return f" [{said}{f' It stands because: {why}' if why else ''}]" if said else ""


def _questions(made: InspectionReport, criterion: CriterionScore) -> PrintedTable:
    """The questions of a criterion: before and now, counts, interval, and the figure at high risk of harm."""
    before = made.before
    heads = [
        "Question",
        *(["Before", "Now", "Change"] if before else ["Score"]),
        "Sufficient",
        "95% interval",
        "High risk",
    ]
    rows = []
    for q in criterion.questions:
        high = made.scored.high_risk.questions[q.question.id]
        cells = [percent(q.score)]
        if before:
            was = before.score.questions[q.question.id]
            cells = [percent(was.score), *cells, _change(made, was, q)]
        between = f"{percent(q.interval.low)} to {percent(q.interval.high)}" if q.interval else "–"
        of_high = f"{high.sufficient} of {high.n}" if high.n else "–"
        rows.append([q.question.text, *cells, f"{q.sufficient} of {q.n}{few(q.n)}", between, of_high])
    return PrintedTable(f"The questions of {criterion.criterion.id}", heads, rows)


FEW = 5
"""Relevant cases up to which a figure is said to rest on few (**P**; a ground for discretion in later frameworks is the same)."""


def few(n: int) -> str:
    """What is said beside a figure of few cases; empty for others."""
    return " (few cases)" if 0 < n <= FEW else ""


def _change(made: InspectionReport, was: QuestionScore, now: QuestionScore) -> str:
    one, other = printed(made.scored.framework, was.score), printed(made.scored.framework, now.score)
    if one is None or other is None:
        return "–"
    return change_words(other - one) + _behind(compared_words(exceeds_chance(was, now), made.same_evidence))


def _behind(words: str) -> str:
    """What is said of a change, behind it."""
    return f", {words}" if words else ""


def _sheet(made: InspectionReport) -> list[PrintedTable]:
    """Each section as in the report of 2006, with the change where there is an inspection before."""
    sheet, before = made.sheet, made.before is not None
    named = sheet.names if before else ("Inspection",)
    columns = [f"{name} ({basis})" for name, basis in zip(named, sheet.evidence, strict=True)]
    columns += ["Change"] if before else []
    tables = []
    if made.management:
        rows = []
        for p in made.management:
            was = made.management_before.get(p.criterion.id)
            cells = [(was.printed or "–") if was else "–"] if before else []
            apart = change_words(sheet.rungs_apart(p.criterion.id)) + _behind(sheet.rungs_compared(p.criterion.id))
            up = [apart] if before else []
            rows.append([f"{p.criterion.id}: {p.criterion.title}", *cells, p.printed or "–", *up])
        tables.append(PrintedTable("Section A: Quality of management", ["Criterion", *columns], rows))
    for s, section in enumerate(sheet.columns[-1].sections):
        rows = [
            [f"{c.criterion.id}: {c.criterion.title}", *_cells(made, s, number, c.criterion.id)]
            for number, c in enumerate(section.criteria)
        ]
        rows.append([score_name(section.section), *_cells(made, s, None, section.section.id)])
        tables.append(PrintedTable(section_name(section.section), ["Criterion", *columns], rows, total=True))
    return tables


def _cells(made: InspectionReport, s: int, c: int | None, name: str) -> list[str]:
    """The cells of a figure: each column with its interval, the band, the change and whether it exceeds chance."""
    sheet = made.sheet
    cells = []
    for n, column in enumerate(sheet.columns):
        section = column.sections[s]
        figure = percent(section.printed) if c is None else criterion_words(section.criteria[c])
        by_evidence = section.section.rated_by == "evidence"
        cells.append("" if by_evidence else figure + _between(sheet.interval(n, name)))
    if c is None and sheet.bands and (sheet.bands[s].band is not None or sheet.bands[s].section.domain):
        cells[-1] = f"{cells[-1]} {band_words(sheet.bands[s])}".strip() + _behind(boundary_words(sheet.bands[s]))
    if made.before:
        cells.append(change_words(sheet.change(s, c)) + _behind(sheet.compared(s, c)))
    return cells


def _between(interval: Interval | None) -> str:
    return f" ({percent(interval.low)[:-1]}–{percent(interval.high)[:-1]})" if interval else ""


def _standing(made: InspectionReport) -> list[str]:
    """Sentences: whether the report is published, and whether these are the published figures."""
    found = made.inspection
    if found.published and not made.own_moment:
        return [
            f"Read at another moment than the inspection's own ({made.stamp.sample_date}): not the published figures."
        ]
    if found.published:
        lines = [f"Published on {long_date(found.published.occurred_on)}."]
        return lines + [f"{d.of} was published as {d.printed} and comes out today as {d.now}." for d in made.departed]
    if found.frozen:
        return [f"Frozen on {long_date(found.frozen.occurred_on)}, not published."]
    return ["Draft: readings and ratings can still change."]


def _rests_on(made: InspectionReport) -> list[str]:
    """Sentences on the basis of the sheet: the cases, how many were read, the evidence, how to read the figures."""
    found = made.inspection
    lines = [
        f"{count_noun(made.scored.score.cases, 'case')}, {made.scored.high_risk.cases} of them at high risk of harm. "
        "In brackets: the 95% interval."
    ]
    if found.drawn and made.unread:
        lines.append(f"{len(found.sample) - made.unread} of {count_noun(len(found.sample), 'case')} read so far.")
    lines += how_fixed(found) + policy_said(found)
    lines.append(f"Evidence: {made.opened.evidence or 'not stated'}. {made.beside}".strip())
    if made.scored.framework.laid_over:
        lines.append(made.scored.framework.laid_over.words)
    if words := band_rules_words(made.scored.framework):
        lines.append(words)
    if made.unsure:
        lines.append(f"{made.scored.framework.title}, {MARKS[made.scored.framework.sure]}: {made.unsure}")
    return lines + marked_words(made.scored.marked) + stored_late_words(made.late)


def _rated(placed: CriterionRung) -> list[str]:
    """Sentences: the ratings of a criterion of management, and its adjustment."""
    if placed.not_followed_up:
        return []
    lines = [
        f"{item.text} {code.replace('_', ' ').capitalize()}."
        for item in placed.criterion.rated
        if (code := placed.ratings.get(item.id)) is not None
    ]
    if placed.ratings:
        lines.append(f"Evidence: {sources_words(placed.sources)}.")
    if placed.adjusted:
        lines.append(
            f"Proposed: {placed.proposed}. Adjusted to {placed.adjusted.to}{agreed_words(placed)}: {placed.adjusted.reason}"
        )
    return lines
