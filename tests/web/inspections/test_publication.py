"""A publication keeps its files; ``verify FILE`` compares bytes, then every field, and names each that was changed."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from eventsourcing.persistence import PersistenceError
from flask import Flask
from flask.testing import FlaskClient

from domain.entries.inspection_entries import InspectionPublished
from domain.store.application import Files
from domain.store.files_by_digest import DamagedFile, PublishedFiles
from projections.cases.case_repository import CaseRepository
from tests.domain.store.test_preparation import change
from tests.support.people import opens, post, signed_in
from tests.web.inspections.test_inspection_pages import AUDIT, FRAME, HERE, OPENED, SAMPLE, app, file, lead
from web.cli import main
from web.inspections import publication, report_proof
from web.inspections.answers_table import answers_table
from web.inspections.report_data import InspectionReport
from web.inspections.report_document import BEFORE, OLDER
from web.inspections.report_proof import Proof, verify_report
from web.presentation.table_files import as_bytes

__all__ = ["app", "lead"]

NAME = HERE.rpartition("/")[2]
FORMS = {"json": ".json", "pdf": ".pdf", "odt": ".odt", "csv": "-answers.csv", "ods": "-answers.ods"}


@pytest.fixture(scope="module")
def published(loaded: Path) -> Iterator[CaseRepository]:
    """The record of the demonstration, to look at."""
    with closing(Files.open(str(loaded))) as files:
        yield CaseRepository(files)


def kept(book: CaseRepository) -> dict[str, bytes]:
    """The files of the publication by their form."""
    out = book.inspection(NAME).published
    assert out is not None
    kept_files = PublishedFiles(book.files.recorder)
    contents = {one.name: kept_files.content(one.sha256) for one in out.published_files}
    return {form: contents[NAME + ending] or b"" for form, ending in FORMS.items()}


def verified(book: CaseRepository, folder: Path, name: str, content: bytes | str) -> Proof:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return verify_report(book, path)


# ---------------------------------------------------------------- kept


@pytest.mark.both
def test_the_files_of_a_publication_are_kept_as_they_were(own_database: Path | str, kind: str, tmp_path: Path) -> None:
    address = str(own_database)
    with closing(Files.open(address)) as files:
        book = CaseRepository(files)
        out = book.inspection(NAME).published
        assert out is not None and [one.name for one in out.published_files] == [NAME + end for end in FORMS.values()]
        contents = kept(book)
        assert [one.sha256 for one in out.published_files] == [sha256(c).hexdigest() for c in contents.values()]
        assert contents["pdf"].startswith(b"%PDF") and contents["ods"].startswith(b"PK")
        for form in ("json", "pdf"):
            proof = verified(book, tmp_path, f"renamed.{form}", contents[form])
            assert proof.said[0].startswith("byte for byte the published file") and proof.differs == []
    for statement in ("UPDATE published_files SET content = ''", "DELETE FROM published_files"):
        with pytest.raises(Exception, match="published files are never changed or deleted"):
            change(address, kind, statement)


@pytest.mark.both
def test_a_kept_file_that_was_changed_or_is_gone_is_told(own_database: Path | str, kind: str) -> None:
    address = str(own_database)
    run = lambda: CliRunner().invoke(main, ["verify", "--database", address])  # noqa: E731
    assert run().exit_code == 0
    triggers = {
        "sqlite": ["DROP TRIGGER published_files_no_update", "DROP TRIGGER published_files_no_delete"],
        "postgresql": ["ALTER TABLE published_files DISABLE TRIGGER ALL"],
    }
    with closing(Files.open(address)) as files:
        out = CaseRepository(files).inspection(NAME).published
        assert out is not None
        first, second = (one.sha256 for one in out.published_files[:2])
    for statement in triggers[kind]:
        change(address, kind, statement)
    nothing = "x'00'" if kind == "sqlite" else r"'\x00'"
    change(address, kind, f"UPDATE published_files SET content = {nothing} WHERE sha256 = '{first}'")
    change(address, kind, f"DELETE FROM published_files WHERE sha256 = '{second}'")
    with closing(Files.open(address)) as files, pytest.raises(DamagedFile):
        PublishedFiles(files.recorder).content(first)
    told = run()
    assert told.exit_code == 1
    for name in (f"{NAME}.json", f"{NAME}.pdf"):
        assert f"the published file {name} is not what was published, or is gone" in told.output


def test_everybody_who_may_read_the_report_has_the_published_files(
    app: Flask, lead: FlaskClient, own_database: Path
) -> None:
    """Those with cases only for who may open all of these; what is given is on the access log with its cases."""
    with closing(Files.open(str(own_database))) as files:
        contents = kept(CaseRepository(files))
    page = lead.get(f"{HERE}/report").text
    assert "As published, byte for byte" in page and "As the record gives it today" in page
    assert sha256(contents["pdf"]).hexdigest() in page
    for form, content in contents.items():
        answer = lead.get(f"{HERE}/published/{form}")
        assert answer.data == content and f'"{NAME}{FORMS[form]}"' in answer.headers["Content-Disposition"]
    spo = signed_in(app, "p.anstey")
    assert spo.get(f"{HERE}/published/json").data == contents["json"]
    refused = spo.get(f"{HERE}/published/csv")
    assert refused.status_code == 403 and "holds cases that are not open to you" in refused.text
    assert "holds cases that are not open to you" in spo.get(f"{HERE}/report").text
    assert lead.get(f"{HERE}/published/xlsx").status_code == 404
    assert b"/1" not in contents["json"].replace(b"1/1", b"") and NAME.encode() in contents["json"]


def test_a_kept_file_that_was_changed_is_given_to_nobody(lead: FlaskClient, own_database: Path) -> None:
    for statement in ("DROP TRIGGER published_files_no_update", "UPDATE published_files SET content = x'00'"):
        change(str(own_database), "sqlite", statement)
    answer = lead.get(f"{HERE}/published/pdf")
    assert answer.status_code == 404 and "What is kept is not what was published" in answer.text


def test_an_unpublished_report_has_no_published_files_and_is_closed_to_others(app: Flask, lead: FlaskClient) -> None:
    ready(lead)
    assert lead.get(f"{AUDIT}/published/json").status_code == 404
    assert signed_in(app, "p.anstey").get(f"{AUDIT}/published/json").status_code == 404
    assert "As published, byte for byte" not in lead.get(f"{AUDIT}/report").text


# ---------------------------------------------------------------- publishing


def ready(lead: FlaskClient) -> None:
    """A frozen inspection of a small sample."""
    opens(lead, **OPENED)
    post(lead, f"{AUDIT}/frame", **FRAME)
    post(lead, f"{AUDIT}/sample", **SAMPLE)
    post(lead, f"{AUDIT}/freeze")


def test_a_published_sheet_keeps_what_was_fixed_at_the_freeze_and_its_files(lead: FlaskClient) -> None:
    ready(lead)
    (frozen,) = (fact for fact in file(lead, "october-audit") if type(fact).__name__ == "InspectionFrozen")
    assert frozen.position > 0 and {leaf.entries for leaf in frozen.files} - {0}  # type: ignore[attr-defined]
    page = lead.get(AUDIT).text
    assert "fixed on 22 December 2005 when the inspection was frozen (entry" in page
    assert "Entries stored after that do not count in its figures" in page
    assert post(lead, f"{AUDIT}/publish").status_code == 302
    out = file(lead, "october-audit")[-1]
    assert isinstance(out, InspectionPublished) and len(out.published_files) == 5
    said = json.loads(lead.get(f"{AUDIT}/published/json").data)
    assert said == lead.get(f"{AUDIT}/report/json").json
    assert [one["by"] for one in said["fixed"]] == ["freeze"] and said["position"] == out.position
    assert b"Published on 22 December 2005" not in lead.get(f"{AUDIT}/published/json").data


@pytest.mark.parametrize("form", ["pdf", "json"])
def test_where_a_file_cannot_be_made_nothing_is_published(
    lead: FlaskClient, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """It says which and why. Without the PDF one may publish all the same, never without the JSON."""
    ready(lead)
    ending, media, _ = publication.FORMS[form]

    def fails(made: object) -> bytes:
        raise ValueError("a letter without a glyph")

    monkeypatch.setattr(publication, "FORMS", {**publication.FORMS, form: (ending, media, fails)})
    refused = post(lead, f"{AUDIT}/publish")
    assert refused.status_code == 503 and f"Nothing is published: the {form.upper()} could not be made" in refused.text
    assert "ValueError: a letter without a glyph" in refused.text
    assert ("publish without this file" in refused.text) == (form == "pdf")
    assert not any(isinstance(fact, InspectionPublished) for fact in file(lead, "october-audit"))
    again = post(lead, f"{AUDIT}/publish", without=form)
    assert again.status_code == (302 if form == "pdf" else 503)
    if form == "pdf":
        out = file(lead, "october-audit")[-1]
        assert isinstance(out, InspectionPublished) and "october-audit.pdf" not in [f.name for f in out.published_files]


def test_where_the_files_cannot_be_kept_nothing_is_published(
    lead: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(lead)

    def full(*of: object) -> None:
        raise PersistenceError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(PublishedFiles, "keep", full)
        lead.application.config["PROPAGATE_EXCEPTIONS"] = False
        assert post(lead, f"{AUDIT}/publish").status_code >= 500
    assert not any(isinstance(fact, InspectionPublished) for fact in file(lead, "october-audit"))
    assert post(lead, f"{AUDIT}/publish").status_code == 302


def test_a_finding_written_while_the_files_are_made_is_in_them(
    lead: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready(lead)
    make, wrote = publication.FORMS["json"][2], list[str]()

    def slow(made: Any) -> bytes:
        content = make(made)
        if not wrote:
            wrote.append("once")
            post(lead, f"{AUDIT}/report", criterion="B1", text="Written meanwhile.", entry="form-0123456789ab")
        return content

    monkeypatch.setattr(publication, "FORMS", {**publication.FORMS, "json": (".json", "application/json", slow)})
    assert post(lead, f"{AUDIT}/publish").status_code == 302
    assert b"Written meanwhile." in lead.get(f"{AUDIT}/published/json").data


def test_a_criterion_is_left_out_with_a_reason_and_taken_in_again_until_the_freeze(lead: FlaskClient) -> None:
    opens(lead, **OPENED)
    post(lead, f"{AUDIT}/frame", **FRAME)
    post(lead, f"{AUDIT}/sample", **SAMPLE)
    managing, leave = f"{AUDIT}/management", {"criterion": "C2", "step": "not re-scored"}
    assert "ay why C2 is not re-scored" in post(lead, managing, why="", **leave).text
    assert post(lead, managing, why="Too few licences", **leave).status_code == 302
    assert "C2: Too few licences" in lead.get(managing).text
    assert "Not re-scored" in lead.get(AUDIT).text and "Not re-scored" in lead.get(f"{AUDIT}/report").text
    assert "Not re-scored" in lead.get(f"{AUDIT}/criteria/C2").text
    assert post(lead, managing, criterion="C2", step="re-scored after all").status_code == 302
    assert "Not re-scored" not in lead.get(AUDIT).text


def test_sources_of_management_are_counted_and_printed_with_each_rung(lead: FlaskClient) -> None:
    opens(lead, **OPENED)
    items = re.findall(r'name="rating ([^"]+)"', lead.get(f"{AUDIT}/management").text)[:2]
    typed = {f"rating {items[0]}": "good", f"count interviews {items[0]}": "12", f"note interviews {items[0]}": "Middle managers",
             f"count survey_of_courts {items[0]}": "3"}  # fmt: skip
    wrong = {**typed, f"count interviews {items[0]}": "no"}
    refused = post(lead, f"{AUDIT}/management", criterion="A1", step="rate", **wrong)
    assert refused.status_code == 200 and "There is a problem" in refused.text and 'value="no"' in refused.text
    assert post(lead, f"{AUDIT}/management", criterion="A1", step="rate", **typed).status_code == 302
    again = post(lead, f"{AUDIT}/management", criterion="A1", step="rate", **typed)
    rated = [fact for fact in file(lead, "october-audit") if type(fact).__name__ == "ManagementRated"]
    assert again.status_code == 302 and len(rated) == 1, "nothing changed"
    more = {f"rating {items[1]}": "good", f"count interviews {items[1]}": "1"}
    post(lead, f"{AUDIT}/management", criterion="A1", step="rate", **typed, **more)
    assert "13 interviews, 3 answers of courts" in lead.get(AUDIT).text
    assert "13 interviews, 3 answers of courts" in lead.get(f"{AUDIT}/report").text
    assert lead.get(f"{AUDIT}/report/json").json["sources"] == [
        {"of": "A1", "kind": "interviews", "count": 13}, {"of": "A1", "kind": "survey_of_courts", "count": 3},
    ]  # fmt: skip


# ---------------------------------------------------------------- every field


@pytest.fixture(scope="module")
def made(published: CaseRepository) -> dict[str, InspectionReport]:
    """The reports as the record of the demonstration gives them, of three cases' answers, made once."""
    made = {name: report_proof.made_again(published, name) for name in published.inspections}
    few = made[NAME].scored
    short = replace(made[NAME], scored=replace(few, readings=few.readings[:3]))
    short.__dict__["sheet"] = made[NAME].sheet  # its intervals are those of all cases
    return made | {NAME: short}


