"""Importing the tables of an extract by a mapping in the browser."""

import io
import re
import tempfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.roles import Account
from domain.importing.extracts import extract_parcel
from domain.store.application import Files
from tests.support.people import signed_in, token_in
from web.app import create_app

EXTRACTS = Path(__file__).parents[3] / "docs/extracts"
MAPPING = (EXTRACTS / "crams.yaml").read_bytes()
TABLES = {path.name: path.read_bytes() for path in sorted((EXTRACTS / "crams").glob("*.csv"))}
PATH = "/imports/extract"


@pytest.fixture
def app(empty_database: str) -> Flask:
    Files.open(empty_database).close()
    return create_app(empty_database)


@pytest.fixture
def client(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return signed_in(app, Account("r.one", "Rae One", "information_manager"))


def send(client: FlaskClient, tables: dict[str, bytes], mapping: bytes = MAPPING, **more: str) -> str:
    fields: dict[str, Any] = {"csrf_token": token_in(client.get(PATH).text), "step": "check", **more}
    fields["tables"] = [(io.BytesIO(content), name) for name, content in tables.items()]
    if mapping:
        fields["mapping"] = (io.BytesIO(mapping), "crams.yaml")
    answer = client.post(PATH, data=fields, content_type="multipart/form-data")
    assert answer.status_code == 200, answer.text[:500]
    return answer.text


def store(client: FlaskClient, page: str) -> str:
    found = re.search(r'name="kept" value="(\w+)"', page)
    assert found is not None, page
    return send(client, {}, b"", step="store", kept=found[1])


def zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as parcel:
        for name, content in files.items():
            parcel.writestr(name, content)
    return made.getvalue()


def test_an_extract_is_checked_and_imported_without_choosing_it_again(client: FlaskClient, tmp_path: Path) -> None:
    checked = send(client, TABLES)
    assert "26 entries would be stored" in checked and "CONTACTS.csv" in checked
    assert "26 entries stored" in store(client, checked)
    again = store(client, send(client, {"crams.zip": zipped({**TABLES, "mapping.yaml": MAPPING})}, b""))
    assert "0 entries stored" in again and "26 entries already there" in again
    assert not list(tmp_path.glob("tmp*/**/*.csv")), "a file was left on the disk"


def test_rejected_rows_are_downloaded_corrected_and_fed_again(client: FlaskClient) -> None:
    wrong = TABLES["CONTACTS.csv"].replace(b",FTA,", b",UNX,", 1)
    assert wrong != TABLES["CONTACTS.csv"]
    done = store(client, send(client, {**TABLES, "CONTACTS.csv": wrong}))
    assert "&#39;UNX&#39; is not among its codes" in done
    link = re.search(r'href="(/imports/extract/rejected/\w+)', done)
    assert link is not None
    with zipfile.ZipFile(io.BytesIO(client.get(link[1]).data)) as parcel:
        bad = {name: parcel.read(name).replace(b",UNX,", b",FTA,") for name in parcel.namelist()}
    assert set(bad) >= {"CONTACTS.csv", "mapping.yaml"}
    fed = store(client, send(client, {"rejected.zip": zipped(bad)}, b"", part="yes"))
    assert ", 0 rejected" in fed and "0 entries stored" not in fed


@pytest.mark.parametrize("name", ["../x.csv", "folder/x.csv", "..\\x.csv", "x.exe", "x" * 300 + ".csv"])
def test_a_zip_takes_plain_names_of_tables_only(client: FlaskClient, name: str) -> None:
    assert "There is a problem" in send(client, {"a.zip": zipped({name: b"A\n1\n"})})


def test_a_zip_that_grows_too_large_or_is_none_is_refused(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "cannot be read" in send(client, {"a.zip": b"PK nothing"})
    monkeypatch.setattr(extract_parcel, "LARGEST", 2**20)
    assert "larger than 1 MB" in send(client, {"a.zip": zipped({"CONTACTS.csv": b"0" * 2**21})})


def test_what_is_wrong_with_the_mapping_is_said_before_any_row_is_read(client: FlaskClient) -> None:
    assert "Choose the mapping too" in send(client, TABLES, b"")
    assert "Choose the tables" in send(client, {})
    said = "The mapping does not fit: no row was read"
    for mapping in (b"a: [", b"source: crams\n", b"\xff\xfe\xe9", MAPPING.replace(b"CONTACT_NO", b"CONTACT_NUM", 1)):
        page = send(client, TABLES, mapping)
        assert said in page and "/tmp" not in page, mapping[:20]
    assert said in send(client, {**TABLES, "CONTACTS.csv": b""})


def test_bytes_of_another_encoding_reject_their_row(client: FlaskClient) -> None:
    contacts = TABLES["CONTACTS.csv"].replace(b",FTA,", b",F\xe9,", 1)
    mapping = MAPPING.replace(b"windows-1252", b"utf-8")
    assert "not text in utf-8" in send(client, {**TABLES, "CONTACTS.csv": contacts}, mapping)


def test_an_unknown_table_is_said(client: FlaskClient) -> None:
    assert "OTHER.csv" in send(client, {**TABLES, "OTHER.csv": b"A\n1\n"})
