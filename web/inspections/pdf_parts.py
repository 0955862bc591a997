"""The parts of the PDF of a report: fonts and styles, the box of a criterion with the text below it, tables."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import reportlab
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.platypus import CondPageBreak, Flowable, Paragraph, Table, TableStyle

from projections.scoring.finding_text import CheckedFinding, exceeds_chance
from projections.scoring.scores import CriterionScore, QuestionScore, printed
from web.inspections.report_data import InspectionReport
from web.presentation.formatting import change_words, percent

_FONTS = Path(reportlab.__file__).parent / "fonts"
for _name, _file in (("Vera", "Vera.ttf"), ("Vera-Bold", "VeraBd.ttf"), ("Vera-Italic", "VeraIt.ttf")):
    pdfmetrics.registerFont(TTFont(_name, str(_FONTS / _file)))
pdfmetrics.registerFontFamily("Vera", normal="Vera", bold="Vera-Bold", italic="Vera-Italic", boldItalic="Vera-Bold")

BODY = ParagraphStyle("body", fontName="Vera", fontSize=9, leading=13, spaceAfter=5)
BOLD = ParagraphStyle("bold", parent=BODY, fontName="Vera-Bold")
BULLET = ParagraphStyle("bullet", parent=BODY, leftIndent=5 * mm, bulletIndent=1 * mm)
CELL = ParagraphStyle("cell", parent=BODY, spaceAfter=0, leading=12)
CELL_BOLD = ParagraphStyle("cell bold", parent=CELL, fontName="Vera-Bold")
SMALL = ParagraphStyle("small", parent=BODY, fontSize=7, leading=9.5, spaceAfter=2)
SMALL_BOLD = ParagraphStyle("small bold", parent=SMALL, fontName="Vera-Bold")
TITLE = ParagraphStyle("title", parent=BODY, fontName="Vera-Bold", fontSize=16, leading=20, spaceAfter=8)
HEAD = ParagraphStyle("head", parent=BODY, fontName="Vera-Bold", fontSize=11, leading=15, spaceBefore=8, spaceAfter=4)

WIDE = A4[0] - 40 * mm


def paragraph(text: object, style: ParagraphStyle = BODY, **more: Any) -> Paragraph:
    return Paragraph(escape(str(text)), style, **more)


def criterion_box(
    made: InspectionReport, name: str, title: str, description: str, figures: Sequence[str]
) -> list[Flowable]:
    columns = made.sheet.names if made.before else ("Inspection",)
    rows = [
        [
            paragraph(name if n == 0 else "", CELL_BOLD),
            paragraph(title if n == 0 else "", CELL_BOLD),
            paragraph(column, CELL),
            paragraph(figure, CELL_BOLD),
        ]
        for n, (column, figure) in enumerate(zip(columns, figures, strict=True))
    ]
    box = Table(rows, colWidths=[0.1 * WIDE, 0.4 * WIDE, 0.25 * WIDE, 0.25 * WIDE])
    lines: list[Any] = [("BOX", (0, 0), (-1, -1), 0.8, colors.black), ("VALIGN", (0, 0), (-1, -1), "TOP"),
                        ("LINEBEFORE", (2, 0), (-1, -1), 0.4, colors.grey)]  # fmt: skip
    box.setStyle(TableStyle(lines))
    box.spaceBefore, box.spaceAfter = 8, 5
    parts: list[Flowable] = [CondPageBreak(55 * mm), box, paragraph("Description:", BOLD), paragraph(description)]
    parts += [paragraph(c.finding.text + _doubt(c), BULLET, bulletText="•") for c in made.findings_on(name)]
    for c in made.findings_on(name, conclusion=True):
        parts.append(Paragraph(f"<b>Conclusion:</b> <i>{escape(c.finding.text + _doubt(c))}</i>", BODY))
    return parts


def _doubt(checked: CheckedFinding) -> str:
    """The mark of a finding whose direction differs from that of its figure."""
    if checked.agrees is not False:
        return ""
    return f" [Check: it says {checked.finding.direction}; the figure went from {checked.was}% to {checked.now}%.]"


def questions_table(made: InspectionReport, criterion: CriterionScore) -> Flowable:
    """The questions of a criterion: before and now, counts, interval, and the figure at high risk of harm."""
    before = made.before
    head = [
        "Question",
        *(["Before", "Now", "Change"] if before else ["Score"]),
        "Sufficient",
        "95% interval",
        "High risk",
    ]
    rows = [head]
    for q in criterion.questions:
        high = made.scored.high_risk.questions[q.question.id]
        figure = percent(q.score)
        if before:
            was = before.score.questions[q.question.id]
            cells = [percent(was.score), figure, _change(made, was, q)]
        else:
            cells = [figure]
        between = f"{percent(q.interval.low)} to {percent(q.interval.high)}" if q.interval else "–"
        of_high = f"{high.sufficient} of {high.n}" if high.n else "–"
        rows.append([q.question.text, *cells, f"{q.sufficient} of {q.n}", between, of_high])
    share = [0.09, 0.08, 0.14] if before else [0.1]
    widths = [*share, 0.12, 0.14, 0.11]
    table = Table(
        [[paragraph(cell, SMALL_BOLD if n == 0 else SMALL) for cell in row] for n, row in enumerate(rows)],
        colWidths=[WIDE * x for x in (1 - sum(widths), *widths)], repeatRows=1,
    )  # fmt: skip
    lines: list[Any] = [("LINEBELOW", (0, 0), (-1, -1), 0.3, colors.lightgrey), ("VALIGN", (0, 0), (-1, -1), "TOP"),
                        ("TOPPADDING", (0, 0), (-1, -1), 1), ("BOTTOMPADDING", (0, 0), (-1, -1), 1)]  # fmt: skip
    table.setStyle(TableStyle(lines))
    table.hAlign = "LEFT"
    table.spaceAfter = 6
    return table


def _change(made: InspectionReport, was: QuestionScore, now: QuestionScore) -> str:
    one, other = printed(made.scored.framework, was.score), printed(made.scored.framework, now.score)
    if one is None or other is None:
        return "–"
    return change_words(other - one) + (", more than chance" if exceeds_chance(was, now) else "")


def sheet_table(rows: Sequence[Sequence[str]], *, total: bool = False) -> Flowable:
    columns = len(rows[0]) - 1
    widths = [0.21 * WIDE] * columns
    if columns == 3:
        widths[-1] = 0.2 * WIDE
    last = len(rows) - 1
    cells = [
        [paragraph(cell, CELL_BOLD if n == 0 or (total and n == last) else CELL) for cell in row]
        for n, row in enumerate(rows)
    ]
    table = Table(cells, colWidths=[WIDE - sum(widths), *widths])
    lines: list[Any] = [
        ("GRID", (0, 0), (-1, -1), 0.4, colors.grey), ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke),
        ("VALIGN", (0, 0), (-1, -1), "TOP"), ("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]  # fmt: skip
    table.setStyle(TableStyle(lines))
    table.hAlign = "LEFT"
    table.spaceAfter = 8
    return table
