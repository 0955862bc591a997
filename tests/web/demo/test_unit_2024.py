"""The second demonstration gives the figures that ``docs/second-demonstration.md`` works by hand, and what it says happens."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from domain.accounts.account_register import AccountRegister
from domain.entries.case_entries import (
    AppointmentMade,
    CommunityManagerNamed,
    CustodyStarted,
    Entry,
    QualityJudged,
    RiskScored,
    SupervisionStarted,
)
from domain.importing.importer import ImportReport, import_lines
from domain.importing.ndjson_reader import read_lines
from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.inspections.how_made import how_made
from projections.inspections.sample_scores import score_inspection
from projections.scoring.score_bands import section_bands, total
from tests.support.people import signed_in
from web.app import create_app
from web.cli import main
from web.demo.demo_accounts import add_staff
from web.demo.demo_mark import ACTOR, take_over
from web.demo.unit_2024 import write_unit
from web.demo.unit_2024.unit_figures import FIGURES, KeyFigure
from web.demo.unit_2024.unit_inspection import NAME
from web.demo.unit_2024.unit_people import PANEL, STAFF
from web.inspections.printed_report import as_html
from web.inspections.publish_samples import publish_unit
from web.inspections.report_data import report
from web.inspections.report_proof import verify_report
from web.presentation.formatting import long_date
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
        with closing(AccountRegister(str(folder / "unit.sqlite"))) as register:
            add_staff(register, NOW, STAFF)
        yield CaseRepository(files)


def with_entry(book: CaseRepository, kind: type[Entry]) -> str:
    """The case of the sample whose file has an entry of this type."""
    (found,) = {
        case
        for case in book.inspection(NAME).sample
        for entry in book.file(case).entries.values()
        if isinstance(entry, kind)
    }
    return found


def test_every_figure_of_the_page_comes_out(book: CaseRepository) -> None:
    table = re.findall(r"^\|[^|]*\|[^|]*\| (\d+) \| (\d+) \| ([\d.]+) \| \**(\d+)", DOC.read_text(), flags=re.M)
    scored = score_inspection(book, NAME).score.questions
    asked_of_licences = KeyFigure("resettlement", 9, 17)
    for (sufficient, n, exact, as_printed), figure in zip(table, (*FIGURES, asked_of_licences), strict=True):
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
        f"of the panel: the figure is near the boundary (within 5 points of 65%), recalled. {moved.adjusted.reason}."
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
    assert (made.interviews, made.sources_not_said) == (20, 0)
    assert (made.rested_on["case_file"], made.rested_on["interview_with_practitioner"]) == (60, 20)
    found = book.inspection(NAME)
    assert len(found.frame.cases if found.frame else []) == 420 and len(found.sample) == 60
    assert {one.why for one in found.replaced} == {"transferred_out", "file_missing", "no_free_reader"}
    thornwick = {f.case for f in found.frame.cases if f.team == "Thornwick"} if found.frame else set()
    assert not [task for task in found.tasks_of("j.tranter") if task[0] in thornwick]
    assert not [task for task in found.tasks_of("l.oyelaran") if task[0] == found.sample[0]]


def test_the_files_show_what_the_readings_and_comments_say_of_them(book: CaseRepository) -> None:
    """Nobody is seen in the office from prison; what a comment points to is on the file; most people were seen at once."""
    found = book.inspection(NAME)
    inside = book.file(with_entry(book, CustodyStarted)).entries
    began, over = inside["in"].occurred_on, inside["out"].occurred_on
    assert (over - began).days == 28 and inside["recalled"].occurred_on == began
    made = [one for one in inside.values() if isinstance(one, AppointmentMade)]
    assert made and not [one for one in made if began <= one.for_on < over]
    (visited,) = [c for c in found.process.comments.values() if c.case]
    assert visited.case is not None and found.frame is not None
    visits = [one for one in book.file(visited.case).entries.values() if isinstance(one, AppointmentMade)]
    assert [one.for_on for one in visits if one.contact_type == "home_visit"] == [visited.evidence_on]
    waited = []
    for framed in found.frame.cases:
        entries = book.file(framed.case).entries.values()
        seen = min(one.for_on for one in entries if isinstance(one, AppointmentMade))
        waited.append((seen - next(one.occurred_on for one in entries if isinstance(one, SupervisionStarted))).days)
    assert max(waited) <= 15 and sum(days > 8 for days in waited) < len(waited) / 5
    assert "One of the vacancies was filled" in as_html(report(book, NAME))


def test_the_published_files_verify_and_the_erratum_stands_beside_them(book: CaseRepository, tmp_path: Path) -> None:
    from web.inspections.publication import as_json

    made = report(book, NAME)
    path = tmp_path / "r.json"
    path.write_bytes(as_json(made))
    proof = verify_report(book, path)
    assert proof.differs == []
    assert [one.about for one in made.inspection.process.errata] == ["2.1.3"]


def test_a_custody_handover_and_the_calculated_tiers_are_on_the_case_page_in_its_json_and_at_the_command_line(
    book: CaseRepository,
) -> None:
    database = str(book.files.env["SQLITE_DBNAME"])
    lead = signed_in(create_app(database, today=lambda: date(2024, 4, 16), demo=True), "i.farrar")
    handed, tiered = with_entry(book, CommunityManagerNamed), with_entry(book, RiskScored)
    began = book.file(handed).entries["handover"].occurred_on
    page = lead.get(f"/cases/{handed}").text
    assert "Handover from custody" in page and "Offender management allocation manager" in page
    assert f"somebody in the community named on {long_date(began + timedelta(days=9))}" in page
    run = ["case", handed, "--as-at", str(began + timedelta(days=110)), "--database", database]
    assert "community named: " + str(began + timedelta(days=9)) in CliRunner().invoke(main, run).output
    said = json.loads(CliRunner().invoke(main, [*run, "--format", "json"]).output)["law_of_today"]["handover"]
    assert [one["on"] for one in said["dates"]] == [str(began), str(began + timedelta(days=2))]
    tiers = {}
    for day in ("2023-12-11", "2023-12-12"):
        run = ["case", tiered, "--as-at", day, "--database", database, "--format", "json"]
        law = json.loads(CliRunner().invoke(main, run).output)["law_of_today"]
        tiers[day] = law["tiers"]["v2"]["tier"], [one["points"] for one in law["tiers"]["v2"]["protect"]]
        assert law["tiers"]["v2"]["sure"] == "F" and law["tiers"].get("v3") is None, "version 3 begins in 2026"
    assert tiers == {"2023-12-11": ("C2", [10]), "2023-12-12": ("D2", [])}
    assert "Version 2: " in lead.get(f"/cases/{tiered}").text


def test_the_sheet_says_where_a_figure_rests_on_few_cases(book: CaseRepository) -> None:
    lead = signed_in(
        create_app(str(book.files.env["SQLITE_DBNAME"]), today=lambda: date(2024, 4, 16), demo=True), "i.farrar"
    )
    sheet = lead.get(f"/inspections/{NAME}").text
    assert "3 of 5 (few cases)" in sheet and sheet.count("(few cases)") == 1
