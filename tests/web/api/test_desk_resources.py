"""The desk and what changed by the API: the rows and figures of the pages."""

import csv
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.api import cases_in, got, last_line, read_all
from tests.support.people import signed_in
from tests.web.desk.test_stored_late_pages import a_case, late_import
from web.api.desk_resources import OF_DUTIES, OF_NOTICES
from web.app import create_app


@pytest.fixture(scope="module")
def spo(demo_app: Flask) -> FlaskClient:
    return signed_in(demo_app, "p.anstey")


def of_page(client: FlaskClient, path: str) -> list[dict[str, str]]:
    """The rows of a file that a page offers."""
    lines = client.get(path).text.lstrip("\ufeff").splitlines()
    head = next(at for at, line in enumerate(lines) if line.startswith("Case,"))
    return list(csv.DictReader(lines[head:]))


@pytest.mark.parametrize("query", ["", "?as_at=2005-10-03", "?officer=Helen+Sallis"])
def test_lists_of_duties_are_those_of_the_pages(spo: FlaskClient, query: str) -> None:
    counts = {one["id"]: one for one in got(spo, "/desk?" + query.partition("?")[2].partition("officer")[0])["lists"]}
    assert set(counts) == {*OF_DUTIES, *OF_NOTICES, "recorded-late"}
    some = 0
    for name in ("overdue", "due-in-28-days", "contact-missed", "no-outcome"):
        page = of_page(spo, f"/desk/{name}/download/csv{query}")
        if query.startswith("?officer") and not page:
            continue
        rows = read_all(spo, f"/desk/duties/{name}{query}")
        assert [row["case"] for row in rows] == [line["Case"] for line in page], name
        assert [(row["duty"]["clause"], row["duty"]["state"], str(row["days_left"])) for row in rows] == [
            (line["Clause"], line["State"], line["Working days left"]) for line in page
        ]
        assert "officer" in query or counts[name]["lines"] == len(rows)
        some += len(rows)
    assert some


def test_lists_of_notices_and_of_what_was_recorded_late_are_those_of_the_pages(spo: FlaskClient) -> None:
    some = 0
    for name in OF_NOTICES:
        page, rows = of_page(spo, f"/desk/{name}/download/csv"), read_all(spo, f"/desk/notices/{name}")
        assert [(row["case"], row["notice"]["since"]) for row in rows] == [
            (line["Case"], line["Since"]) for line in page
        ]
        some += len(rows)
    assert some
    page, rows = of_page(spo, "/desk/recorded-late/download/csv"), read_all(spo, "/desk/recorded-late")
    assert [(row["case"], row["entry"], str(row["working_days_late"])) for row in rows] == [
        (line["Case"], line["Entry"], line["Working days late"]) for line in page
    ]
    unknown = spo.get("/api/v1/desk/duties/nothing")
    assert unknown.status_code == 404 and "overdue" in unknown.json["detail"]


def words_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]+>", " ", page))


