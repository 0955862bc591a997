"""The report on paper: a PDF with tags and an OpenDocument text from one page of HTML, which say what the record gives."""

import io
import itertools
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from msgspec import structs

from domain.entries.inspection_entries import FindingWritten
from domain.entries.schemas import load_entry
from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.inspections.published_figures import figures
from projections.inspections.sample_scores import score_readings
from projections.scoring.finding_text import check_finding, draft_findings
from tests.support.pdf_structure import catalogue, metadata, objects, tags
from web.inspections import report_data
from web.inspections.printed_report import as_html, as_odt, as_pdf, few
from web.inspections.report_data import InspectionReport
from web.inspections.report_document import report_document
from web.presentation.pdf_writer import NoPdf

NAME = "gloucestershire-2005"


@pytest.fixture(scope="module")
def made(followed: Path) -> Iterator[InspectionReport]:
    with closing(Files.open(str(followed))) as files:
        yield report_data.report(CaseRepository(files), NAME)


@pytest.fixture(scope="module")
def html(made: InspectionReport) -> str:
    return as_html(made)


def test_the_page_has_one_language_one_title_and_headings_in_order(html: str, made: InspectionReport) -> None:
    assert '<html lang="en-GB">' in html and f"<title>{made.opened.title}</title>" in html
    levels = [int(n) for n in re.findall(r"<h([1-6])>", html)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in itertools.pairwise(levels))


def test_every_table_has_a_caption_and_heads_for_its_columns_and_rows(html: str) -> None:
    tables = re.findall(r"<table>.*?</table>", html, flags=re.S)
    assert len(tables) >= 12, "a sheet of three sections and the questions of nine criteria"
    for table in tables:
        heads, rows = table.partition("</thead>")[::2]
        assert "<caption>" in table and 'scope="col"' in heads
        assert rows.count("<tr") == rows.count('scope="row"')


def test_it_says_the_figures_that_the_record_gives(html: str, made: InspectionReport) -> None:
    for figure in ("66%", "63%", "55%", "89%", "48%", "75%"):
        assert figure in html
    assert "How it was made" in html and "Cohen" in html and "Where the seed came from" in html
    assert "Draft, confidential" not in html
    assert "Draft, confidential" in as_html(replace(made, inspection=replace(made.inspection, published=None)))


@pytest.fixture(scope="module")
def document(made: InspectionReport) -> bytes:
    try:
        return as_pdf(made)
    except NoPdf as error:
        pytest.skip(f"no PDF can be made on this machine: {error}")


def test_the_pdf_says_that_it_is_tagged_its_language_and_its_title(made: InspectionReport, document: bytes) -> None:
    said, about = catalogue(document), metadata(document)
    assert b"/MarkInfo" in said and b"/Marked true" in said and b"/StructTreeRoot" in said
    assert b"/Lang (en-GB)" in said and b"/DisplayDocTitle true" in said and b"/Outlines" in said
    assert re.search(r"pdfuaid:part[^0-9]{1,3}1", about), "it says that it is PDF/UA-1"
    assert made.opened.title in about
    assert as_pdf(made) == document


def test_headings_of_the_pdf_are_those_of_the_page_in_order_and_are_bookmarks(html: str, document: bytes) -> None:
    levels = [int(tag.name[1]) for tag in tags(document) if re.fullmatch("H[1-6]", tag.name)]
    assert levels == [int(n) for n in re.findall(r"<h([1-6])>", html)]
    bookmarks = [body for body in objects(document).values() if b"/Dest" in body and b"/Title" in body]
    assert len(bookmarks) >= len(levels)


def test_each_table_of_the_pdf_is_whole_with_its_caption_one_head_and_header_cells(html: str, document: bytes) -> None:
    """A table that is broken between two pages would be two, the second without its caption."""
    found = tags(document)
    tables = [tag for tag in found if tag.name == "Table"]
    assert len(tables) == html.count("<table")
    for table in tables:
        inside = [tag for tag in found if table.number in tag.inside]
        assert [[tag.name for tag in inside].count(name) for name in ("THead", "Caption")] == [1, 1]
        for row in (tag for tag in inside if tag.name == "TR"):
            cells = [tag.name for tag in inside if tag.inside[-1] == row.number]
            assert cells[0] == "TH" and set(cells) <= {"TH", "TD"}


def test_no_picture_is_without_words_and_text_of_anybody_is_no_markup(html: str, made: InspectionReport) -> None:
    assert not re.findall(r"<(?:img|svg)", html), "there is none; one that comes needs words"
    title = "<script>x</script> & <b>Audit</b>"
    page = as_html(replace(made, opened=structs.replace(made.opened, title=title)))
    assert "<script>" not in page and "&lt;script&gt;x&lt;/script&gt; &amp; &lt;b&gt;Audit" in page


def test_the_odt_says_what_the_page_says(made: InspectionReport) -> None:
    archive = zipfile.ZipFile(io.BytesIO(as_odt(made)))
    content = archive.read("content.xml").decode()
    assert made.opened.title in content and "How it was made" in content and "66%" in content
    assert as_odt(made) == as_odt(made)


