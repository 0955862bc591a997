"""Asking the API in tests."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.access_lines import Line
from web.site import access_control


def got(client: FlaskClient, path: str) -> Any:
    """The answer to a call that must succeed."""
    answer = client.get(f"/api/v1{path}")
    assert answer.status_code == 200, f"{path}: {answer.text[:800]}"
    return answer.json


def read_all(client: FlaskClient, path: str) -> list[dict[str, Any]]:
    """The rows of all pages of a list, by its links."""
    rows: list[dict[str, Any]] = []
    following: str | None = path
    while following:
        page = got(client, following.removeprefix("/api/v1"))
        rows, following = rows + page["items"], page["links"]["next"]
    return rows


def last_line(app: Flask) -> Line:
    """The last line of the access log."""
    with app.app_context():
        return next(iter(access_control.register().log.lines(limit=1)))


def cases_in(app: Flask, line: Line) -> set[str]:
    """The cases of a line of the access log."""
    with app.app_context():
        return set(access_control.register().log.cases_of(line.digest))
