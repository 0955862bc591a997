"""The report as PDF, laid out like the printed report.

The scoring summary sheet has a page of its own. Then follows each criterion: a box with its figures and description,
the findings, the conclusion and the questions.
"""

import io
from typing import Any

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, PageBreak, SimpleDocTemplate

from projections.scoring.management_ladder import CriterionRung
from projections.scoring.scores import Interval
from web.inspections.freeze_words import how_fixed
from web.inspections.pdf_parts import (
    BOLD,
    HEAD,
    SMALL,
    TITLE,
    criterion_box,
    paragraph,
    questions_table,
    sheet_table,
)
from web.inspections.report_data import InspectionReport
from web.presentation.formatting import change_words, count_noun, long_date, percent
from web.presentation.phrases import marked_words, stored_late_words
from web.presentation.score_words import score_name, section_name, sure_words, weight_words


def as_pdf(made: InspectionReport) -> bytes:
    """The PDF of a report. The same report gives the same bytes."""
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=20 * mm, rightMargin=20 * mm, topMargin=18 * mm, bottomMargin=20 * mm,
        title=made.opened.title, author="caseaudit", invariant=1,
    )  # fmt: skip
    stamp = made.stamp
    foot = (
        f"{stamp.inspection}, sample date {stamp.sample_date}. {stamp.framework}, version {stamp.framework_version}; "
        f"entry {stamp.position:,}, {stamp.hash[:16]}"
    )

    def footer(canvas: Any, _: Any) -> None:
        canvas.setFont("Vera", 7)
        canvas.drawString(20 * mm, 12 * mm, foot[:130])
        canvas.drawRightString(A4[0] - 20 * mm, 12 * mm, str(canvas.getPageNumber()))

    document.build(_story(made), onFirstPage=footer, onLaterPages=footer)
    return out.getvalue()


def _story(made: InspectionReport) -> list[Flowable]:
    story: list[Flowable] = [paragraph(made.opened.title, TITLE), *(paragraph(line, BOLD) for line in _standing(made))]
    story += [paragraph("SCORING SUMMARY SHEET", HEAD), *_sheet(made)]
    story += [paragraph(made.sheet.total.words, BOLD)] if made.sheet.total else []
    story += [paragraph(line, SMALL) for line in _rests_on(made)]
    if made.management:
        story += [PageBreak(), paragraph("SECTION A  QUALITY OF MANAGEMENT", HEAD)]
    for p in made.management:
        was = made.management_before.get(p.criterion.id)
        figures = [(was.printed or "–") if was else "–", p.printed or "–"] if made.before else [p.printed or "–"]
        story += criterion_box(made, p.criterion.id, p.criterion.title, p.criterion.description, figures)
        story += [paragraph(line, SMALL) for line in _rated(p)]
    for s, section in enumerate(made.scored.score.sections):
        story += [PageBreak(), paragraph(f"SECTION {section.section.id}  {section.section.title.upper()}", HEAD)]
        for c, criterion in enumerate(section.criteria):
            figures = [percent(column.sections[s].criteria[c].printed) for column in made.sheet.columns]
            scored = criterion.criterion
            story += criterion_box(
                made, scored.id, scored.title + weight_words(scored.weight), scored.description, figures
            )
            story.append(questions_table(made, criterion))
    words = (
        "The report's JSON, which caseaudit verify reads, proves that the record still gives these figures, or not. Where the \
report is published, caseaudit verify also says whether a file is the one that was published, byte for byte."
    )
    stamp = [paragraph(f"{name}: {value}", SMALL) for name, value in made.stamp.pairs()]
    return [*story, KeepTogether([paragraph("What this report rests on", HEAD), *stamp, paragraph(words, SMALL)])]


def _sheet(made: InspectionReport) -> list[Flowable]:
    """Sections A, B and C as in the report of 2006, with the change if there is an inspection before."""
    sheet, before = made.sheet, made.before is not None
    columns = [*sheet.names, "Change"] if before else ["Inspection"]
    tables: list[Flowable] = []
    if made.management:
        rows: list[list[str]] = []
        for p in made.management:
            was = made.management_before.get(p.criterion.id)
            cells = [(was.printed or "–") if was else "–"] if before else []
            up = [change_words(sheet.rungs_apart(p.criterion.id))] if before else []
            rows.append([f"{p.criterion.id}: {p.criterion.title}", *cells, p.printed or "–", *up])
        tables.append(sheet_table([["Section A: Quality of management", *columns], *rows]))
    for s, section in enumerate(sheet.columns[-1].sections):
        rows = []
        for c, criterion in enumerate(section.criteria):
            name = criterion.criterion.id
            rows.append([f"{name}: {criterion.criterion.title}", *_cells(made, s, c, name)])
        rows.append([score_name(section.section), *_cells(made, s, None, section.section.id)])
        tables.append(sheet_table([[section_name(section.section), *columns], *rows], total=True))
    return tables


def _cells(made: InspectionReport, s: int, c: int | None, name: str) -> list[str]:
    """The cells of a figure: each column with its interval, the band, the change and whether it exceeds chance."""
    sheet = made.sheet
    cells = []
    for n, column in enumerate(sheet.columns):
        section = column.sections[s]
        cells.append(
            percent(section.printed if c is None else section.criteria[c].printed) + _between(sheet.interval(n, name))
        )
    if c is None and sheet.bands and (band := sheet.bands[s].band) is not None:
        cells[-1] += f" {band.words}"
    if made.before:
        beyond = sheet.beyond_chance(s, c)
        cells.append(change_words(sheet.change(s, c)) + (", more than chance" if beyond else ""))
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
        "In brackets: the 95% interval. A change without a word on it is within what chance would give."
    ]
    if found.drawn and made.unread:
        lines.append(f"{len(found.sample) - made.unread} of {count_noun(len(found.sample), 'case')} read so far.")
    lines += how_fixed(found)
    lines.append(f"Evidence: {made.opened.evidence or 'not stated'}. {made.beside}".strip())
    if made.unsure:
        lines.append(f"{made.scored.framework.title}, {sure_words(made.scored.framework.sure).lower()}: {made.unsure}")
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
    if placed.adjusted:
        lines.append(f"Proposed: {placed.proposed}. Adjusted to {placed.adjusted.to}: {placed.adjusted.reason}")
    return lines
