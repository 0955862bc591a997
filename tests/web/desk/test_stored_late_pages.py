"""What was stored late is marked, counted and listed on pages; a case and a sheet as received here leave it out."""

import csv
import io
import json
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from tests.support.people import signed_in
from web.app import create_app
from web.cli import main

pytestmark = pytest.mark.both
HERE = "/inspections/gloucestershire-2005"
DAY = "2005-10-03"


@pytest.fixture
def app(own_database: Path) -> Flask:
    return create_app(str(own_database), today=lambda: date(2005, 12, 22), demo=True)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return signed_in(app, "j.hartnell")


@pytest.fixture
def manager(app: Flask) -> FlaskClient:
    return signed_in(app, "c.whitlock")


def a_case(database: Path | str) -> str:
    """A case of the sample with a supervision plan."""
    with closing(Files.open(str(database))) as files:
        return CaseRepository(files).inspection("gloucestershire-2005").sample[0]


def plan_of(database: Path | str, case: str) -> str:
    with closing(Files.open(str(database))) as files:
        facts = files.read(case).entries.values()
        return next(fact.entry for fact in facts if type(fact).__name__ == "SupervisionPlanMade")


def late_import(database: Path | str, case: str, folder: Path) -> None:
    """An import that says now what was *recorded* on 1 August 2005: a review of the plan, by which duties are met."""
    line: dict[str, Any] = {
        "case": case, "type": "SupervisionPlanReviewed", "entry": "late-review", "occurred_on": "2005-08-01",
        "recorded_at": "2005-08-01T12:00:00+01:00", "plan": plan_of(database, case),
    }  # fmt: skip
    path = folder / "late.ndjson"
    path.write_text(json.dumps(line) + "\n")
    result = CliRunner().invoke(main, ["import", str(path), "--database", str(database)])
    assert result.exit_code == 0 and result.output.startswith("1 entry stored"), result.output


def test_nothing_of_the_demonstration_is_late_and_all_of_it_taken_over(client: FlaskClient, own_database: Path) -> None:
    page = client.get(f"/cases/{a_case(own_database)}/timeline?as_at={DAY}").text
    assert "Taken over on " in page and " from samples, by demo" in page
    assert "Stored late" not in page and "source that is not registered" not in page
    sheet = client.get(HERE).text
    assert "entries were taken over, which does not count as late." in sheet and "stored late" not in sheet


def test_a_late_import_is_marked_and_counted(client: FlaskClient, own_database: Path, tmp_path: Path) -> None:
    case = a_case(own_database)
    late_import(own_database, case, tmp_path)
    page = client.get(f"/cases/{case}/timeline?kind=Plan+and+review&as_at={DAY}").text
    assert (
        "Stored late: 7," in page.replace("Stored late: 7", "Stored late: 7,") and "days after it was recorded" in page
    )
    assert "by operator (" in page and ": import)" in page
    assert "Of these, 1 entry was stored late" in page


def test_a_case_as_received_here_before_it_was_taken_over_says_so(client: FlaskClient, own_database: Path) -> None:
    page = client.get(f"/cases/{a_case(own_database)}?as_at={DAY}&known=received").text
    assert "was not held here" in page and "This service did not hold this file on 3 October 2005." in page
    assert "when it was taken over" in page and "says nothing about what had been done" in page
    assert "Nothing was on this file" not in page


def test_a_sheet_as_received_here_says_what_this_service_did_not_hold(client: FlaskClient) -> None:
    page = client.get(f"{HERE}?as_at={DAY}&known=received").text
    assert "60 cases of the sample were not held by this service by then." in page
    assert "as received here by the end of 3 October 2005" in page


def test_links_from_a_page_as_received_here_lead_to_pages_as_the_file_stood(
    client: FlaskClient, own_database: Path
) -> None:
    page = client.get(f"/cases/{a_case(own_database)}?as_at={DAY}&known=received").text
    assert f"/search?as_at={DAY}&amp;known=stood" in page
    answer = client.get(f"/cases?as_at={DAY}&known=received")
    assert answer.status_code == 400 and "Read a case or the sheet of an inspection as received here" in answer.text


@pytest.fixture
def late_desk(manager: FlaskClient, own_database: Path, tmp_path: Path) -> Iterator[tuple[FlaskClient, str]]:
    case = a_case(own_database)
    late_import(own_database, case, tmp_path)
    yield manager, case


def test_desk_list_and_reports_count_it(late_desk: tuple[FlaskClient, str]) -> None:
    client, case = late_desk
    assert "1 entry on 1 case was" in client.get(f"/desk?as_at={DAY}").text
    listed = client.get(f"/stored-late?as_at={DAY}").text
    assert case in listed and "Stored late: 1 entry" in listed
    assert "1 entry on 1 case was" in client.get(f"/reports/plans?as_at={DAY}").text
    assert "1 entry on 1 case was" not in client.get("/desk?as_at=2005-07-31").text, "not known yet"
    rows = list(csv.reader(io.StringIO(client.get(f"/stored-late/download/csv?as_at={DAY}").data.decode("utf-8-sig"))))
    row = next(row for row in rows if row and row[0] == case)
    assert (
        row[3] == "late-review" and row[6].startswith("2005-08-01") and int(row[8]) > 7000 and "operator (" in row[10]
    )


def test_replay_and_questions_say_it_too(client: FlaskClient, own_database: Path, tmp_path: Path) -> None:
    case = a_case(own_database)
    assert "Taken over on " in client.get(f"/cases/{case}/replay?as_at={DAY}&step=1").text
    late_import(own_database, case, tmp_path)
    then = client.get(f"/cases/{case}/replay?as_at={DAY}").text
    assert then and client.get(f"/cases/{case}/then-and-now?as_at=2005-07-31").status_code == 200
    listed = client.get(f"{HERE}/questions/plan-reviewed")
    assert listed.status_code == 200