@pytest.mark.parametrize(
    ("who", "path"), [("p.anstey", "/desk"), ("t.adeyemi", "/desk"), ("c.whitlock", "/desk/to-do")]
)
def test_what_is_to_be_done_is_that_of_the_page(demo_app: Flask, who: str, path: str) -> None:
    client = signed_in(demo_app, who)
    rows = read_all(client, "/desk/to-do")
    listed: list[str] = []
    for number in range(1, 2 + len(rows) // 25):
        page = client.get(f"{path}?page={number}").text
        blocks = page.partition('class="govuk-list ca-blocks"')[2] if who != "p.anstey" else page[page.index("part-yours") :] \
            if number == 1 else page  # fmt: skip
        listed += re.findall(r'ca-block__who">.*?<span class="ca-plain ca-nowrap">([^<]+)</span>', blocks)
    assert [row["case"] for row in rows] == listed and rows
    assert all(row["lines"] and row["band"] in "abcde" for row in rows)


def test_it_is_filtered_and_what_is_folded_is_there_for_the_asking(spo: FlaskClient) -> None:
    every = read_all(spo, "/desk/to-do")
    own = [row for row in every if row["part"] == "yours"]
    kind = next(row for row in every if row["part"] == "officers")["lines"][0]["kind"]
    some = read_all(spo, f"/desk/to-do?kind={kind.replace(' ', '+')}")
    assert [row for row in some if row["part"] == "yours"] == own
    assert {line["kind"] for row in some if row["part"] == "officers" for line in row["lines"]} == {kind}
    ended = read_all(spo, "/desk/to-do?show=ended")
    assert sum(len(row["lines"]) for row in ended) == got(spo, "/desk")["folded_ended"] > 0
    assert {row["part"] for row in ended} == {"folded"} and all(row["ended_on"] for row in ended)
    assert spo.get("/api/v1/desk/to-do?kind=nothing").status_code == 404
    waiting = read_all(spo, "/desk/to-countersign")
    assert waiting and all(row["line"]["managers"] and row["assessment"] for row in waiting)


def test_a_page_of_it_shows_and_notes_its_own_cases(demo_app: Flask, spo: FlaskClient) -> None:
    every = read_all(spo, "/desk/to-do")
    for number in (1, 2, 3):
        page = got(spo, f"/desk/to-do?per_page=2&page={number}")["items"]
        assert page == every[2 * number - 2 : 2 * number]
        assert {row["case"] for row in page} == cases_in(demo_app, last_line(demo_app))


def test_today_is_that_of_the_page(demo_app: Flask) -> None:
    client = signed_in(demo_app, "t.adeyemi")
    found, page = got(client, "/desk/today"), client.get("/desk").text
    assert f"Appointments ({len(found['appointments'])})" in page
    assert f"({found['todo']} dut" in page and all(one["name"] in page for one in found["appointments"])
    every = {one["case"] for name in ("appointments", "week", "returned", "outcomes") for one in found[name]}
    got(client, "/desk/today")
    assert cases_in(demo_app, last_line(demo_app)) == every
    outcomes = read_all(client, "/desk/outcomes?day=2005-12-22")
    assert [one["entry"] for one in outcomes if one["part"] != "earlier"]
    assert signed_in(demo_app, "p.anstey").get("/api/v1/desk/today").status_code == 403


def test_the_summary_is_that_of_the_page(demo_app: Flask) -> None:
    client = signed_in(demo_app, "a.rao")
    found, page = got(client, "/desk/summary"), client.get("/desk").text
    cells = re.findall(r'data-label="[^"]+">(?:<a [^>]+>)?(\d+)', page)
    rows = [[*team["bands"].values(), team["cases"], team["high_risk"]] for team in found["teams"]]
    head = got(client, "/desk")
    total = [*found["bands"].values(), head["cases"], head["high_risk"]]
    assert list(map(int, cells)) == [number for row in (*rows, total) for number in row]


def test_changes_and_verdicts_are_those_of_the_pages(demo_app: Flask, spo: FlaskClient) -> None:
    since = "since=2005-11-15"
    rows, figures, page = read_all(spo, f"/changed?{since}"), got(spo, f"/changed/figures?{since}"), ""
    page = spo.get("/changed?since=15/11/2005").text
    listed = re.findall(r'</strong> <span class="ca-nowrap">([A-Z]\d{6}/\d)</span>', page)
    assert [row["case"] for row in rows][: len(listed)] == listed and listed
    for kind, words in (("overdue", "Newly overdue"), ("past", "Past verdicts changed")):
        if figures["counts"][kind]:
            assert f"{words} {figures['counts'][kind]}<" in page
        assert len(read_all(spo, f"/changed?{since}&kind={kind}")) == figures["counts"][kind]
    assert sum(figures["counts"].values()) and sum(one["counts"]["overdue"] for one in figures["officers"])
    verdicts = read_all(spo, "/changed/verdicts?since=2005-10-03")
    lines = of_page(spo, "/changed/verdicts/download/csv?since=3/10/2005")
    assert [(row["case"], row["duty"]["clause"], row["entry"] or "") for row in verdicts] == [
        (line["Case"], line["Clause"], line["Entry"]) for line in lines
    ]
    told = got(spo, "/changed/verdicts/figures?since=2005-10-03")
    assert told["changed"] == len(verdicts) == sum(way["verdicts"] for way in told["ways"]) > 0
    for wrong in ("/changed?since=3/10/2005", "/desk/outcomes?day=22.12.2005"):
        refused = signed_in(demo_app, "t.adeyemi").get(f"/api/v1{wrong}")
        assert refused.status_code == 422 and "written like 2005-10-03" in refused.json["detail"], wrong
    late = spo.get("/api/v1/changed?since=2005-12-31")
    assert late.status_code == 404 and list(late.json["errors"]) == ["since"]
    assert spo.get("/api/v1/changed?team=Nowhere").status_code == 404


def test_what_was_stored_late_is_listed(own_database: Path, tmp_path: Path) -> None:
    case = a_case(own_database)
    late_import(own_database, case, tmp_path)
    client = signed_in(create_app(str(own_database), today=lambda: date(2005, 12, 22), demo=True), "c.whitlock")
    rows: list[Any] = read_all(client, "/stored-late")
    assert [(row["case"], row["entries"]) for row in rows] == [(case, 1)]
    (entry,) = read_all(client, "/stored-late/entries")
    assert (entry["case"], entry["entry"], entry["stored"]["late"]) == (case, "late-review", True)
    assert read_all(client, f"/stored-late?officer={rows[0]['officer'].replace(' ', '+')}") == rows
    nobody = client.get("/api/v1/stored-late?officer=Nobody")
    assert nobody.status_code == 404 and list(nobody.json["errors"]) == ["officer"]
    others = {row["name"] for row in read_all(client, "/officers")} - {rows[0]["officer"]}
    assert read_all(client, f"/stored-late?officer={min(others).replace(' ', '+')}") == [], (
        "known, and nothing was late"
    )
    history = got(client, f"/cases/{case}/history")
    assert [one["entry"]["entry"] for one in history["late"]] == ["late-review"]
    assert got(client, "/desk")["stored_late"] == 1
