"""One officer in every list, however sources spell the name; a person is found however the words are typed."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from domain.accounts.roles import Account
from tests.domain.importing.test_importer import START
from tests.support.histories import PERSON
from tests.support.people import found_by, signed_in
from web.app import create_app
from web.cli import main

SPELLINGS = ["Jos\u00e9 P", "Jose\u0301 P", "Jose\u0301 P ", "Jos\u00e9  P"]


@pytest.fixture(scope="module")
def officer(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    """The officer of four cases, each from a source that spells the name in its own way, signed in."""
    folder: Path = tmp_path_factory.mktemp("spelt")
    database = str(folder / "case.sqlite")
    lines = [
        START | {"case": f"C10000{n}/1", "person": PERSON | {"crn": f"C10000{n}"}, "officer": spelt}
        for n, spelt in enumerate(SPELLINGS)
    ]
    (folder / "cases.ndjson").write_text("".join(f"{json.dumps(one)}\n" for one in lines), encoding="utf-8")
    result = CliRunner().invoke(main, ["import", str(folder / "cases.ndjson"), "--database", database])
    assert "4 entries stored" in result.output
    app = create_app(database, today=lambda: date(2005, 5, 10))
    return signed_in(app, Account("jose", "Jos\u00e9", "case_manager", staff=(SPELLINGS[1],)))


def references(page: str) -> set[str]:
    return set(re.findall(r"/cases/(C\d{6})/1", page))


def test_one_officer_holds_all_the_cases(officer: FlaskClient) -> None:
    page = officer.get("/cases").text
    assert references(page) == {f"C10000{n}" for n in range(len(SPELLINGS))}
    assert {spelt for spelt in SPELLINGS if spelt in page} <= {SPELLINGS[0]}


def test_a_person_is_found_however_the_accent_is_written(officer: FlaskClient) -> None:
    for typed in ("zo\u00eb", "Zoe\u0308", " ZOE\u0308  \u00d3 briain "):
        assert len(references(found_by(officer, typed))) == 4, typed
    assert len(references(found_by(officer, "zoe"))) == 4, "an accent that was left out makes no difference"
