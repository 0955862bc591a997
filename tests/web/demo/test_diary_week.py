"""The demonstration's diary: a case manager has somebody to see, an outcome to record, and no figure of the samples moves."""

import re
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.history.moment import Moment
from projections.inspections.sample_scores import score_inspection
from tests.conftest import copied
from tests.support.people import signed_in
from web.app import create_app
from web.cli import main
from web.demo.diary_week import WEEK
from web.demo.published_findings import FOLLOW_UP

TODAY = date(2005, 12, 22)


@pytest.fixture(scope="module")
def database(followed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = copied(followed, tmp_path_factory.mktemp("diary"))
    result = CliRunner().invoke(main, ["demo", "--no-serve", "--database", str(made)])
    assert result.exit_code == 0 and f"{len(WEEK)} entries stored" in result.output, result.output
    yield made


@pytest.fixture(scope="module")
def officer(database: Path) -> FlaskClient:
    return signed_in(create_app(str(database), today=lambda: TODAY, demo=True), "t.adeyemi")


def said(client: FlaskClient, path: str) -> str:
    page = client.get(path).text
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page[page.index("<h1") : page.index("</main>")]))


def test_today_has_somebody_to_see_an_outcome_to_record_and_the_week(officer: FlaskClient) -> None:
    today = said(officer, "/desk")
    assert "Appointments (2)" in today and "14:00 Wayne Organ" in today
    assert "Wednesday 28 December 11:00 Wayne Organ" in today and "Thursday 29 December 10:00 Derek Tocknell" in today
    assert "appointment of 21 Dec" in today and "Record the outcomes of the day" in today


def test_the_outcomes_of_the_day_and_of_the_day_before_are_asked_for(officer: FlaskClient) -> None:
    outcomes = said(officer, "/outcomes")
    assert "Check 1 outcome" in outcomes and "21 Dec 2005" in outcomes.partition("No outcome yet")[2]


def test_no_figure_of_the_samples_moves(database: Path, demo_book: CaseRepository) -> None:
    with closing(Files.open(str(database))) as files:
        book = CaseRepository(files)
        for moment in (None, Moment(FOLLOW_UP.sample_date, None)):
            with_diary, without = (score_inspection(one, FOLLOW_UP.inspection, moment) for one in (book, demo_book))
            assert with_diary.score == without.score
