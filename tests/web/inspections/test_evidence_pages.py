"""A file is attached to a reading by its reader alone, scanned where a command is set, and had by who may see the reading."""

import base64
import re
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.access_log import AccessLog
from domain.entries.case_entries import EvidenceAttached
from domain.entries.person_entries import PersonErased
from domain.store.application import Files
from domain.store.database import Database
from domain.store.erasing import erase
from tests.support.people import confirm_all, opens, post, signed_in, token_in
from tests.web.inspections.test_inspection_pages import AUDIT, FRAME, OPENED, SAMPLE, draws, file
from web.app import create_app
from web.cli import main
from web.services import file_scan

PDF = b"%PDF-1.7 what the mother of Ann Other wrote"


@pytest.fixture(scope="module")
def app(copies: Callable[[str], str]) -> Flask:
    return create_app(copies("sqlite"), today=lambda: date(2005, 12, 22), demo=True)


@pytest.fixture(scope="module")
def lead(app: Flask) -> FlaskClient:
    """Runs an inspection of Gloucester's cases and reads the first of them, which another inspector reads too."""
    client = signed_in(app, "j.hartnell")
    draws(client, {"j.hartnell": "hm_inspector", "g.okafor": "hm_inspector"}, team="Gloucester")
    confirm_all(app)
    return client


@pytest.fixture(scope="module")
def case(lead: FlaskClient) -> str:
    cases = re.findall(r'name="first ([A-Z]\d{6}/\d)"', lead.get(f"{AUDIT}/allocation").text)
    post(lead, f"{AUDIT}/allocation", **{f"first {cases[0]}": "j.hartnell", f"second {cases[0]}": "g.okafor"})
    return str(cases[0])


@pytest.fixture
def okafor(app: Flask) -> FlaskClient:
    return signed_in(app, "g.okafor")


def send(client: FlaskClient, page: str, name: str = "letter.pdf", content: bytes = PDF) -> tuple[int, str]:
    """Choose a file on the page and send it: the code, and the page that comes of it."""
    part = "\r\n--x\r\nContent-Disposition: form-data; name="
    token = f'{part}"csrf_token"\r\n\r\n{token_in(client.get(page).text)}{part}"file"; filename="{name}"\r\n'
    body = f"{token}Content-Type: application/pdf\r\n\r\n".encode() + content + b"\r\n--x--\r\n"
    answer = client.post(page, data=body, content_type="multipart/form-data; boundary=x")
    return answer.status_code, answer.text


def attached(client: FlaskClient, case: str) -> list[EvidenceAttached]:
    return [fact for fact in file(client, case) if isinstance(fact, EvidenceAttached)]


