"""The log: lines of JSON with the request's id, and nothing of whom or what somebody asked for."""

import json
import logging
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import copied
from tests.support.served import command, served
from web.site import service_log
from web.site.request_ids import HEADER

SECRETS = (
    "A504771",
    "V465889",
    "Aisha",
    "anstey",
    "Anstey",
    "Gloucester",
    "1980-02-01",
    "sought",
    "as_at",
    "2005-12-01",
)
"""What the requests below name: cases, people, searches, places, parameters."""


@pytest.fixture
def logging_as_before() -> Iterator[None]:
    """What setting up the log changes in this process is as before afterwards."""
    root, showing, factory = logging.getLogger(), warnings.showwarning, logging.getLogRecordFactory()
    kept = root.handlers[:], root.level, {name: logging.getLogger(name).level for name in service_log.OURS}
    yield
    root.handlers[:], warnings.showwarning = kept[0], showing
    root.setLevel(kept[1])
    logging.setLogRecordFactory(factory)
    for name, level in kept[2].items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.slow
def test_the_log_of_a_site_holds_nothing_of_anybody(template: Path, tmp_path: Path) -> None:
    database = copied(template, tmp_path)
    with served(tmp_path, "demo", "--samples-only", "--database", str(database), CASEAUDIT_LOG="json") as site:
        session = site.signed_in("p.anstey")
        given = {}
        for path in (
            "/cases/V465889/1?as_at=2005-12-01", "/cases/A504771/1", "/cases?officer=Peter%20Anstey&team=Gloucester",
            "/search?sought=Aisha", "/no/such/A504771/1", "/api/v1/reports?as_at=1980-02-01", "/cases?as_at=nonsense",
        ):  # fmt: skip
            given[path] = site.get(path, cookies=session.cookies).headers[HEADER]
        site.get("/sign-in", headers={"Host": "Aisha.example", "User-Agent": "Anstey", "Referer": "http://x/A504771"})
    lines = site.lines()
    assert not {word for word in SECRETS if word in site.log()}
    said = {line.get("request_id"): line for line in lines if line["logger"] == "caseaudit.requests"}
    for path, request_id in given.items():
        assert said[request_id]["endpoint"], path
        assert said[request_id]["milliseconds"] >= 0
    assert said[given["/cases/V465889/1?as_at=2005-12-01"]]["endpoint"] == "cases.show"
    assert said[given["/no/such/A504771/1"]]["status"] == 404
    for line in lines:
        assert {"time", "level", "logger", "message", "part", "version", "process"} <= line.keys()
        assert line["part"] == "site"
        assert line["time"].endswith("Z")


@pytest.mark.slow
def test_the_last_line_of_a_command_says_how_it_ended_and_not_what_it_was_asked(loaded: Path) -> None:
    done = command("case", "A504771/1", "--as-at", "2005-12-01", "--database", str(loaded), CASEAUDIT_LOG="json")
    assert done.returncode == 0
    assert "A504771/1" in done.stdout
    (line,) = [json.loads(one) for one in done.stderr.splitlines()]
    assert (line["message"], line["command"], line["exit"]) == ("ended", "case", 0)
    assert "A504771" not in done.stderr


@pytest.mark.slow
def test_an_import_says_how_many_entries_a_second_it_took(sample_files: Path, tmp_path: Path) -> None:
    done = command("import", str(sample_files), "--database", str(tmp_path / "a.sqlite"), CASEAUDIT_LOG="json")
    line = json.loads(done.stderr.splitlines()[-1])
    assert line["stored"] > 1000
    assert line["entries_a_second"] > 0
    assert line["rejected"] == 0


@pytest.mark.slow
def test_what_a_service_cannot_begin_with_is_a_line_too(tmp_path: Path) -> None:
    done = command("follow", "--batch", "0", "--database", str(tmp_path / "a.sqlite"), CASEAUDIT_LOG="json")
    lines: list[dict[str, Any]] = [json.loads(one) for one in done.stderr.splitlines()]
    assert [line["level"] for line in lines] == ["critical", "info"]
    assert "--batch" in lines[0]["message"]
    assert done.returncode == lines[1]["exit"] == 2


def test_an_error_is_written_without_its_message(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], logging_as_before: None
) -> None:
    from domain import error_traces

    monkeypatch.setenv(service_log.FORM, "json")
    monkeypatch.setattr(error_traces.sys, "excepthook", error_traces.sys.excepthook)
    monkeypatch.setattr(error_traces.sys, "unraisablehook", error_traces.sys.unraisablehook)
    monkeypatch.setattr(error_traces.threading, "excepthook", error_traces.threading.excepthook)
    service_log.set_up("site")
    try:
        raise ValueError("Aisha of A504771/1")
    except ValueError:
        service_log.LOG.exception("a page failed")
    warnings.showwarning("Aisha", UserWarning, "/somewhere/module.py", 7)
    failed, warned = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert failed["trace"].startswith("ValueError\n")
    assert warned["message"] == "UserWarning at module.py:7"
    assert "Aisha" not in json.dumps([failed, warned])


@pytest.mark.parametrize(("name", "value"), [(service_log.FORM, "xml"), (service_log.LEVEL, "loud")])
def test_a_log_that_there_is_not_is_said_in_words(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(service_log.WrongLog, match=f"{name} is '{value}'; write one of: "):
        service_log.level()


def test_text_is_for_people_from_warnings_on_and_json_for_machines_from_info_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv(service_log.FORM, raising=False)
    assert service_log.level() == "WARNING"
    monkeypatch.setenv(service_log.FORM, "json")
    assert service_log.level() == "INFO"
    monkeypatch.setenv(service_log.LEVEL, "error")
    assert service_log.level() == "ERROR"
