"""The report as PDF, laid out as the printed one: the scoring summary sheet, then a page or so a criterion."""

import io
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
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Table, TableStyle

from projections.findings import Checked
from projections.management import Placed
from web.reports import Report
from web.words import change_words, count_noun, long_date, percent

_FONTS = Path(reportlab.__file__).parent / "fonts"
for _name, _file in (("Vera", "Vera.ttf"), ("Vera-Bold", "VeraBd.ttf"), ("Vera-Italic", "VeraIt.ttf")):
    pdfmetrics.registerFont(TTFont(_name, str(_FONTS / _file)))
pdfmetrics.registerFontFamily("Vera", normal="Vera", bold="Vera-Bold", italic="Vera-Italic", boldItalic="Vera-Bold")

BODY = ParagraphStyle("body", fontName="Vera", fontSize=9, leading=13, spaceAfter=5)
SMALL = ParagraphStyle("small", parent=BODY, fontSize=7.5, leading=10)
TITLE = ParagraphStyle("title", parent=BODY, fontName="Vera-Bold", fontSize=16, leading=20, spaceAfter=10)
HEAD = ParagraphStyle("head", parent=BODY, fontName="Vera-Bold", fontSize=11, leading=15, spaceBefore=10, spaceAfter=4)


def as_pdf(made: Report) -> bytes:
    """The report's PDF; the same report gives the same bytes."""
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out, pagesize=A4, leftMargin=20 * mm, rightMargin=20 * mm, topMargin=18 * mm, bottomMargin=20 * mm,
        title=made.opened.title, author="caseaudit", invariant=1,
    )  # fmt: skip
    foot = (
        f"{made.opened.title}. {made.stamp.framework}, version {made.stamp.framework_version}; {made.stamp.hash[:16]}"
    )

    def footer(canvas: Any, _: Any) -> None:
        canvas.setFont("Vera", 7)
        canvas.drawString(20 * mm, 12 * mm, foot[:120])
        canvas.drawRightString(A4[0] - 20 * mm, 12 * mm, str(canvas.getPageNumber()))

    document.build(_story(made), onFirstPage=footer, onLaterPages=footer)
    return out.getvalue()


def _p(text: object, style: ParagraphStyle = BODY) -> Paragraph:
    return Paragraph(escape(str(text)), style)


def _story(made: Report) -> list[Flowable]:
    story: list[Flowable] = [_p(made.opened.title, TITLE), _p("Scoring summary sheet", HEAD)]
    sheet = made.sheet
    columns = [*sheet.names, "Change"] if made.before else ["Inspection"]
    if made.management:
        rows: list[list[str]] = []
        for p in made.management:
            was = made.management_before.get(p.criterion.id)
            cells = [was.printed or "–" if was else "–"] if made.before else []
            up = [change_words(sheet.rungs_apart(p.criterion.id))] if made.before else []
            rows.append([f"{p.criterion.id}: {p.criterion.title}", *cells, p.printed or "–", *up])
        story.append(_table([["Section A: Quality of management", *columns], *rows]))
    for s, section in enumerate(made.scored.score.sections):
        rows = []
        for c, criterion in enumerate(section.criteria):
            was_c = [percent(made.before.score.sections[s].criteria[c].printed)] if made.before else []
            up = [change_words(sheet.change(s, c))] if made.before else []
            name = f"{criterion.criterion.id}: {criterion.criterion.title} ({criterion.criterion.weight})"
            rows.append([name, *was_c, percent(criterion.printed), *up])
        was_s = [percent(made.before.score.sections[s].printed)] if made.before else []
        band = f", {sheet.bands[s].title}" if sheet.bands and sheet.bands[s].title else ""
        up = [change_words(sheet.change(s))] if made.before else []
        rows.append([f"Score for section {section.section.id}", *was_s, percent(section.printed) + band, *up])
        title = f"Section {section.section.id}: {section.section.title}"
        story.append(_table([[title, *columns], *rows], total=True))
    story += [_p(line, SMALL) for line in _rests_on(made)]
    story += [_p(f"{name}: {value}", SMALL) for name, value in made.stamp.pairs()]
    for p in made.management:
        story += _criterion(made, p.criterion.id, p.criterion.title, p.criterion.description, p.printed or "–")
        story += [_p(line, SMALL) for line in _rated(p)]
    for section in made.scored.score.sections:
        for criterion in section.criteria:
            scored = criterion.criterion
            story += _criterion(made, scored.id, scored.title, scored.description, percent(criterion.printed))
            story += [
                _p(f"{made.scored.framework.questions[q.question.id].text} {q.sufficient} of {q.n}, {percent(q.score)}"
                   + (f" (95% interval {percent(q.interval[0])} to {percent(q.interval[1])})" if q.interval else ""), SMALL)
                for q in criterion.questions
            ]  # fmt: skip
    return story


def _criterion(made: Report, name: str, title: str, description: str, figure: str) -> list[Flowable]:
    parts: list[Flowable] = [_p(f"{name} {title}: {figure}", HEAD), _p(description)]
    parts += [_p(f"• {c.finding.text}{_doubt(c)}") for c in made.findings_on(name)]
    parts += [_p(f"Conclusion: {c.finding.text}") for c in made.findings_on(name, conclusion=True)]
    return parts


def _doubt(checked: Checked) -> str:
    """The mark of a finding whose direction is not its figure's."""
    if checked.agrees is not False:
        return ""
    return f" [Check: it says {checked.finding.direction}; the figure went from {checked.was}% to {checked.now}%.]"


def _rests_on(made: Report) -> list[str]:
    """What the sheet rests on: how many cases, how many of them read, the evidence, whether it is out."""
    found = made.inspection
    lines = [
        f"{count_noun(made.scored.score.cases, 'case')}, {made.scored.high_risk.cases} of them at high risk of harm."
    ]
    if found.drawn and made.unread:
        lines.append(f"{len(found.sample) - made.unread} of {count_noun(len(found.sample), 'case')} read so far.")
    lines.append(f"Evidence: {made.opened.evidence or 'not stated'}.")
    if found.published:
        lines.append(f"Published on {long_date(found.published.occurred_on)}.")
    elif found.frozen:
        lines.append(f"Frozen on {long_date(found.frozen.occurred_on)}, not published.")
    else:
        lines.append("Draft: readings and ratings can still change.")
    return lines


def _rated(placed: Placed) -> list[str]:
    """The ratings of a criterion of management, and the adjustment."""
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


def _table(rows: Sequence[Sequence[str]], *, total: bool = False) -> Flowable:
    width = (A4[0] - 40 * mm) / 100
    columns = len(rows[0]) - 1
    widths = [20 * width] * columns
    if columns == 3:
        widths[-1] = 14 * width
    table = Table([[_p(cell) for cell in row] for row in rows], colWidths=[100 * width - sum(widths), *widths])
    lines: list[Any] = [
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, colors.grey), ("LINEBELOW", (0, 0), (-1, 0), 1, colors.black),
        ("VALIGN", (0, 0), (-1, -1), "TOP"), ("TOPPADDING", (0, 0), (-1, -1), 2),
    ]  # fmt: skip
    if total:
        lines.append(("LINEABOVE", (0, -1), (-1, -1), 1, colors.black))
    table.setStyle(TableStyle(lines))
    table.hAlign = "LEFT"
    table.spaceAfter = 8
    return table