@pytest.fixture
def quick(made: dict[str, InspectionReport], monkeypatch: pytest.MonkeyPatch) -> None:
    """No report is made again for each change."""
    monkeypatch.setattr(report_proof, "made_again", lambda book, name, **more: made[name])


def leaves(value: Any, put: Callable[[Any], None], path: str = "") -> Iterator[tuple[str, Any, Callable[[Any], None]]]:
    """Every leaf of a JSON document: its path, its value, and how to put another in its place."""
    if isinstance(value, dict | list) and value:
        for name, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
            yield from leaves(inner, lambda new, n=name: value.__setitem__(n, new), f"{path}/{name}")  # type: ignore[misc]
    else:
        yield path, value, put


def others(value: Any) -> list[Any]:
    """Other values for a leaf: of its own type, and of another."""
    match value:
        case bool():
            return [not value, int(value), None]
        case int():
            return [value + 1, float(value), str(value)]
        case str():
            return [value + " ", value.upper() if value.upper() != value else value + "x", None]
    return ["something", 0]


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
def test_every_leaf_of_the_json_that_is_changed_is_named(published: CaseRepository, tmp_path: Path) -> None:
    document = json.loads(kept(published)["json"])
    assert {"draw", "frame", "management", "findings", "fixed", "evidence"} <= {k for k, v in document.items() if v}
    walked = 0
    for path, value, put in leaves(document, lambda new: None):
        for other in others(value):
            put(other)
            proof = verified(published, tmp_path, "changed.json", json.dumps(document))
            assert proof.differs, f"{path}: {value!r} as {other!r}"
            last = path.rpartition("/")[2]
            assert last.isdigit() or any(last in words for words in proof.differs), (path, proof.differs)
            assert "byte for byte" not in " ".join(proof.said)
            walked += 1
        put(value)
    assert walked > 400
    proof = verified(published, tmp_path, "same.json", json.dumps(document))
    assert (proof.said, proof.differs) == (["not the published bytes"], [])


