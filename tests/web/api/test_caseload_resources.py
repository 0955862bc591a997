"""The caseload by the API: the cases and figures of the page, for whom they are open."""

import csv
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.support.api import got, last_line, read_all
from tests.support.people import signed_in


def of_page(client: FlaskClient, query: str) -> list[dict[str, str]]:
    """The rows of the file that the page offers."""
    lines = client.get(f"/cases/download/csv{query}").text.lstrip("\ufeff").splitlines()
    head = next(at for at, line in enumerate(lines) if line.startswith("Case,"))
    return list(csv.DictReader(lines[head:]))


@pytest.mark.parametrize("who", ["p.anstey", "t.adeyemi", "c.whitlock", "j.hartnell"])
@pytest.mark.parametrize(
    "query", ["", "?as_at=2005-10-03&known=hindsight", "?show=overdue&risk=high", "?order=licence"]
)
def test_cases_are_those_of_the_page_in_its_order(demo_app: Flask, who: str, query: str) -> None:
    client = signed_in(demo_app, who)
    rows, page = read_all(client, f"/cases{query}"), of_page(client, query)
    assert [row["case"] for row in rows] == [row["Case"] for row in page]
    for row, line in zip(rows, page, strict=True):
        assert (row["name"], row["officer"], row["team"]) == (line["Name"], line["Officer"], line["Team"])
        assert [str(row[name]) for name in ("overdue", "missed")] == [line["Overdue"], line["Missed contact"]]
        assert [row["risk"] or "", row["order_type"]] == [line["Risk of harm"], line["Order"]]
        assert (row["next_due_on"] or "") == line["Next due"] and row["started_on"] == line["Started"]


@pytest.mark.parametrize(
    ("asked", "on_page"), [("", ""), ("?show=overdue", "?show=overdue"), ("?show=all", "?show=ended")]
)
def test_figures_are_those_of_the_page(demo_app: Flask, asked: str, on_page: str) -> None:
    client = signed_in(demo_app, "p.anstey")
    said = re.findall(r"<dt>[^<]+</dt><dd>(\d+)</dd></div>", client.get(f"/cases{on_page}").text)[:4]
    found = got(client, f"/cases/figures{asked}")
    assert [str(found[name]) for name in ("current", "listed", "overdue", "high_risk")] == said
    assert got(client, f"/cases{asked}")["total"] == found["listed"]


def test_ended_cases_are_what_is_left(demo_app: Flask) -> None:
    client = signed_in(demo_app, "c.whitlock")
    current, ended, every = (
        {row["case"] for row in read_all(client, f"/cases?show={show}")} for show in ("current", "ended", "all")
    )
    assert current and ended and not current & ended and current | ended == every


def test_lists_are_sorted_by_their_fields(demo_app: Flask) -> None:
    client = signed_in(demo_app, "c.whitlock")
    for name, field in (("case", "case"), ("officer", "officer"), ("-missed", "missed")):
        values = [row[field] for row in read_all(client, f"/cases?sort={name}")]
        assert values == sorted(values, reverse=name.startswith("-")) and len(set(values)) > 1


def test_what_is_not_there_is_said_by_name(demo_app: Flask) -> None:
    client = signed_in(demo_app, "p.anstey")
    for query, status, field in (
        ("team=Nowhere", 404, "team"), ("officer=Nobody", 404, "officer"), ("risk=odd", 422, "risk"), ("tier=9", 422, "tier"),
        ("show=gone", 422, "show"), ("sort=name", 422, "sort"),
    ):  # fmt: skip
        answer: Any = client.get(f"/api/v1/cases?{query}")
        assert answer.status_code == status and list(answer.json["errors"]) == [field], query
    assert "There are: Gloucester." in client.get("/api/v1/cases?team=Nowhere").json["detail"]


def test_only_the_cases_of_the_page_stand_in_the_log(demo_app: Flask) -> None:
    got(signed_in(demo_app, "p.anstey"), "/cases?per_page=3&team=Gloucester&page=2")
    line = last_line(demo_app)
    assert (line.action, line.cases, line.purpose) == ("viewed", 3, "supervision")
    assert "team=Gloucester" in line.selection
    got(signed_in(demo_app, "p.anstey"), "/cases/figures")
    assert last_line(demo_app).cases == 0


def test_who_reads_no_case_is_refused(demo_app: Flask) -> None:
    for who in ("i.nkemelu", "s.brandt"):
        assert signed_in(demo_app, who).get("/api/v1/cases").status_code == 403
