"""The description of the API is valid and leaves nothing unsaid; the docs page is made from it; errors are problems."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openapi_spec_validator import validate

from domain.accounts.access_lines import LogUnavailable
from domain.accounts.access_log import AccessLog
from domain.policy.cited_documents import PolicyError
from domain.store.sealer import KeysMissing
from projections.read_model.column_keeper import ColumnsNotMade
from tests.support.people import signed_in
from web.api import report_resources
from web.api.api_conventions import PROBLEMS
from web.site import error_pages, outages, problems


@pytest.fixture(scope="module")
def client(demo_app: Flask) -> FlaskClient:
    return signed_in(demo_app, "c.whitlock")


@pytest.fixture(scope="module")
def described(client: FlaskClient) -> Any:
    return client.get("/api/v1/openapi.json").json


def operations(described: Any) -> Iterator[tuple[str, Any, Any]]:
    for path, item in described["paths"].items():
        for method in item.keys() & {"get", "post", "put", "patch", "delete"}:
            yield f"{method} {path}", item[method], [*item.get("parameters", ()), *item[method].get("parameters", ())]


def test_the_description_is_valid_and_whole(described: Any) -> None:
    validate(described)
    names = [one["operationId"] for _, one, _ in operations(described)]
    assert len(names) == len(set(names)) >= 4
    assert all(re.fullmatch("[a-z]+[A-Z][A-Za-z]*", name) for name in names), names
    tags = {tag["name"] for tag in described["tags"] if tag["description"]}
    for where, one, parameters in operations(described):
        assert one["summary"].endswith(".") and set(one["tags"]) <= tags, where
        ways = one.get("security", described["security"])
        assert ({"session": []} in ways, {"bearer": []} in ways) == (
            bool(one["x-open-to"]),
            "x-machine-right" in one,
        ), where
        assert ways, where
        assert {"401", "403", "404", "422", "429", "503", "default"} <= set(one["responses"]), where
        assert all(each.get("description") for each in parameters), where
        for each in parameters:
            assert each["in"] != "path" or each.get("example"), (where, each["name"])
    assert set(described["components"]["securitySchemes"]) == {"session", "bearer"}
    assert described["security"] == [{"session": []}, {"bearer": []}]


def test_every_field_is_typed_and_described(described: Any) -> None:
    for name, schema in described["components"]["schemas"].items():
        assert schema.get("properties"), f"{name} is an object of anything"
        for field, part in schema["properties"].items():
            assert part.get("type") or "$ref" in part or part.get("allOf") or part.get("anyOf"), (name, field)
            assert part.get("description") or "$ref" in str(part), (name, field)
            if part.get("type") == "object":
                assert part.get("additionalProperties"), (name, field)


def test_every_error_is_described_as_a_problem(described: Any) -> None:
    for name, answer in described["components"]["responses"].items():
        assert answer["content"] == {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}, name


def test_the_docs_page_says_every_operation_problem_and_form(client: FlaskClient, described: Any) -> None:
    page = client.get("/api/v1/docs").text
    for where, one, _ in operations(described):
        assert f'id="{one["operationId"]}"' in page and where.partition(" ")[2] in page, where
    assert all(f'id="problem-{status}"' in page for status in PROBLEMS)
    assert all(f'id="form-{name}"' in page for name in described["components"]["schemas"])
    contents = page.partition('aria-label="Contents"')[2].partition("</nav>")[0]
    for where, one, parameters in operations(described):
        name, opened = one["operationId"], one.get("security", described["security"])
        assert f'href="#{name}"' in contents, where
        shown = page.partition(f'id="{name}"')[2].partition("</details>")[0]
        assert ("Bearer $TOKEN" in shown) == ({"bearer": []} in opened) != ("=$COOKIE" in shown), where
        assert ("to no machine" in shown) == ({"bearer": []} not in opened), where
        needed = [each["name"] for each in parameters if each["in"] == "header" and each.get("required")]
        assert all(f"-H &#39;{each}: " in shown for each in needed), where
        assert ("--data-binary @entries.ndjson" in shown) == ("application/x-ndjson" in str(one.get("requestBody"))), (
            where
        )
    targets = set(re.findall(r'href="#([^"]+)"', page))
    assert targets and targets - set(re.findall(r'id="([^"]+)"', page)) <= {"main-content"}
    assert (
        "<script src=" not in page.replace('<script src="/assets/', "") and "http://" not in page.partition("<main")[2]
    )


def test_every_role_finds_the_docs_and_who_is_not_signed_in_is_asked_to(demo_app: Flask) -> None:
    for who in ("t.adeyemi", "j.hartnell", "i.nkemelu", "s.brandt"):
        client = signed_in(demo_app, who)
        assert client.get("/api/v1/docs").status_code == client.get("/api/v1/openapi.json").status_code == 200
        assert "/api/v1/docs" in client.get("/about/help").text
    assert "/api/v1/docs" in signed_in(demo_app, "i.nkemelu").get("/data").text
    out = demo_app.test_client()
    assert out.get("/api/v1/docs").location.startswith("/sign-in")
    assert "/api/v1/docs" not in out.get("/about/help").text


def test_errors_are_problems_whoever_answers_them(demo_app: Flask, client: FlaskClient) -> None:
    asked: dict[str, tuple[int, str]] = {
        "/api/v1/nothing": (404, "There is nothing at this web address."),
        "/api/v1/reports/n%C3%B6thing?as_at=2005-10-03": (404, "There is no report called nöthing"),
        "/api/v1/reports/contact?of=team:Nowhere": (404, "that you answer for"),
        "/api/v1/reports?as_at=%0a": (400, "control character"),
        "/api/v2": (404, "nothing"),
    }
    for address, (status, said) in asked.items():
        answer = client.get(address)
        assert (answer.status_code, answer.mimetype) == (status, problems.MEDIA_TYPE), address
        found = answer.json
        assert said in found["detail"] and found["status"] == status, address
        assert found["type"] == f"/api/v1/docs#problem-{status}" and found["title"] and found["request_id"]
        assert found["instance"].isascii() and address.startswith(found["instance"])
    out = demo_app.test_client().get("/api/v1/reports")
    assert (out.status_code, out.mimetype, out.headers["WWW-Authenticate"]) == (
        401,
        problems.MEDIA_TYPE,
        'Bearer realm="caseaudit"',
    )
    for method in ("post", "put", "patch", "delete"):
        wrong = getattr(client, method)("/api/v1/reports")
        assert (wrong.status_code, wrong.mimetype) == (405, problems.MEDIA_TYPE)
        assert set(wrong.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS"}
    assert signed_in(demo_app, "s.brandt").get("/api/v1/reports").mimetype == problems.MEDIA_TYPE
    elsewhere = demo_app.test_client().get("/api/v1/reports", base_url="http://elsewhere.example")
    assert (elsewhere.status_code, elsewhere.mimetype) == (403, problems.MEDIA_TYPE)
    assert client.get("/nothing").mimetype == "text/html"


@pytest.mark.parametrize(
    "error",
    [
        ColumnsNotMade("not yet"),
        KeysMissing("no keys"),
        PolicyError("damaged"),
        LogUnavailable("gone"),
        RuntimeError("odd"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_failures_are_problems_too(
    demo_app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def fail() -> None:
        raise error

    monkeypatch.setattr(report_resources, "reports", fail)
    answer = client.get("/api/v1/reports")
    assert answer.mimetype == problems.MEDIA_TYPE and answer.json["request_id"] == answer.headers["X-Request-ID"] != ""
    assert answer.status_code == (500 if type(error) is RuntimeError else 503)
    assert "odd" not in answer.text and "Traceback" not in answer.text


def test_what_the_log_cannot_note_is_not_answered(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    tag = client.get("/api/v1/reports").headers["ETag"]

    def add_nothing(*_: object, **__: object) -> None:
        raise LogUnavailable("gone")

    monkeypatch.setattr(AccessLog, "add", add_nothing)
    for headers in ({}, {"If-None-Match": tag}):
        answer = client.get("/api/v1/reports", headers=headers)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, str(outages.RETRY_SECONDS))
        assert (answer.mimetype, answer.headers["Cache-Control"]) == (problems.MEDIA_TYPE, "no-store")
        assert "ETag" not in answer.headers


def test_every_kind_of_error_page_has_its_problem() -> None:
    assert set(error_pages.WORDS) <= set(PROBLEMS)