def test_an_adjusted_rung_and_its_reason_are_in_the_report_and_compared(
    lead: FlaskClient, own_database: Path, tmp_path: Path
) -> None:
    opens(lead, **OPENED)
    post(lead, f"{AUDIT}/frame", **FRAME)
    post(lead, f"{AUDIT}/sample", **SAMPLE)
    post(lead, f"{AUDIT}/management", criterion="A1", step="adjust", to="Well met", reason="context")
    post(lead, f"{AUDIT}/freeze")
    post(lead, f"{AUDIT}/publish")
    document = json.loads(lead.get(f"{AUDIT}/published/json").data)
    assert document["adjusted"] == [{"of": "A1", "proposed": None, "to": "Well met", "reason": "context"}]
    with closing(Files.open(str(own_database))) as files:
        book = CaseRepository(files)
        assert verified(book, tmp_path, "same.json", json.dumps(document)).differs == []
        document["adjusted"][0] |= {"to": "Partly met", "reason": "another"}
        differs = verified(book, tmp_path, "changed.json", json.dumps(document)).differs
    assert differs == [
        "adjusted 1 (A1) to: the report says 'Partly met', the record gives 'Well met'",
        "adjusted 1 (A1) reason: the report says 'another', the record gives 'context'",
    ]


@pytest.mark.usefixtures("quick")
def test_a_field_or_item_that_is_missing_or_added_is_named(published: CaseRepository, tmp_path: Path) -> None:
    text = kept(published)["json"].decode()
    for name in json.loads(text):
        document = json.loads(text)
        del document[name]
        if name == "report":
            continue  # then it is no report
        proof = verified(published, tmp_path, "less.json", json.dumps(document))
        assert any(words.startswith(name) or "added" in words for words in proof.differs), name
    for name in ("figures", "questions", "findings", "entries", "management"):
        less, more = json.loads(text), json.loads(text)
        less[name].pop()
        more[name].append(more[name][0])
        assert any("missing" in words for words in verified(published, tmp_path, "l.json", json.dumps(less)).differs)
        assert any("added" in words for words in verified(published, tmp_path, "m.json", json.dumps(more)).differs)
    added = verified(published, tmp_path, "added.json", json.dumps({**json.loads(text), "remark": "good"}))
    assert added.differs == ["remark: added; no report has this field, and this one says 'good'"]
    twice = text.replace('"cases": 60,', '"cases": 59,\n "cases": 60,', 1)
    assert twice != text
    assert verified(published, tmp_path, "twice.json", twice).differs[0] == "cases: stands twice in the file"


