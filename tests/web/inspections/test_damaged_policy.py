"""An inspection whose kept texts of policy were damaged, or cannot be read here, says so in words; nothing else is touched."""

import json
from contextlib import closing
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.roles import Account
from domain.store.application import Files
from projections.cases.case_repository import CaseRepository
from projections.inspections.published_figures import damaged_texts
from tests.support.people import opens, post, signed_in
from tests.support.tampering import Intruder
from tests.web.inspections.test_inspection_pages import AUDIT, FRAME, OPENED, SAMPLE, app, lead
from tests.web.inspections.test_kept_policy import (
    NAME,
    OTHER,
    Lay,
    exported,
    frozen,
    imported,
    lay,
    published,
    run,
    shipped,
)
from web.app import create_app

__all__ = ["app", "lay", "lead", "published"]

READER = Account("r.pascoe", "R Pascoe", "inspector", ("Gloucestershire",), inspections=(NAME,))
SOUND, AFTER = "/inspections/november-audit", "/inspections/december-audit"
CHANGE = (
    "UPDATE stored_events SET state = CAST(replace(CAST(state AS TEXT), {!r}, {!r}) AS BLOB) "
    "WHERE originator_id = 'october-audit' AND topic = 'inspection.{}'"
)
ESI = sha256(shipped("frameworks", "esi-2003").encode()).hexdigest()
GONE = f"the text with the SHA-256 {ESI}, which the freeze names, is not on the file of the inspection"

DAMAGES = {
    "another text": (
        CHANGE.format("15 working days", "20 working days", "policy_kept"),
        "has not the SHA-256",
    ),
    "another id": (
        CHANGE.format('"named":"esi-2003"', '"named":"esi-2004"', "policy_kept"),
        "it is kept as 'esi-2004', and says that it is 'esi-2003'",
    ),
    "no kind of policy": (CHANGE.format('"kind":"frameworks"', '"kind":"nonsense"', "policy_kept"), GONE),
    "no entry at all": (
        "UPDATE stored_events SET state = x'ff00' WHERE originator_id = 'october-audit' "
        f"AND CAST(state AS TEXT) LIKE '%\"entry\":\"{ESI}\"%'",
        GONE,
    ),
    "no such text": (CHANGE.format(ESI, "0" * 64, "inspection_frozen"), "the text with the SHA-256 0000"),
}  # fmt: skip
"""What somebody who writes in the database did to the first inspection, and what is said of it."""


def follow_up(lead: FlaskClient) -> None:
    """Another frozen inspection with the same texts, and one that follows the first and is still open."""
    frozen(lead, title="November audit")
    opens(lead, **{**OPENED, "title": "December audit", "follows": NAME})
    post(lead, f"{AFTER}/frame", **FRAME)
    post(lead, f"{AFTER}/sample", **SAMPLE)


def served(database: Path | str) -> Flask:
    app = create_app(str(database), today=lambda: date(2005, 12, 22), demo=True)
    app.config["PROPAGATE_EXCEPTIONS"] = False  # a 500 is a page, as it is for people
    return app


@pytest.mark.parametrize(("statement", "words"), DAMAGES.values(), ids=DAMAGES)
def test_damage_to_one_inspection_is_said_and_touches_nothing_else(
    published: FlaskClient, own_database: Path, lay: Lay, statement: str, words: str
) -> None:
    follow_up(published)
    with closing(Files.open(str(own_database))) as files:
        case = CaseRepository(files).inspection(NAME).sample[0]
    Intruder(str(own_database), "sqlite").change(statement)
    lay(*OTHER)  # what is in force word for word is not read again, and is not what was changed
    site = served(own_database)
    inspector, manager = signed_in(site, "j.hartnell"), signed_in(site, "c.whitlock")
    for reader in (inspector, manager):
        for part in ("", "/report", "/criteria/B2", "/questions/plan-reviewed", "/management", "/report/json"):
            answer = reader.get(f"{AUDIT}{part}")
            assert answer.status_code == 503, part
            assert "A text of policy cannot be used" in answer.text
            assert words in answer.text.replace("&#39;", "'") and f"{AUDIT}/policy" in answer.text
        page = reader.get(f"{AUDIT}/policy")
        assert page.status_code == 200 and "No figure of this inspection is shown" in page.text
        assert f"{AUDIT}/published/json" in page.text and reader.get(f"{AUDIT}/published/json").status_code == 200
        assert reader.get(f"{AUDIT}/published/csv").status_code == 403
        for address in (
            "/inspections", "/desk", "/cases", "/board-pack", "/reports", "/reports/plans", "/actions", "/learning/team/Gloucester",
            "/inspections/gloucestershire-2005", f"/cases/{case}", f"/cases/{case}/answers", f"/cases/{case}/history",
        ):  # fmt: skip
            assert reader.get(address, follow_redirects=True).status_code in (200, 403), address
        assert reader.get(f"/cases/{case}/answers?inspection={NAME}").status_code == 503
    for part in ("", "/report", "/criteria/B2", "/management", "/policy", "/work"):
        assert inspector.get(f"{SOUND}{part}").status_code == 200, part
    after = inspector.get(AFTER)
    assert after.status_code == 200 and "October audit, is not set beside it" in after.text


