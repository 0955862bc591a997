"""A list of a new resource: its pages, sorting, filters, links, the access log, ETags, limits, and what is refused."""

from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from marshmallow import fields
from openapi_spec_validator import validate

from domain.accounts.access_lines import Line
from domain.accounts.roles import WORKERS
from tests.support.people import signed_in
from web.api import json_api
from web.api.api_query import Answer, Query, choice, text
from web.api.paged_lists import Rows
from web.api.resources import Resource
from web.app import create_app
from web.site import access_control

FIRST = date(2005, 1, 1)


class Visit(NamedTuple):
    case: str
    on: date
    kept: bool | None
    place: str


VISITS = [
    Visit(f"V{100000 + n}/1", FIRST + timedelta(n % 7), (True, False, None)[n % 3], "office" if n % 2 else "home")
    for n in range(120)
]


class VisitSchema(Answer):
    """A visit."""

    case = fields.String(required=True, metadata={"description": "The case."})
    on = fields.Date(required=True, metadata={"description": "The day."})
    kept = fields.Boolean(required=True, allow_none=True, metadata={"description": "Whether it was kept."})


class VisitFilters(Query):
    """Which visits."""

    place = choice("Where.", "office", "home")
    case = text("The reference of a case.", example="V100001/1")


def visits() -> Resource:
    """A resource as a module of the API declares it."""
    resource = Resource("visits", tag="Visits", description="Visits.", purpose="supervision")

    @resource.paged(
        "/visits",
        "listVisits",
        VisitSchema,
        roles=WORKERS,
        filters=VisitFilters,
        sort={"on": lambda v: v.on, "kept": lambda v: v.kept},
        default="-on",
    )
    def listed(query: dict[str, Any]) -> Rows[Visit]:
        """Every visit."""
        found = [v for v in VISITS if query.get("place", v.place) == v.place and query.get("case", v.case) == v.case]
        return Rows(found, lambda v: {"case": v.case, "on": v.on, "kept": v.kept}, case=lambda v: v.case)

    @resource.one("/visits/file", "getVisit", VisitSchema, read="received", query=VisitFilters)
    def shown(_: dict[str, Any]) -> Any:
        """One visit."""
        return VISITS[0]

    return resource


@pytest.fixture(scope="module")
def app(demo_database: Any) -> Flask:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_api, "RESOURCES", (*json_api.RESOURCES, SimpleNamespace(blueprint=visits())))
        return create_app(str(demo_database), today=lambda: date(2005, 12, 22), demo=True)


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    return signed_in(app, "c.whitlock")


def got(client: FlaskClient, query: str) -> Any:
    answer = client.get(f"/api/v1/visits{query}")
    assert answer.status_code == 200, answer.text
    return answer.json


def last_line(app: Flask) -> Line:
    with app.app_context():
        return next(iter(access_control.register().log.lines(limit=1)))


def test_a_list_is_read_to_its_end_by_its_links(client: FlaskClient) -> None:
    rows, following, pages = [], "/api/v1/visits?per_page=50&place=home", 0
    while following:
        page = client.get(following).json
        assert page["links"]["self"].endswith(f"page={pages + 1}")
        rows, following, pages = rows + page["items"], page["links"]["next"], pages + 1
    assert (pages, len(rows), page["total"], page["pages"], page["per_page"]) == (2, 60, 60, 2, 50)
    assert page["links"]["prev"] == "/api/v1/visits?per_page=50&place=home&page=1"
    assert (page["as_at"], page["known_at"]) == ("2005-12-22", "2005-12-23T00:00:00+00:00")
    assert set(page["items"][0]) == {"case", "on", "kept"}
    read = got(client, "?as_at=2005-10-03&known=hindsight")
    assert (read["as_at"], read["known_at"], len(read["items"])) == ("2005-10-03", "hindsight", 50)


def test_a_list_is_sorted_both_ways_and_unknown_values_come_last(client: FlaskClient) -> None:
    downwards = [row["on"] for row in got(client, "?per_page=120")["items"]]
    assert downwards == sorted(downwards, reverse=True), "as declared"
    assert [row["on"] for row in got(client, "?per_page=120&sort=on")["items"]] == downwards[::-1]
    for word, first in (("kept", False), ("-kept", True)):
        kept = [row["kept"] for row in got(client, f"?per_page=120&sort={word}")["items"]]
        assert kept == [first] * 40 + [not first] * 40 + [None] * 40


