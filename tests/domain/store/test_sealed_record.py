"""A record that seals its texts: nothing readable is in the database, and what is compared is compared sealed."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from eventsourcing.persistence import IntegrityError

from domain.aggregates.amendments import known
from domain.entries.entry import Entry
from domain.entries.refusals import BadCorrection, EntryRepeats, ImpossibleDate
from domain.entries.schemas import dump_entry
from domain.importing.importer import ImportReport, import_lines
from domain.importing.ndjson_reader import Line, read_lines
from domain.sealing.person_key import PersonKey, Where
from domain.sealing.sealed_fields import ERASED, REDACTED, SEALED
from domain.sealing.sealing import tail_of
from domain.store.application import Files
from domain.store.database import Database
from domain.store.entry_codec import stored_entry
from domain.store.preparation import begin_sealing
from domain.store.sealer import PersonErased
from tests.domain.store.test_store import BEGINNING
from tests.support.histories import CASE, NOW, facts_of

pytestmark = pytest.mark.both

CRN = CASE.partition("/")[0]
NAME, BORN = BEGINNING["person"]["name"], BEGINNING["person"]["date_of_birth"]


@pytest.fixture
def files(empty_database: str) -> Iterator[Files]:
    """A sealed record with one case that has begun."""
    with closing(Files.open(empty_database)) as files:
        begin_sealing(files.recorder)
        record(files, *facts_of([BEGINNING]))
        yield files


def contact(note: str, entry: str = "e1", **said: Any) -> Entry:
    line = {"entry": entry, "type": "ContactLogged", "occurred_on": "2005-06-01",
            "recorded_at": "2005-06-01T12:00:00+00:00", "contact_type": "letter", "note": note, **said}  # fmt: skip
    return facts_of([line])[0]


def about(type_: str, entry: str, **said: Any) -> Entry:
    return facts_of(
        [
            {
                "entry": entry,
                "type": type_,
                "occurred_on": "2005-06-02",
                "recorded_at": "2005-06-02T12:00:00+00:00",
                **said,
            }
        ]
    )[0]


def record(files: Files, *facts: Entry) -> list[Entry]:
    return files.record(CASE, facts, actor="test", now=NOW)


def stored(files: Files) -> list[tuple[Entry, dict[str, str]]]:
    rows = files.recorder.select_many([CASE])
    return [(stored_entry(row.topic, row.state), tail_of(row.state)) for row in rows]


def read_now(files: Files) -> dict[str, dict[str, Any]]:
    """The case as it reads now, with its texts."""
    return {
        fact.entry: dump_entry(fact)
        for fact in files.texts.opened(CASE, known(files.read(CASE).entries.values(), None))
    }


def test_texts_open_for_whoever_shows_them(files: Files) -> None:
    record(files, contact("came round"), about("EntryWithdrawn", "w", of="e1", reason="on the wrong file"))
    held = files.read(CASE).entries
    assert dump_entry(held["e1"])["note"] == dump_entry(held["w"])["reason"] == SEALED
    found = {fact.entry: fact for fact in files.texts.opened(CASE, held.values())}
    assert dump_entry(found["start"]) == dump_entry(facts_of([BEGINNING])[0])
    assert found["e1"] == contact("came round")
    assert found["w"] == about("EntryWithdrawn", "w", of="e1", reason="on the wrong file")


def test_a_repeated_entry_is_compared_by_its_digests(files: Files) -> None:
    assert record(files, contact("came round"))
    assert record(files, contact("came round")) == []
    with pytest.raises(EntryRepeats, match="note"):
        record(files, contact("came not"))
    with pytest.raises(EntryRepeats, match="person"):
        record(files, *facts_of([{**BEGINNING, "person": {**BEGINNING["person"], "date_of_birth": "1975-03-01"}}]))


def test_corrections_and_withdrawals_read_as_in_a_plain_record(files: Files) -> None:
    record(files, contact("came round"))
    record(files, about("EntryCorrected", "c1", of="e1", fields={"note": "came late"}))
    assert read_now(files)["e1"]["note"] == "came late"
    record(
        files,
        about("EntryCorrected", "c2", of="start", fields={"person": {**BEGINNING["person"], "name": "Zoë Byrne"}}),
    )
    assert read_now(files)["start"]["person"]["name"] == "Zoë Byrne"
    record(files, about("EntryWithdrawn", "w1", of="c1", reason="it was right"))
    assert read_now(files)["e1"]["note"] == "came round"
    with pytest.raises(BadCorrection, match="sealed"):
        record(files, about("EntryCorrected", "c3", of="e1", fields={"sealed": {}}))
    with pytest.raises(BadCorrection, match=r"fields\.note"):
        record(files, about("EntryCorrected", "c4", of="e1", fields={"note": 5}))


def test_dates_are_judged_before_they_are_sealed(files: Files) -> None:
    born = {**BEGINNING["person"], "date_of_birth": "2005-05-04"}
    with pytest.raises(ImpossibleDate, match="birth"):
        files.record("X123456/2", facts_of([{**BEGINNING, "person": born}]), actor="test", now=NOW)
    assert files.would_record(CASE, about("PersonDetailsChanged", "p", date_of_birth="1980-05-06"), now=NOW)


@pytest.mark.parametrize("word", [SEALED, ERASED, REDACTED])
def test_a_text_that_reads_like_our_own_words_is_a_text(files: Files, word: str) -> None:
    record(files, contact(word))
    assert record(files, contact(word)) == []
    with pytest.raises(EntryRepeats, match="note"):
        record(files, contact("came round"))
    assert read_now(files)["e1"] == dump_entry(contact(word))


def extract(files: Files, fact: Entry, day: int) -> ImportReport:
    """An extract of a source, made on a day of July, that gives this entry alone."""
    report = ImportReport()
    at = datetime(2005, 7, day, tzinfo=UTC)
    import_lines(files, [Line("x.csv", 2, CASE, fact, True, at)], report, now=NOW, actor="import", keep=True)
    assert not report.rejected, report.rejected
    return report


def test_a_restated_note_corrects_once(files: Files) -> None:
    entry = "crams:contacts:4711:ContactLogged"
    assert extract(files, contact("came round", entry), 1).stored == 1
    assert extract(files, contact("came round", entry), 2).stored == 0
    assert extract(files, contact("came late", entry), 3).corrected == 1
    assert extract(files, contact("came late", entry), 4).stored == 0
    assert read_now(files)[entry]["note"] == "came late"
    assert extract(files, contact("came round", entry), 5).corrected == 1
    assert read_now(files)[entry]["note"] == "came round"


def test_a_missing_key_and_another_key_show_a_word_and_break_no_page(
    files: Files, caplog: pytest.LogCaptureFixture
) -> None:
    record(files, contact("came round"))
    with files.keys.engine.begin() as c:
        c.exec_driver_sql("DELETE FROM person_keys")
    assert read_now(files)["e1"]["note"] == SEALED and read_now(files)["start"]["person"]["name"] == SEALED
    files.keys.add({CRN: PersonKey.new()})
    with caplog.at_level(logging.WARNING):
        assert read_now(files)["e1"]["note"] == SEALED
    assert "does not open: its key is another one" in caplog.text and "came round" not in caplog.text
    (found,) = files.texts.opened(CASE, [files.read(CASE).entries["start"]])
    assert set(found.sealed or {}) == {"person.name", "person.date_of_birth"}, (
        "what was not opened can be told from what was"
    )


def test_an_erased_person_reads_so_and_takes_nothing_more(files: Files) -> None:
    record(files, contact("came round"))
    files.keys.destroy(CRN)
    assert read_now(files)["e1"]["note"] == ERASED
    for fact in (contact("came round"), contact("more", "e2"), about("TierSet", "t", tier=4)):
        with pytest.raises(PersonErased, match="erased"):
            record(files, fact)


def test_one_text_is_redacted_and_no_other(files: Files) -> None:
    record(files, contact("of a neighbour"), contact("came round", "e2"))
    at = [(CASE, fact, tail) for fact, tail in stored(files)]
    files.keys.rekey_without(CRN, Where(CASE, "e1", "note"), at)
    record(files, contact("later", "e3"))
    now = read_now(files)
    assert [now[entry]["note"] for entry in ("e1", "e2", "e3")] == [REDACTED, "came round", "later"]
    assert now["start"]["person"]["name"] == NAME
    for note in ("of a neighbour", "whatever the source says"):
        assert record(files, contact(note)) == [], "no import brings it back"
    assert record(files, contact("came round", "e2"), contact("later", "e3")) == []
    with pytest.raises(EntryRepeats):
        record(files, contact("came not", "e2"))
    files.keys.rekey_without(CRN, Where(CASE, "e3", "note"), [(CASE, fact, tail) for fact, tail in stored(files)])
    now = read_now(files)
    assert [now[entry]["note"] for entry in ("e1", "e2", "e3")] == [REDACTED, "came round", REDACTED]
    with pytest.raises(LookupError, match="no text"):
        files.keys.rekey_without(CRN, Where(CASE, "e9", "note"), [(CASE, fact, tail) for fact, tail in stored(files)])


def test_two_writers_make_one_key(empty_database: str) -> None:
    with closing(Files.open(empty_database)) as files:
        begin_sealing(files.recorder)

    def write(number: int) -> None:
        begun = facts_of([{**BEGINNING, "entry": f"start-{number}"}])
        with closing(Files.open(empty_database)) as files:
            files.record(f"{CRN}/{number}", begun, actor="test", now=NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(1, 9)))
    with closing(Files.open(empty_database)) as files:
        assert files.keys.crns() == [CRN]
        for number in range(1, 9):
            (found,) = files.texts.opened(f"{CRN}/{number}", files.read(f"{CRN}/{number}").entries.values())
            assert dump_entry(found)["person"]["name"] == NAME


def test_of_two_writers_one_stores_its_key(files: Files) -> None:
    with pytest.raises(IntegrityError):
        files.keys.add({"X000002": PersonKey.new(), CRN: PersonKey.new()})
    assert files.keys.crns() == [CRN], "all or none"
    assert files.keys.get_or_make("X000002").current == files.keys.get_or_make("X000002").current


def test_a_dry_run_makes_no_key(empty_database: str, sample_files: Path) -> None:
    with closing(Files.open(empty_database)) as files:
        begin_sealing(files.recorder)
        report = take(files, sorted(sample_files.iterdir())[0], keep=False)
        assert report.stored and not report.rejected
        assert files.keys.crns() == [] and files.recorder.head()[0] == 0


def take(files: Files, path: Path, *, keep: bool = True) -> ImportReport:
    report, now = ImportReport(), datetime.now(UTC)
    import_lines(
        files, read_lines(path, now, report.rejected, lambda _: None), report, now=now, actor="import", keep=keep
    )
    return report


def secrets_of(path: Path) -> set[str]:
    """The names, dates of birth and notes of an interchange file, as one finds them in bytes."""
    found: set[str] = set()
    with closing(Files.open(str(path.with_suffix(".plain.sqlite")))) as plain:
        take(plain, path)
        for (state,) in plain.recorder.rows_of("SELECT state FROM stored_events WHERE topic LIKE 'case.%'"):
            found |= set(_texts(msgspec.json.decode(bytes(state))))
    return {text for text in found if len(text) > 7 and not text.endswith("-01-01")}


def _texts(fact: Any) -> Iterator[str]:
    for name in ("note", "reason", "comment", "detail", "arrangement", "methods", "action", "changes", "evidence"):
        if isinstance(fact.get(name), str) and " " in fact[name]:
            yield fact[name]
    if "person" in fact:
        yield fact["person"]["name"]
        yield fact["person"]["date_of_birth"]


def bytes_of(address: str) -> bytes:
    """Everything that the database holds: the SQLite file with its log, or every table of PostgreSQL as text."""
    database = Database.at(address)
    if database.kind == "sqlite":
        return b"".join(
            Path(f"{address}{part}").read_bytes() for part in ("", "-wal") if Path(f"{address}{part}").exists()
        )
    with psycopg.connect(address) as c:
        tables = [name for (name,) in c.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")]
        dumped = []
        for name in tables:
            with c.cursor().copy(f"COPY {name} TO STDOUT (FORMAT BINARY)".encode()) as copy:
                dumped.append(b"".join(bytes(part) for part in copy))
    return b"".join(dumped)


@pytest.mark.slow
@pytest.mark.usefixtures("plain_records")
def test_the_database_holds_nothing_readable(empty_database: str, sample_files: Path, tmp_path: Path) -> None:
    source = sorted(sample_files.iterdir())[0]
    path = tmp_path / source.name
    path.write_bytes(source.read_bytes())
    wanted = secrets_of(path)
    assert len(wanted) > 50
    with closing(Files.open(empty_database)) as files:
        begin_sealing(files.recorder)
        report = take(files, path)
        assert report.stored and not report.rejected
        held = bytes_of(empty_database)
        assert [text for text in wanted if text.encode() in held] == []
        again = take(files, path)
        assert (again.stored, again.already) == (0, report.stored)
