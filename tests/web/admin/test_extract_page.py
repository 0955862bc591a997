"""Importing the tables of an extract by a mapping in the browser."""

import io
import re
import tempfile
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.roles import Account
from domain.entries.register_entries import SourceRegistered
from domain.importing.extracts import extract_parcel
from domain.importing.shipped_mappings import shipped_mappings
from domain.store.application import Files
from domain.store.sources import file_of
from tests.support.people import signed_in, token_in
from web.app import create_app

EXTRACTS = Path(__file__).parents[3] / "docs/extracts"
MAPPING = shipped_mappings()["crams"].read_bytes()
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


def test_a_mapping_that_ships_and_a_registered_source_are_chosen_from_lists(app: Flask, client: FlaskClient) -> None:
    assert (
        client.get("/imports/mappings/crams").data == MAPPING and client.get("/imports/mappings/x").status_code == 404
    )
    assert 'id="source"' not in client.get(PATH).text, "no source is registered for this account"
    for name in ("crams", "delius"):
        said = SourceRegistered(at=datetime.now(UTC), users=[], accounts=["r.one"], areas=[], normal_delay=3)
        app.extensions["case_repository"].files.enter(file_of(name), said, actor="r.one")
    page = client.get(PATH).text
    assert "up to 64 MB together" in page and re.findall(r'<option value="(\w*)"', page) == ["", "crams", "delius"] * 2
    wrong = send(client, TABLES, b"", shipped="crams", source="delius")
    assert "these tables come from crams, not from delius" in wrong and '<option value="delius" selected>' in wrong
    checked = send(client, TABLES, b"", shipped="crams", source="crams")
    assert "26 entries would be stored" in checked and "is not registered" not in checked
    assert "26 entries stored" in store(client, checked)


def test_rejected_rows_are_downloaded_corrected_and_fed_again(client: FlaskClient) -> None:
    wrong = TABLES["CONTACTS.csv"].replace(b",FTA,", b",UNX,", 1)
    assert wrong != TABLES["CONTACTS.csv"]
    done = store(client, send(client, {**TABLES, "CONTACTS.csv": wrong}))
    assert "&#39;UNX&#39; is not among its codes" in done
    link = re.search(r'href="(/imports/extract/rejected/\w+)', done)
    assert link is not None and f'href="{link[1]}"' in client.get("/data").text, "Data offers the same file"
    assert client.get(link[1].replace("/extract", "")).status_code == 404, "it is no file of lines"
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
    assert "Choose the mapping: upload" in send(client, TABLES, b"")
    assert "Choose the tables of the extract: CSV files, or one ZIP of them." in send(client, {})
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