@pytest.mark.parametrize(
    ("query", "status", "field", "said"),
    [
        ("page=1000000", 404, "page", "There is no page 1000000: 120 rows fill 3 of 50."),
        ("page=0", 422, "page", "whole number from 1"),
        ("page=x", 422, "page", "whole number"),
        ("per_page=501", 422, "per_page", "from 1 to 500"),
        ("sort=place", 422, "sort", "one of: on, -on, kept, -kept"),
        ("place=pub", 422, "place", "one of: office, home"),
        ("case=", 422, "case", "1 to 200 characters"),
        ("plaice=home", 422, "plaice", "There is no such parameter; this takes place, case, page"),
        ("page=1&page=2", 422, "page", "more than once"),
        ("as_at=2005-02-30", 400, "as_at", "as_at: It must be a real day of 1990 to 2078, written like 2005-10-03."),
        ("as_at=3/10/2005", 400, "as_at", "written like 2005-10-03"),
        ("as_at=2005-10-3", 400, "as_at", "written like 2005-10-03"),
        ("as_at=2005-10-03%20", 400, "as_at", "written like 2005-10-03"),
        ("as_at=", 400, "as_at", "written like 2005-10-03"),
        ("as_at=1989-01-01", 400, "as_at", "of 1990 to 2078"),
        ("known=received", 400, "known", "reads what had been recorded"),
        ("known=maybe", 400, "known", "one of: stood, hindsight"),
    ],
)
def test_what_cannot_be_asked_is_said_by_field(
    client: FlaskClient, query: str, status: int, field: str, said: str
) -> None:
    answer = client.get(f"/api/v1/visits?{query}")
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert list(answer.json["errors"]) == [field] and said.removeprefix(f"{field}: ") in answer.json["errors"][field][0]
    assert said in answer.json["detail"] and answer.json["status"] == status


def test_one_thing_is_read_as_received_where_it_says_so(client: FlaskClient) -> None:
    assert client.get("/api/v1/visits/file?known=received").json["case"] == VISITS[0].case
    assert client.get("/api/v1/reports?known=received").status_code == 400


def test_the_cases_of_the_page_stand_in_the_log(app: Flask, client: FlaskClient) -> None:
    shown = {row["case"] for row in got(client, "?per_page=7&page=2&sort=kept")["items"]}
    line = last_line(app)
    assert (line.action, line.cases, line.purpose) == ("viewed", 7, "supervision")
    assert "per_page=7" in line.selection and "sort=kept" in line.selection
    with app.app_context():
        assert set(access_control.register().log.cases_of(line.digest)) == shown


def test_who_has_an_answer_is_told_so_and_that_is_a_line_with_its_cases(app: Flask, client: FlaskClient) -> None:
    first = client.get("/api/v1/visits?per_page=3")
    assert first.headers["Cache-Control"] == "private, no-cache" and {"Cookie", "Authorization"} <= set(first.vary)
    tag, before = first.headers["ETag"], last_line(app)
    again = client.get("/api/v1/visits?per_page=3", headers={"If-None-Match": tag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag)
    assert again.headers["Cache-Control"] == "private, no-cache"
    line = last_line(app)
    assert line.mark.number == before.mark.number + 1 and (line.cases, "304" in line.detail) == (3, True)
    assert client.get("/api/v1/visits?per_page=3", headers={"If-None-Match": '"other"'}).status_code == 200
    sent = {"If-Match": '"other"'}  # for what is written: it says nothing where something is read
    assert client.get("/api/v1/visits?per_page=3", headers=sent).status_code == 200
    assert client.get("/api/v1/visits?per_page=3", headers=sent | {"If-None-Match": tag}).status_code == 304
    assert client.get("/api/v1/visits?per_page=4", headers={"If-None-Match": tag}).status_code == 200
    other = signed_in(app, "p.anstey").get("/api/v1/visits?per_page=3", headers={"If-None-Match": tag})
    assert other.status_code == 200, "what another reader has says nothing of this one"


def test_who_may_enter_is_as_declared(app: Flask) -> None:
    assert signed_in(app, "s.brandt").get("/api/v1/visits").status_code == 403
    assert signed_in(app, "s.brandt").get("/api/v1/visits/file").status_code == 200
    assert app.test_client().get("/api/v1/visits").status_code == 401


def test_a_new_resource_is_described(client: FlaskClient) -> None:
    described = client.get("/api/v1/openapi.json").json
    validate(described)
    operation = described["paths"]["/api/v1/visits"]["get"]
    assert operation["operationId"] == "listVisits" and operation["tags"] == ["Visits"]
    names = [one["name"] for one in operation["parameters"]]
    assert set(names) == {"place", "case", "page", "per_page", "sort", "as_at", "known"}
    page = described["components"]["schemas"]["VisitPage"]["properties"]
    assert page["items"]["items"] == {"$ref": "#/components/schemas/Visit"}
    assert {"total", "page", "pages", "per_page", "links", "as_at", "known_at"} <= set(page)
    known = described["paths"]["/api/v1/visits/file"]["get"]["parameters"]
    assert next(one for one in known if one["name"] == "known")["schema"]["enum"] == ["stood", "hindsight", "received"]
    docs = client.get("/api/v1/docs").text
    assert 'id="listVisits"' in docs and "/api/v1/visits?place=office" in docs


def test_without_a_day_a_program_reads_today_however_old_the_record_is(demo_database: Path) -> None:
    """A page shows the day of the last inspection then; what a program asks for means the same the day after."""
    app = create_app(str(demo_database), demo=True)
    client, today = signed_in(app, "c.whitlock"), date.today().isoformat()
    assert "as_at=2005-10-03" in client.get("/desk").text or "3 October 2005" in client.get("/desk").text
    assert client.get("/api/v1/desk").json["as_at"] == today  # type: ignore[index]
    own = client.get("/api/v1/inspections/gloucestershire-2005").json
    assert (
        own is not None
        and client.get("/api/v1/inspections/gloucestershire-2005/sheet").json["now"]["as_at"] == "2005-10-03"
    )  # type: ignore[index]