@pytest.mark.slow
@pytest.mark.usefixtures("quick")
def test_every_cell_of_the_answers_that_is_changed_is_named(
    published: CaseRepository, made: dict[str, InspectionReport], tmp_path: Path
) -> None:
    """Every heading, and every cell of a case."""
    table = answers_table(made[NAME], made[NAME].scored.readings)
    rows = list(csv.reader(io.StringIO(as_bytes(table, "csv").decode("utf-8-sig"))))
    header = rows[0]
    assert header[-1] == "Cases" and rows[1][-1] == "3 of 3"

    def differs(changed: list[list[str]]) -> list[str]:
        out = io.StringIO()
        csv.writer(out, lineterminator="\r\n").writerows(changed)
        return verified(published, tmp_path, "changed.csv", out.getvalue()).differs

    assert differs(rows) == []
    for line in range(sum(row[0] == rows[1][0] for row in rows) + 1):
        for column, name in enumerate(header):
            other = rows[line][column] + "x" if (line + column) % 2 or not rows[line][column] else ""
            changed = [*rows[:line], [*rows[line][:column], other, *rows[line][column + 1 :]], *rows[line + 1 :]]
            found = differs(changed)
            assert found and (name in " ".join(found) or column in (0, 2)), (line, name, other)
    assert any("missing" in words for words in differs(rows[:-1]))
    assert any("stands twice" in words for words in differs([*rows, rows[-1]]))
    without = [row for row in rows if row[0] != rows[1][0]]
    assert any("'3 of 3'" in words and "'2 of 3'" in words for words in differs(without))


