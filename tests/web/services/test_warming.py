"""A worker that was warmed: what its pages need is there, answers are the same, and a fault leaves it serving."""

import gc
import logging
import re
import shutil
from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from projections.columns.column_store import ColumnStore
from projections.read_model import column_keeper
from tests.support.people import signed_in
from web.app import create_app
from web.services import warming

DAY = date(2005, 12, 22)


@pytest.fixture
def app(demo_database: Path, tmp_path: Path) -> Flask:
    copy = tmp_path / "demo.sqlite"
    for part in demo_database.parent.glob(f"{demo_database.stem}*"):
        if part.is_file():
            shutil.copy(part, tmp_path / part.name.replace(demo_database.stem, "demo"))
    return create_app(str(copy), demo=True, today=lambda: DAY)


@pytest.fixture(autouse=True)
def thawed() -> object:
    yield
    gc.unfreeze()


def test_before_a_fork_no_database_is_opened(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    get = app.jinja_env.get_template
    monkeypatch.setattr(app.jinja_env, "get_template", lambda name: loaded.append(name) or get(name))
    warming.warm(app)
    warming.warm(app)
    assert not {"register", "views", "columns", "case_repository"} & app.extensions.keys()
    assert {"site/base.html", "desk/todo.html", "board_pack/board_pack.html"} <= {*loaded}
    assert len(loaded) == len({*loaded}) and not any(name.startswith("cli/") for name in loaded)


def test_a_warmed_worker_reads_no_case_again_and_answers_the_same(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    cold = signed_in(app, "p.anstey").get("/reports/oversight").text
    fresh = create_app(app.config["DATABASE"], demo=True, today=lambda: DAY)
    warming.warm(fresh)
    warming.warm_record(fresh)
    monkeypatch.setattr(ColumnStore, "of", lambda *_: pytest.fail("the columns are read again"))
    monkeypatch.setattr(column_keeper, "read_cases", lambda *_: pytest.fail("the cases are read again"))
    warm = signed_in(fresh, "p.anstey").get("/reports/oversight").text
    assert _without_nonces(warm) == _without_nonces(cold)


def test_what_cannot_be_warmed_is_said_in_the_log_and_the_page_works(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise OSError("no such thing")

    monkeypatch.setattr(warming, "board_pack", broken)
    monkeypatch.setattr(warming, "score_inspection", broken)
    with caplog.at_level(logging.WARNING):
        warming.warm(app)
        warming.warm_record(app)
    assert caplog.text.count("not loaded beforehand") == 2
    assert signed_in(app, "c.whitlock").get("/board-pack").status_code == 200


def _without_nonces(page: str) -> str:
    return re.sub(r'nonce="[^"]+"|name="csrf_token" value="[^"]+"|content="[\w.-]{60,}"', "", page)
