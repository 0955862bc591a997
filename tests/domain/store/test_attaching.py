"""Attached files are kept sealed: they open with the person's key alone, go with it, and verify says where one was changed."""

from collections.abc import Iterator
from contextlib import closing
from hashlib import sha256
from pathlib import Path

import pytest

from domain.entries.case_entries import EvidenceAttached
from domain.entries.person_entries import PersonErased, TextRedacted
from domain.entries.refusals import Refused
from domain.entries.schemas import load_entry
from domain.sealing.person_key import KeyDestroyed
from domain.store.application import Files
from domain.store.attaching import NOT_YET, attach, content_of, damaged_attachments
from domain.store.engines import engine_of
from domain.store.erasing import erase, redact
from domain.store.files_by_digest import Attachments
from domain.store.preparation import begin_sealing
from domain.store.record_copy import copy_record
from domain.store.sealer import PersonErased as Refusal
from tests.domain.store.test_sealed_record import contact
from tests.domain.store.test_store import BEGINNING
from tests.support.histories import CASE, NOW, facts_of

pytestmark = pytest.mark.both

CRN = CASE.partition("/")[0]
LETTER = b"%PDF-1.7 a letter about Ann Other"


@pytest.fixture
def files(empty_database: str) -> Iterator[Files]:
    with closing(Files.open(empty_database)) as files:
        begin_sealing(files.recorder)
        files.record(CASE, [*facts_of([BEGINNING]), contact("came round")], actor="test", now=NOW)
        yield files


def evidence(entry: str = "letter") -> EvidenceAttached:
    fact = load_entry("EvidenceAttached", {
        "entry": entry, "occurred_on": "2005-06-02", "recorded_at": "2005-06-02T12:00:00+00:00", "inspection": "audit",
        "name": "letter.pdf", "kind": "pdf", "size": 1, "sha256": NOT_YET, "record": "this", "by": "J Hartnell",
    })  # fmt: skip
    assert isinstance(fact, EvidenceAttached)
    return fact


def attached(files: Files, entry: str = "letter") -> EvidenceAttached:
    return attach(files, CASE, evidence(entry), LETTER, actor="test", now=NOW)


def stored(files: Files) -> EvidenceAttached:
    fact = files.read(CASE).entries["letter"]
    assert isinstance(fact, EvidenceAttached)
    return fact


def test_a_file_is_kept_sealed_under_the_digest_of_its_entry(files: Files) -> None:
    fact = attached(files)
    held = Attachments(files.recorder).content(fact.sha256)
    assert held is not None and sha256(held).hexdigest() == stored(files).sha256 and b"Ann Other" not in held
    assert content_of(files, CASE, stored(files)) == LETTER and stored(files).size == len(LETTER)
    assert stored(files).name == "[sealed]" and damaged_attachments(files) == []


def test_it_goes_with_its_person_and_nothing_more_is_attached(files: Files) -> None:
    attached(files)
    erase(files, CRN, PersonErased(at=NOW, reason="past its time", asked_by="ann"), actor="bob")
    with pytest.raises(KeyDestroyed):
        content_of(files, CASE, stored(files))
    assert damaged_attachments(files) == [], "what is erased is still what its digest says"
    with pytest.raises(Refusal):
        attached(files, "again")


def test_it_is_redacted_by_itself_and_outlives_the_redaction_of_another_text(files: Files) -> None:
    attached(files)
    redact(files, TextRedacted(at=NOW, case=CASE, entry="e1", path="note", reason="r", asked_by="a"), actor="b")
    assert content_of(files, CASE, stored(files)) == LETTER
    redact(files, TextRedacted(at=NOW, case=CASE, entry="letter", path="content", reason="r", asked_by="a"), actor="b")
    with pytest.raises(KeyDestroyed):
        content_of(files, CASE, stored(files))
    assert files.texts.opened(CASE, [stored(files)])[0].name == "letter.pdf"  # type: ignore[attr-defined]


def test_what_is_refused_keeps_nothing(files: Files) -> None:
    attached(files)
    with pytest.raises(Refused):
        attached(files)  # an entry of this id is there, with other bytes
    files.__dict__["seals"] = False
    with pytest.raises(Refused, match="seals no texts"):
        attached(files, "other")
    assert files.recorder.rows_of("SELECT count(*) FROM attachments")[0][0] == 1


def test_bytes_that_were_changed_or_taken_away_are_said(files: Files) -> None:
    attached(files)
    engine = engine_of(files.database)
    sqlite = files.database.kind == "sqlite"
    off = [f"DROP TRIGGER attachments_no_{one}" for one in ("update", "delete")]
    with engine.begin() as c, pytest.raises(Exception, match="never changed or deleted"), c.begin_nested():
        c.exec_driver_sql("DELETE FROM attachments")
    for statement in (*(off if sqlite else ["ALTER TABLE attachments DISABLE TRIGGER ALL"]), "UPDATE attachments SET content = "
                      + ("x'00'" if sqlite else r"'\x00'")):  # fmt: skip
        with engine.begin() as c:
            c.exec_driver_sql(statement)
    said = f"{CASE}: the file attached by entry letter is not what its digest says, or is gone"
    assert damaged_attachments(files) == [said]
    with engine.begin() as c:
        c.exec_driver_sql("DELETE FROM attachments")
    assert damaged_attachments(files) == [said]
    engine.dispose()


def test_a_copy_has_the_file_and_an_export_its_entry_alone(files: Files, tmp_path: Path) -> None:
    attached(files)
    with closing(Files.open(str(tmp_path / "copy.sqlite"))) as copy:
        engines = engine_of(files.database), engine_of(copy.database)
        copy_record(files, copy, engines, lambda _: None)
        for engine in engines:
            engine.dispose()
    with closing(Files.open(str(tmp_path / "copy.sqlite"))) as copy:
        assert content_of(copy, CASE, stored(files)) == LETTER and damaged_attachments(copy) == []
    with closing(Files.open(str(tmp_path / "other.sqlite"))) as other:
        other.record(
            CASE, [*facts_of([BEGINNING]), files.texts.opened(CASE, [stored(files)])[0]], actor="test", now=NOW
        )
        assert content_of(other, CASE, stored(files)) is None and damaged_attachments(other) == []