def test_a_readers_own_answers_say_how_many_cases_they_hold(app: Flask, own_database: Path, tmp_path: Path) -> None:
    content = signed_in(app, "p.anstey").get(f"{HERE}/report/csv").data
    held = len({row.split(",")[0] for row in content.decode().splitlines()[1:]})
    assert 0 < held < 60
    with closing(Files.open(str(own_database))) as files:
        proof, renamed = (
            verified(CaseRepository(files), tmp_path, name, content) for name in ("mine.csv", "saved answers")
        )
    assert (renamed.said, renamed.differs) == (proof.said, proof.differs), "told by what is in it, not by its name"
    assert proof.differs == []
    assert proof.said == ["not the published bytes", f"it holds {held} of 60 cases"]


def test_a_draft_is_named_as_such_and_a_saved_page_is_none(
    lead: FlaskClient, own_database: Path, tmp_path: Path
) -> None:
    ready(lead)
    said = lead.get(f"{AUDIT}/report/json").data
    pdf = lead.get(f"{AUDIT}/report/odt").data
    with closing(Files.open(str(own_database))) as files:
        book = CaseRepository(files)
        proof = verified(book, tmp_path, "draft.json", said)
        assert proof.said == ["a draft: the sheet is not published, so there is no digest to compare with"]
        assert proof.differs == []
        assert "or it is a draft" in verified(book, tmp_path, "draft.odt", pdf).differs[0]
        with pytest.raises(report_proof.NotAReport, match="a page saved from the site"):
            verified(book, tmp_path, "report.html", "<!doctype html><title>Report</title>")


