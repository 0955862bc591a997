"""One account has few dear pages at once, whatever process answers; others are not kept waiting."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from tests.support.people import signed_in
from web.site import dear_pages
from web.site.dear_pages import AT_ONCE, Places, is_dear


@pytest.fixture
def places(demo_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Places:
    monkeypatch.setitem(demo_app.config, "PLACES", tmp_path)
    return Places(tmp_path)


def test_a_further_dear_page_is_told_to_wait(demo_app: Flask, places: Places) -> None:
    client, other = signed_in(demo_app, "p.anstey"), signed_in(demo_app, "a.rao")
    taken = [places.take("p.anstey") for _ in range(AT_ONCE)]
    for path in ("/reports", "/matrix", "/cases/download/csv", "/api/v1/reports/monitoring"):
        answer = client.get(path)
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == str(dear_pages.RETRY_SECONDS)
        assert "under way" in answer.text
    assert client.get("/desk").status_code == 200
    assert other.get("/matrix").status_code == 200
    os.close(taken[0] or 0)
    for _ in range(AT_ONCE * 3):  # each gives its place back
        assert client.get("/cases/download/csv").status_code == 200
    os.close(taken[1] or 0)


def test_a_place_is_given_back_after_an_error(demo_app: Flask, places: Places) -> None:
    client = signed_in(demo_app, "p.anstey")
    for _ in range(AT_ONCE * 3):
        assert client.get("/reports/nothing").status_code == 404


def test_places_are_shared_between_processes_and_end_with_them(places: Places) -> None:
    code = (
        "import sys; from pathlib import Path; from web.site.dear_pages import *; p = Places(Path(sys.argv[1]))\n"
        "for _ in range(AT_ONCE): p.take('somebody')\n"
        "print('taken', flush=True); input()"
    )
    command = [sys.executable, "-c", code, str(places.folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"taken\n"
        assert places.take("somebody") is None
        process.kill()
    mine = places.take("somebody")
    assert mine is not None
    os.close(mine)


def test_every_report_matrix_replay_and_download_is_dear(demo_app: Flask) -> None:
    for rule in demo_app.url_map.iter_rules():
        words = ("report", "matrix", "replay", "download", "then-and-now", "/draw/", ".ics", "<form>")
        if any(word in rule.rule for word in words) and rule.rule != "/api/v1/reports":
            assert is_dear(demo_app, rule.endpoint), rule.endpoint
    assert set(dear_pages.DEAR_PAGES) <= set(demo_app.view_functions)
    assert set(dear_pages.DEAR_PARTS) <= set(demo_app.blueprints)
    cheap = ("cases.show", "desk.index", "healthz", "static", "signing_in.index")
    assert not any(is_dear(demo_app, endpoint) for endpoint in cheap)
