"""Enforcement as a process, read by the API: the tables of the page, and no place of others."""

import csv
import io

from flask import Flask

from tests.support.people import signed_in

ASKED = "months=120&as_at=2005-12-22&known=hindsight"


def test_the_tables_are_those_that_the_page_gives_as_files(demo_app: Flask) -> None:
    client = signed_in(demo_app, "c.whitlock")
    told = client.get(f"/api/v1/process?{ASKED}").json
    assert [sheet["id"] for sheet in told["sheets"]] == ["steps", "places", "paths"]
    for sheet in told["sheets"]:
        file = client.get(f"/process/{sheet['id']}/download/csv?{ASKED}")
        assert file.status_code == 200, file.text
        lines = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff"))))
        assert any(line == [column["title"] for column in sheet["columns"]] for line in lines)
        assert len(sheet["rows"]) > 0


def test_a_place_of_others_is_not_there(demo_app: Flask) -> None:
    client = signed_in(demo_app, "p.anstey")
    assert client.get("/api/v1/process?of=team:Gloucester").status_code == 200
    answer = client.get("/api/v1/process?of=team:Cheltenham")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert client.get("/api/v1/process?trend=contact").status_code == 422
