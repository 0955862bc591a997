"""The id of a request: in its answer, on its error page, in a problem of the API, and taken from nobody but a trusted proxy."""

import re

import pytest
from flask import Flask

from web.app import create_app
from web.site.request_ids import HEADER, WELL_FORMED, request_id

SENT = "edge-0123456789.ABC_d"


@pytest.fixture(scope="module")
def behind_proxy(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    database = str(tmp_path_factory.mktemp("site") / "case.sqlite")
    return create_app(database, behind_proxy=True, trusted_proxies=["10.0.0.5"], site_names=["cases.example"])


def asked(app: Flask, path: str, *, peer: str, sent: str = SENT, host: str = "cases.example") -> tuple[str, str]:
    """The id in the answer's header, and the answer."""
    answer = app.test_client().get(
        path, headers={HEADER: sent, "Host": host}, environ_overrides={"REMOTE_ADDR": peer}
    )  # fmt: skip
    assert len(answer.headers.getlist(HEADER)) == 1
    return answer.headers[HEADER], answer.text


def test_the_id_of_a_trusted_proxy_is_taken(behind_proxy: Flask) -> None:
    assert asked(behind_proxy, "/healthz", peer="10.0.0.5")[0] == SENT


@pytest.mark.parametrize("peer", ["10.0.0.6", "127.0.0.1", ""])
def test_nobody_elses_is(behind_proxy: Flask, peer: str) -> None:
    made = asked(behind_proxy, "/healthz", peer=peer)[0]
    assert made != SENT
    assert WELL_FORMED.fullmatch(made)


@pytest.mark.parametrize(
    "sent", ["", "short", "a" * 65, "-12345678", "X123456/1-abcd", "two words of it", "<b>12345678"]
)
def test_nor_one_that_is_not_well_formed(behind_proxy: Flask, sent: str) -> None:
    made = asked(behind_proxy, "/healthz", peer="10.0.0.5", sent=sent)[0]
    assert made != sent
    assert re.fullmatch("[0-9a-f]{32}", made)


def test_each_request_has_another(behind_proxy: Flask) -> None:
    assert len({asked(behind_proxy, "/healthz", peer="10.0.0.6")[0] for _ in range(5)}) == 5


@pytest.mark.parametrize("path", ["/no/such/page", "/api/v1/nothing", "/sign-in/openid"])
def test_every_error_names_its_id(behind_proxy: Flask, path: str) -> None:
    given, text = asked(behind_proxy, path, peer="10.0.0.5")
    assert given == SENT
    assert given in text


def test_a_wrong_host_is_told_the_id_too(behind_proxy: Flask) -> None:
    given, text = asked(behind_proxy, "/", peer="10.0.0.5", host="other.example")
    assert given == SENT
    assert given in text


def test_outside_a_request_there_is_none() -> None:
    assert request_id() == ""