def test_a_file_is_checked_and_is_the_readers_own_until_both_have_finished(
    app: Flask, lead: FlaskClient, okafor: FlaskClient, case: str
) -> None:
    page, read = f"{AUDIT}/read/{case}/attach", f"{AUDIT}/read/{case}"
    assert okafor.get(page).status_code == 404, "who does not read it first attaches nothing to the first reading"
    assert "<strong>not scanned</strong>" in lead.get(page).text
    for name, content, words in (
        ("letter.pdf", b"<script>", "What is in letter.pdf is not what its ending says"),
        ("letter.exe", PDF, "choose a file whose name ends in .pdf"),
        ("letter.pdf", PDF + bytes(5_000_000), "larger than 5 MB"),
        ("", b"", "Choose a file"),
    ):
        code, text = send(lead, page, name, content)
        assert code == 200 and words in text and "Error: " in text
    assert attached(lead, case) == []
    assert send(lead, page, "Brief an Zoë.pdf")[0] == 302
    (fact,) = attached(lead, case)
    assert (fact.name, fact.kind, fact.size, fact.scanned, fact.by_id) == (
        "Brief an Zoë.pdf",
        "pdf",
        len(PDF),
        False,
        "j.hartnell",
    )
    shown = lead.get(read).text
    (address,) = set(re.findall(rf'href="(/cases/{case}/attached/october-audit/attached-\w+)"', shown))
    assert "Not scanned" in shown and fact.name in shown
    answer = lead.get(address)
    assert answer.data == PDF and answer.headers["X-Content-Type-Options"] == "nosniff"
    assert (
        answer.headers["Content-Disposition"] == f"attachment; filename=attached-{fact.sha256[:12]}.pdf"
        and answer.headers["Cache-Control"] == "no-store"
    )
    assert answer.headers["Content-Type"] == "application/pdf"
    by_api = f"/api/v1/cases/{case}/files/october-audit/{fact.entry}"
    found = lead.get(by_api).json
    assert base64.b64decode(found["content"]) == PDF and (found["sha256"], found["name"]) == (fact.sha256, fact.name)
    with closing(AccessLog(Database.at(app.config["DATABASE"]))) as log:
        lines = [one for one in log.lines() if one.action == "downloaded" and fact.entry in (one.detail or "")]
    assert [(one.username, list(one.references)) for one in lines] == [("j.hartnell", [case])] * 2, "page and API"
    assert fact.name not in okafor.get(f"{read}?second=yes").text
    assert [okafor.get(one).status_code for one in (address, by_api)] == [404, 404]
    for outsider in ("p.anstey", "t.adeyemi", "c.whitlock", "i.nkemelu"):
        assert signed_in(app, outsider).get(address).status_code in (403, 404), outsider
        assert signed_in(app, outsider).get(by_api).status_code in (403, 404), outsider
    post(lead, read, step="finish", note="n")
    post(okafor, f"{read}?second=yes", step="finish", note="n")
    assert fact.name in okafor.get(f"{read}?second=yes").text and okafor.get(address).data == PDF
    assert lead.get(page).status_code == 302, "nothing is attached to readings that both may see"
    assert signed_in(app, "p.anstey").get(address).status_code == 404
    post(lead, f"{AUDIT}/freeze")
    post(lead, f"{AUDIT}/publish")
    spo = signed_in(app, "p.anstey")
    assert fact.name in spo.get(f"/cases/{case}/answers?as_at=2005-12-22&known=hindsight").text
    assert spo.get(address).data == PDF and spo.get(by_api).json["media"] == "application/pdf", (
        "who may see how the case was read may have what was attached"
    )
    assert signed_in(app, "m.hoole").get(by_api).status_code == 404, "of another team"
    verified = CliRunner().invoke(main, ["verify", "--database", app.config["DATABASE"]])
    assert verified.exit_code == 0, verified.output
    with closing(Files.open(app.config["DATABASE"])) as files:
        said = PersonErased(at=files.recorder.clock(), reason="past its time", asked_by="ann")
        erase(files, case.partition("/")[0], said, actor="bob")
    gone = create_app(app.config["DATABASE"], today=lambda: date(2005, 12, 22), demo=True)
    answer = signed_in(gone, "p.anstey").get(address)
    assert answer.status_code == 404 and "was erased" in answer.text


def command(folder: Path, words: str) -> str:
    """A command of the operator, which is handed the path of the file."""
    script = folder / "scan"
    script.write_text(f"#!/bin/sh\n{words}\n")
    script.chmod(stat.S_IRWXU)
    return str(script)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ('grep -q Ann "$1"', ""),
        ('! grep -q Ann "$1"', "The scan refused this file (exit code 1); nothing was kept"),
        ("exit 2", "The scan refused this file (exit code 2)"),
        ("exec sleep 30", "The scan took longer than 0.2 seconds"),
        (None, "The file could not be scanned"),
    ],
)
def test_the_operators_command_decides(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str | None, said: str
) -> None:
    monkeypatch.setattr(file_scan, "SECONDS", 0.2 if words and "sleep" in words else 30)
    monkeypatch.setenv(file_scan.COMMAND, str(tmp_path / "none") if words is None else command(tmp_path, words))
    spo = signed_in(app, "p.anstey")
    if "own-audit" not in spo.get("/inspections").text:
        opens(spo, **OPENED | {"title": "Own audit"})
        post(spo, "/inspections/own-audit/frame", **FRAME)
        post(spo, "/inspections/own-audit/sample", **SAMPLE)
        post(spo, "/inspections/own-audit/assessors", "/inspections/own-audit/work", assessor="p.anstey", role="spo")
        post(spo, "/inspections/own-audit/allocation", step="share")
    mine = re.findall(r"/inspections/own-audit/read/([A-Z]\d{6}/\d)", spo.get("/my-reading").text)[-1]
    page = f"/inspections/own-audit/read/{mine}/attach"
    assert "not scanned" not in spo.get(page).text
    before = len(attached(spo, mine))
    code, text = send(spo, page)
    assert (code, len(attached(spo, mine))) == ((302, before + 1) if not said else (200, before))
    assert said in text
    assert [fact.scanned for fact in attached(spo, mine)] == [True] * len(attached(spo, mine))
