"""The benchmark of the access log fills a log that is read as one that was written line by line, and asks all its questions."""

import sys
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks import access_log
from domain.accounts.access_log import AccessLog
from domain.store.database import Database


def test_every_question_finds_lines_and_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(access_log, "STAFF", 510)
    monkeypatch.setattr(access_log, "LISTS_EACH", 2)
    service, address = access_log.Service(60_000), str(tmp_path / "60000.sqlite")
    access_log.fill(address, service)
    with closing(AccessLog(Database.at(address))) as log:
        found = {name: ask() for name, ask in access_log.questions(log, service).items()}
        person = service.reference(500 * access_log.CASES_EACH)
        assert {line.cases for line in log.lines(person=person)} == {1, access_log.PAGE}
    assert all(found[name] for name in list(found)[:5]), {name: bool(lines) for name, lines in found.items()}
    monkeypatch.setattr(sys, "argv", ["x", "--lines", "2000", "--dir", str(tmp_path), "--times", "1"])
    access_log.main()
    assert capsys.readouterr().out.count("\n") == 2 + len(found)