def test_a_rewritten_pdf_or_document_is_named(published: CaseRepository, tmp_path: Path) -> None:
    """Also where its words alone were changed, or its bytes were only written anew."""
    contents = kept(published)
    for form in ("pdf", "odt"):
        changed = bytearray(contents[form])
        changed[len(changed) // 2] ^= 1
        for content in (bytes(changed), contents[form] + b"\n", contents[form][:-1]):
            proof = verified(published, tmp_path, f"report.{form}", content)
            assert len(proof.differs) == 1 and "saved again or printed anew" in proof.differs[0]
            assert "byte for byte" not in " ".join(proof.said)


# ---------------------------------------------------------------- other files, other records


def test_of_a_pdf_or_spreadsheet_the_bytes_alone_are_compared(published: CaseRepository, tmp_path: Path) -> None:
    contents = kept(published)
    for form, kind in (("pdf", "a PDF"), ("odt", "an OpenDocument file"), ("ods", "an OpenDocument file")):
        same = verified(published, tmp_path, f"file.{form}", contents[form])
        words = f"the fields of {kind} are not compared: verify the report's JSON, or its answers as CSV"
        assert same.said == [f"byte for byte the published file {NAME}{FORMS[form]} of {NAME}", words]
        assert same.differs == [] and not same.fields
        changed = verified(published, tmp_path, f"other.{form}", contents[form] + b" ")
        assert len(changed.differs) == 1
        assert changed.differs[0].startswith(
            "not the published bytes of any report in this record: it was changed, saved"
        )


def test_a_report_of_before_verifies_as_it_did_and_carries_no_digest(
    published: CaseRepository, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has fewer fields and no format; a change of any of these is named all the same."""
    from msgspec import structs

    contents = kept(published)
    document = {name: value for name, value in json.loads(contents["json"]).items() if name in BEFORE}
    now = verified(published, tmp_path, "before.json", json.dumps(document))
    assert now.differs[0].startswith("format: nothing is not known to this version")
    found = published.inspection(NAME)
    assert found.published is not None
    monkeypatch.setattr(found, "published", structs.replace(found.published, published_files=[]))
    proof = verified(published, tmp_path, "before.json", json.dumps(document))
    assert proof.differs == []
    assert proof.said == ["it carries no digest: when this sheet was published no files were kept"]
    document["findings"][0]["text"] = "All went well."
    assert verified(published, tmp_path, "before.json", json.dumps(document)).differs[0].startswith("findings 1 (")
    rows = list(csv.reader(io.StringIO(contents["csv"].decode("utf-8-sig"))))
    out = io.StringIO()
    csv.writer(out).writerows(row[:-1] for row in rows)
    assert verified(published, tmp_path, "before.csv", out.getvalue()).differs == []


@pytest.mark.parametrize("asked", OLDER)
@pytest.mark.usefixtures("quick")
def test_a_report_in_an_earlier_format_verifies_and_each_changed_field_of_it_is_named(
    published: CaseRepository, tmp_path: Path, asked: int
) -> None:
    document = json.loads(kept(published)["json"])
    document = {name: value for name, value in document.items() if name not in OLDER[asked]} | {"format": asked}
    for many, since in (("findings", "doubt"), ("adjusted", "proposed")):
        document[many] = [{name: value for name, value in one.items() if name != since} for one in document[many]]
    assert verified(published, tmp_path, "old.json", json.dumps(document)).differs == []
    document["findings"][0]["text"] = "All went well."
    (differs,) = verified(published, tmp_path, "old.json", json.dumps(document)).differs
    assert differs.startswith("findings 1 (") and "text: the report says 'All went well.'" in differs


def test_another_or_a_restored_record_is_told_in_clear_words(
    published: CaseRepository, tmp_path: Path, sample_files: Path, own_database: Path
) -> None:
    content = kept(published)["json"]
    other, exported = str(tmp_path / "other.sqlite"), tmp_path / "export.ndjson"
    CliRunner().invoke(main, ["import", *map(str, sorted(sample_files.glob("*.ndjson"))), "--database", other])
    with closing(Files.open(other)) as files:
        elsewhere = verified(CaseRepository(files), tmp_path, "report.json", content).differs
    assert (
        "the record there is not what the report was made from: this is another record, or one that was restored"
        in (" ".join(elsewhere))
        or "it is a backup of before the report was made, or another record" in " ".join(elsewhere).lower()
    )
    told = CliRunner().invoke(main, ["export", "--database", str(own_database)]).output
    exported.write_text(told, encoding="utf-8")
    imported = str(tmp_path / "imported.sqlite")
    assert CliRunner().invoke(main, ["import", str(exported), "--database", imported]).exit_code == 0
    with closing(Files.open(imported)) as files:
        proof = verified(CaseRepository(files), tmp_path, "report.json", content)
    assert proof.said == [f"byte for byte the published file {NAME}.json"]
    assert "the publication came into this record by import" in proof.differs[0]
    assert CliRunner().invoke(main, ["verify", "--database", imported]).exit_code == 0
