"""The second demonstration gives the figures that ``docs/second-demonstration.md`` works by hand, and what it says happens."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.entries.case_entries import QualityJudged
from domain.importing.importer import ImportReport, import_lines
from domain.importing.ndjson_reader import read_lines
from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.inspections.how_made import how_made
from projections.inspections.sample_scores import score_inspection
from projections.scoring.score_bands import section_bands, total
from web.demo.demo_mark import ACTOR, take_over
from web.demo.unit_2024 import write_unit
from web.demo.unit_2024.unit_figures import FIGURES
from web.demo.unit_2024.unit_inspection import NAME
from web.demo.unit_2024.unit_people import PANEL
from web.inspections.printed_report import as_html
from web.inspections.publish_samples import publish_unit
from web.inspections.report_data import report
from web.inspections.report_proof import verify_report
from web.presentation.score_words import boundary_words

NOW = datetime.now(UTC)
DOC = Path(__file__).parents[3] / "docs" / "second-demonstration.md"


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CaseRepository]:
    folder = tmp_path_factory.mktemp("unit", numbered=True)
    path, found = write_unit(folder / "files"), ImportReport()
    with closing(Files.open(str(folder / "unit.sqlite"))) as files:
        take_over(files, NOW)
        import_lines(
            files, read_lines(path, NOW, found.rejected, lambda size: None), found, now=NOW, actor=ACTOR, keep=True
        )
        assert found.rejected == []
        publish_unit(files, NOW)
        yield CaseRepository(files)


def test_every_figure_of_the_page_comes_out(book: CaseRepository) -> None:
    table = re.findall(r"^\|[^|]*\|[^|]*\| (\d+) \| (\d+) \| ([\d.]+) \| \**(\d+)", DOC.read_text(), flags=re.M)
    scored = score_inspection(book, NAME).score.questions
    assert len(table) == len(FIGURES) == 13
    for (sufficient, n, exact, as_printed), figure in zip(table, FIGURES, strict=True):
        asked = scored[figure.question]
        assert (asked.sufficient, asked.n) == (int(sufficient), int(n)) == (figure.sufficient, figure.relevant)
        assert asked.score is not None and round(float(asked.score), 2) == float(exact)
        assert int(float(asked.score) + 0.5) == int(as_printed)


def test_the_bands_and_the_total_are_those_of_the_page(book: CaseRepository) -> None:
    found = book.inspection(NAME)
    bands = section_bands(found, score_inspection(book, NAME).score)
    assert [band.title for band in bands if band.section.rated_by != "nobody"] == [
        "Requires improvement", "Requires improvement", "Requires improvement", "Inadequate", "Requires improvement",
        "Inadequate", "Requires improvement",
    ]  # fmt: skip
    (moved,) = [band for band in bands if band.adjusted]
    assert (moved.section.id, moved.near, moved.agreed) == ("2.2", [65], tuple(one.name for one in PANEL))
    assert boundary_words(moved) == "moved from Good (recalled): near the boundary at 65%"
    (left,) = [band for band in bands if band.section.id == "2.3"]
    assert boundary_words(left) == "not moved, though near the boundary at 50%; one case would change the band"
    page = as_html(report(book, NAME))
    assert (
        f"of the panel: the figure is near the boundary (within 5 points of 65%), recalled. {moved.adjusted.reason}"
        in page
    )
    assert "Evidence: Evidence in advance" in page, "what domain one was rated on is printed"
    summed = total(found.framework, bands)
    assert summed is not None and summed.words.startswith("5 of 21 points: Requires improvement")


def test_the_comment_and_the_third_reader_moved_what_the_page_says(book: CaseRepository) -> None:
    before = score_inspection(book, NAME, again="none").score.questions["delivery-safety"]
    assert (before.sufficient, before.n) == (28, 59)
    found = book.inspection(NAME)
    first = [
        judged
        for case in found.sample
        for judged in book.file(case).entries.values()
        if isinstance(judged, QualityJudged) and judged.question == "reviewing-safety"
        and not judged.second and not judged.adjudicates
    ]  # fmt: skip
    assert sum(judged.answer == "sufficient" for judged in first) == 37


def test_what_happened_is_counted(book: CaseRepository) -> None:
    made = how_made(book, NAME, book.inspection(NAME))
    assert (made.alerts, made.alerts_in_time, made.after_list, made.settled, made.reopened) == (1, 1, 2, 1, 1)
    assert dict(made.comments) == {"accepted": 1, "partly_accepted": 1, "refused": 1}
    assert made.agreement.n - made.agreement.agreed == 1, "the two readers differed once"
    found = book.inspection(NAME)
    assert len(found.frame.cases if found.frame else []) == 420 and len(found.sample) == 60
    assert {one.why for one in found.replaced} == {"transferred_out", "file_missing", "no_free_reader"}
    thornwick = {f.case for f in found.frame.cases if f.team == "Thornwick"} if found.frame else set()
    assert not [task for task in found.tasks_of("j.tranter") if task[0] in thornwick]
    assert not [task for task in found.tasks_of("l.oyelaran") if task[0] == found.sample[0]]


def test_the_published_files_verify_and_the_erratum_stands_beside_them(book: CaseRepository, tmp_path: Path) -> None:
    from web.inspections.publication import as_json

    made = report(book, NAME)
    path = tmp_path / "r.json"
    path.write_bytes(as_json(made))
    proof = verify_report(book, path)
    assert proof.differs == []
    assert [one.about for one in made.inspection.process.errata] == ["2.1.3"]