def finding(made: InspectionReport, **fields: object) -> FindingWritten:
    fact = load_entry("FindingWritten", {
        "entry": "f", "occurred_on": "2005-12-01", "recorded_at": "2005-12-01T10:00:00Z", "criterion": "C4",
        "text": "It rose.", **fields,
    })  # fmt: skip
    assert isinstance(fact, FindingWritten)
    return fact


@pytest.mark.parametrize(
    ("question", "direction", "said"),
    [
        ("pre-release-work", "improved", ""),  # 1 of 10 to 11 of 15: beyond chance
        ("plan-reviewed", "deteriorated", "within what chance"),
        ("plan-reviewed", None, ""),
        ("plan-reviewed", "unchanged", ""),
    ],
)
def test_improvement_is_not_said_of_a_difference_within_chance(
    made: InspectionReport, question: str, direction: str | None, said: str
) -> None:
    assert made.before is not None
    criterion = made.scored.framework.criterion_of(question).id
    fields = {"question": question, "criterion": criterion, **({"direction": direction} if direction else {})}
    checked = check_finding(finding(made, **fields), made.scored.score, made.before.score)
    doubt = made.doubt_of(checked)
    assert (said in doubt) if said else doubt == ""
    if said:
        kept = check_finding(
            finding(made, **fields, stands_because="Seen in every file"), made.scored.score, made.before.score
        )
        shown = as_html(replace(made, findings=[kept]))
        assert (
            "within what chance would give. It stands because: Seen in every file]" in shown or checked.agrees is False
        )


def test_two_bases_of_evidence_compare_only_as_adjusted(made: InspectionReport) -> None:
    assert made.before is not None and made.before_inspection is not None and made.before_inspection.opened is not None
    opened = load_entry("InspectionOpened", {
        "entry": "o", "occurred_on": "2004-10-04", "recorded_at": "2004-10-04T10:00:00Z", "title": "T", "area": "A",
        "framework": "esi-2003", "evidence": "interviews with offenders too",
    })  # fmt: skip
    other = replace(made, before_inspection=replace(made.before_inspection, opened=opened))  # type: ignore[arg-type]
    checked = check_finding(
        finding(made, question="pre-release-work", direction="improved"), made.scored.score, made.before.score
    )
    assert "only as adjusted" in other.doubt_of(checked)
    page = as_html(other)
    assert "up 29, more than chance" in as_html(made) and "up 29, not adjusted" in page
    assert "more than chance" not in page and "within chance" not in page and "up 1, not adjusted" in page
    assert "(interviews with offenders too)" in page and "(case files and case managers only)" in page
    assert "an improvement on" not in " ".join(draft.sentence() for draft in draft_findings(
        made.scored.score, made.before.score, same_evidence=False).values())  # fmt: skip


def test_few_cases_are_said() -> None:
    assert [few(n) for n in (0, 1, 5, 6)] == ["", " (few cases)", " (few cases)", ""]


def test_the_json_says_how_it_was_made_and_what_is_recommended(made: InspectionReport) -> None:
    document = json.loads(json.dumps(report_document(made)))
    assert document["format"] == 4
    assert document["made"]["agreement"]["n"] > 50 and 0 < document["made"]["agreement"]["kappa"] < 1
    assert sum(reader["first"] for reader in document["made"]["readers"]) == 60
    assert document["recommendations"] == document["next_steps"] == []


def test_a_criterion_that_is_not_rescored_leaves_its_section_to_the_others_and_is_compared_with_nothing(
    made: InspectionReport,
) -> None:
    """By hand: without C2 (50, critical) section C is (71 + 71 + 79 + 79 + 74 + 47 + 47) / 7 = 66.86 of the printed figures."""
    readings = made.scored.readings
    scored = score_readings(made.scored.framework, made.scored.moment, readings, left_out={"C2"})
    before = made.scored.score
    (b, c), (b_before, _) = scored.score.sections, before.sections
    assert b == b_before and c.printed == 67
    left = next(one for one in c.criteria if one.criterion.id == "C2")
    assert left.left_out and left.printed is None and all(q.n == 0 for q in left.questions)
    assert [one.printed for one in c.criteria] == [71, None, 79, 74, 47]
    assert {f.of: f.printed for f in figures(made.inspection, scored.score)}["C2"] == "Not re-scored"
    reason = load_entry("NotFollowedUp", {
        "entry": "n", "occurred_on": "2005-12-01", "recorded_at": "2005-12-01T10:00:00Z", "criterion": "C2",
        "reason": "Too few licences.",
    })  # fmt: skip
    found = replace(made.inspection, not_followed_up={**made.inspection.not_followed_up, "C2": reason})
    report = replace(made, scored=scored, inspection=found)
    place = [one.criterion.id for one in c.criteria].index("C2")
    assert report.sheet.change(1, place) is None and report.sheet.change(1) is None and report.sheet.change(0) == 5
    page = as_html(report)
    assert "Not re-scored: Too few licences." in page and "The questions of C2" not in page
    assert report_document(report)["not_rescored"] == [{"of": "C2", "reason": "Too few licences."}]
    assert "C2" not in {one["of"] for one in report_document(report)["intervals"]}