@pytest.mark.parametrize(("statement", "words"), DAMAGES.values(), ids=DAMAGES)
def test_commands_say_it_and_all_others_work(
    published: FlaskClient, own_database: Path, lay: Lay, tmp_path: Path, statement: str, words: str
) -> None:
    follow_up(published)
    report = tmp_path / "october.json"
    report.write_bytes(published.get(f"{AUDIT}/published/json").data)
    with closing(Files.open(str(own_database))) as files:
        case = CaseRepository(files).inspection(NAME).sample[0]
    Intruder(str(own_database), "sqlite").change(statement)
    lay(*OTHER)
    address = ("--database", str(own_database))
    for told in (
        ("score", "--inspection", NAME), ("case", case, "--inspection", NAME),
        ("bundle", case, "--inspection", NAME, "--output", str(tmp_path / "b.json")),
    ):  # fmt: skip
        answer = run(*told, *address)
        assert answer.exit_code == 2 and words in answer.stderr and "Traceback" not in answer.output, told
    for works in (
        ("score", "--inspection", "november-audit"), ("score", "--inspection", "december-audit"),
        ("case", case, "--as-at", "2005-10-03"), ("export",), ("export", "--case", NAME), ("policy", "kept"),
        ("sample", NAME), ("due", "--as-at", "2005-10-03"), ("report", "plans", "--as-at", "2005-12-22"),
    ):  # fmt: skip
        assert run(*works, *address).exit_code == 0, works
    for proof in ((), (str(report),)):
        answer = run("verify", *proof, *address)
        assert answer.exit_code != 0 and "Traceback" not in answer.output


def test_verify_names_a_text_that_is_gone(published: FlaskClient, own_database: Path) -> None:
    Intruder(str(own_database), "sqlite").change(DAMAGES["no entry at all"][0])
    with closing(Files.open(str(own_database))) as files:
        assert damaged_texts(CaseRepository(files)) == [f"{NAME}: {GONE}"]


def test_what_a_text_is_named_is_no_part_of_a_header_or_a_page(published: FlaskClient, tmp_path: Path) -> None:
    """An edition of a hostile name comes by import: its file is given under a name of ours, and no page is its own."""
    name, lines = '../x"\r\nSet-Cookie: a=b <b>', exported(published, NAME)
    text = "edition: " + json.dumps(name)
    digest = sha256(text.encode()).hexdigest()
    (edition,) = [line for line in lines if line.get("named") == "2022"]
    lines.insert(lines.index(edition), {**edition, "entry": digest, "text": text, "named": name})
    (freeze,) = [line for line in lines if line["type"] == "InspectionFrozen"]
    freeze["policy"].append(digest)
    address, taken = imported(tmp_path / "elsewhere", lines)
    assert taken.exit_code == 0, taken.output
    reader = signed_in(served(address), READER)
    given = reader.get(f"{AUDIT}/policy/texts/{digest}")
    assert given.status_code == 200 and given.data == text.encode()
    assert given.headers["Content-Disposition"] == 'attachment; filename="standards-..-x-Set-Cookie-a-b-b-.yaml"'
    page = reader.get(f"{AUDIT}/policy")
    assert page.status_code == 200 and "&lt;b&gt;" in page.text and "<b>" not in page.text


UNREADABLE = {
    "of a later version": shipped("frameworks", "esi-2003").replace("aggregation: mean_of_questions", "aggregation: later"),
    "with a part that is not known": "colour: red\n" + shipped("frameworks", "esi-2003"),
    "of nothing else": "framework: esi-2003\n",
}  # fmt: skip


@pytest.mark.parametrize("text", UNREADABLE.values(), ids=UNREADABLE)
def test_an_import_of_texts_that_this_version_cannot_read_leaves_every_page_in_words(
    published: FlaskClient, tmp_path: Path, text: str
) -> None:
    lines, digest = exported(published, NAME), sha256(text.encode()).hexdigest()
    for line in lines:
        if line["entry"] == ESI:
            line["entry"], line["text"] = digest, text
        if line["type"] == "InspectionFrozen":
            line["policy"] = [digest if name == ESI else name for name in line["policy"]]
    address, taken = imported(tmp_path / "elsewhere", lines)
    assert taken.exit_code == 0, taken.output
    answer = run("score", "--inspection", NAME, "--database", address)
    assert answer.exit_code == 2 and "the kept text of the framework esi-2003 line" in answer.stderr
    reader = signed_in(served(address), READER)
    assert reader.get(AUDIT).status_code == 503
    assert "the kept text of the framework esi-2003 line" in reader.get(f"{AUDIT}/policy").text
    assert reader.get("/inspections").headers["Location"] == f"{AUDIT}/policy", "there is no other: it says why"
    assert reader.get("/cases").status_code == 200
