"""A name or code in a filter that its reader does not know is an error, which offers only what they do know."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.people import signed_in

LISTS = ("/cases", "/cases/download/csv", "/desk", "/changed?since=2005-12-01", "/changed/verdicts?since=2005-12-01",
         "/desk/overdue", "/desk/overdue/download/csv", "/matrix", "/matrix/duties", "/stored-late")  # fmt: skip


def told(client: FlaskClient, address: str, query: str) -> tuple[int, str]:
    answer = client.get(f"{address}{'&' if '?' in address else '?'}{query}")
    found = re.search(r"<p class=\"govuk-body\">(.*?)</p>", answer.text, re.DOTALL)
    return answer.status_code, found[1].replace("&#39;", "'") if found else answer.text[:200]


@pytest.mark.parametrize("address", LISTS)
def test_an_unknown_officer_is_no_empty_list(demo_app: Flask, address: str) -> None:
    spo = signed_in(demo_app, "p.anstey")
    status, words = told(spo, address, "officer=Helen+Salis")
    assert status == 404, words
    assert words.startswith(
        "No case has been held by an officer called Helen Salis that you may see. There are: Helen Sallis, "
    )
    assert told(spo, address, "officer=Helen+Sallis")[0] == 200
    if "since" not in address:
        assert told(spo, address, "officer=Helen+Sallis&as_at=1999-01-01")[0] == 200, (
            "without cases on that day it is known"
        )


def test_only_what_the_reader_reaches_is_offered(demo_app: Flask) -> None:
    """Another team that exists is told as one that does not; nothing of it is named."""
    spo, manager = signed_in(demo_app, "p.anstey"), signed_in(demo_app, "c.whitlock")
    said = {team: told(spo, "/cases", f"team={team}") for team in ("Cheltenham", "Nowhere")}
    assert said["Cheltenham"] == (404, said["Nowhere"][1].replace("Nowhere", "Cheltenham"))
    assert said["Nowhere"][1].endswith("There are: Gloucester.")
    assert told(manager, "/cases", "team=Cheltenham")[0] == 200
    assert "There are: Cheltenham, " in told(manager, "/cases", "team=cheltenam")[1]


def test_an_inspector_knows_the_places_of_the_cases_inspected(demo_app: Flask) -> None:
    inspector = signed_in(demo_app, "j.hartnell")
    assert told(inspector, "/cases", "team=Gloucester")[0] == 200
    assert told(inspector, "/cases", "team=Gloucester&as_at=1999-01-01")[0] == 200
    status, words = told(inspector, "/cases", "team=Nowhere")
    assert status == 404 and "There are: Cheltenham, Gloucester, Stroud and Forest, Tewkesbury and Cotswold." in words


@pytest.mark.parametrize(
    ("address", "query", "said"),
    [
        ("/cases", "risk=hgh", "There is no risk of harm called hgh. There are: high, "),
        ("/cases", "tier=99", "There is no tier called 99. There are: "),
        ("/cases", "order=x", "There is no order called x. There are: "),
        ("/desk", "band=z", "There is no band called z. There are: a, b, c, d, e."),
        ("/desk", "kind=x", "There is no kind called x. There are: "),
        ("/desk/overdue", "clause=first-contac", "There is no clause called first-contac. There are: first-contact"),
        ("/matrix", "subject=x", "There is no subject called x. There are: "),
        (
            "/reports/plans",
            "of=team:Nowhere",
            "No case has been held in a team called Nowhere that you answer for. There are: Gloucester.",
        ),
    ],
)
def test_codes_and_places_of_reports_are_told_likewise(demo_app: Flask, address: str, query: str, said: str) -> None:
    status, words = told(signed_in(demo_app, "p.anstey"), address, query)
    assert status == 404 and words.startswith(said), words


def test_the_api_tells_the_same_as_json(demo_app: Flask) -> None:
    answer = signed_in(demo_app, "p.anstey").get("/api/v1/reports/plans?of=team:Gloucestr")
    assert answer.status_code == 404 and answer.json is not None
    assert answer.json["detail"].endswith("that you answer for. There are: Gloucester.")
