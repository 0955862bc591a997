"""The matrix by the API: the figures of the page, and the duties behind them."""

import re

import pytest
from flask import Flask

from tests.support.api import cases_in, got, last_line, read_all
from tests.support.people import signed_in


@pytest.mark.parametrize(("who", "query"), [("c.whitlock", "?months=6&target=80"), ("p.anstey", ""), ("t.adeyemi", "")])
def test_figures_are_those_of_the_page(demo_app: Flask, who: str, query: str) -> None:
    client = signed_in(demo_app, who)
    page = client.get(f"/matrix{query}").text
    made, officers = got(client, f"/matrix{query}"), read_all(client, f"/matrix/officers{query}")
    assert made["officers"] == len(officers)
    cells = [cell for row in (*officers, *made["teams"]) for cell in row["cells"]]
    shown = re.findall(r'ca-cell__n"><span class="ca-nowrap">(\d+) of (\d+)</span>', page)
    assert [(str(cell["in_time"]), str(cell["n"])) for cell in cells] == shown and cells
    area = [f"{cell['in_time']} of {cell['n']}" for cell in made["area"]]
    assert area == re.findall(r'</strong> <span class="ca-cell__n ca-nowrap">(\d+ of \d+)</span>', page)
    assert (
        page.count("below area") - page.count("Below or above area")
        <= sum(c["against_area"] == "worse" for c in cells) + 2
    )


def test_the_duties_behind_a_figure_are_counted_as_it_is(demo_app: Flask) -> None:
    client = signed_in(demo_app, "p.anstey")
    row = got(client, "/matrix/officers?sort=-share")["items"][-1]
    cell = next(cell for cell in row["cells"] if cell["subject"] == "contact")
    query = f"?subject=contact&team={row['team']}&officer={row['officer'].replace(' ', '+')}"
    figure, listed = got(client, f"/matrix/figure{query}"), read_all(client, f"/matrix/duties{query}")
    assert (figure["in_time"], figure["n"]) == (cell["in_time"], cell["n"]) and figure["n"] == len(listed) + figure[
        "hidden"
    ]
    assert sum(duty["state"] == "met" for duty in listed) == figure["in_time"]
    assert {duty["subject"] for duty in listed} == {"contact"} and {duty["officer"] for duty in listed} == {
        row["officer"]
    }
    page = got(client, f"/matrix/duties{query}&per_page=4")
    line = last_line(demo_app)
    assert cases_in(demo_app, line) == {duty["case"] for duty in page["items"]} and line.action == "viewed"


def test_what_is_not_there_is_said_by_name(demo_app: Flask) -> None:
    client = signed_in(demo_app, "p.anstey")
    for query in ("team=Nowhere", "officer=Nobody", "area=Mars", "subject=odd"):
        answer = client.get(f"/api/v1/matrix/duties?{query}")
        assert answer.status_code == 404 and list(answer.json["errors"]) == [query.partition("=")[0]], query
    for known in ("team=Gloucester", "officer=Helen+Sallis", "area=Gloucestershire"):
        assert got(client, f"/matrix?{known}&as_at=1999-01-01")["teams"] == [], (
            "known, and nothing fell due by that day"
        )
    assert client.get("/api/v1/matrix?target=0").status_code == 422
    assert client.get("/api/v1/matrix?subject=contact").status_code == 422
    assert signed_in(demo_app, "j.hartnell").get("/api/v1/matrix").status_code == 403
