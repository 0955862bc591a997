"""The seed of a draw is the one that the record gave after the frame: on both databases, in the store and for ``verify``."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from msgspec import structs

from domain.aggregates.case_file import RecordedEntry
from domain.aggregates.draw_seed import frame_digest, seed_of
from domain.aggregates.sampling import draw
from domain.entries.entry import Entry
from domain.entries.inspection_entries import FrameTaken, SampleDrawn, SeedSource
from domain.entries.record_entries import CHECKPOINTS, CheckpointMade
from domain.entries.refusals import Refused
from domain.entries.schemas import dump_entry, load_entry
from domain.importing.importer import ImportReport, import_lines
from domain.importing.ndjson_reader import read_lines
from domain.store import preparation
from domain.store.application import Files
from domain.store.draw_seeds import drawn_elsewhere, make_checkpoint, own_names, seed, seed_source, wrong_draws
from domain.store.log_reader import LogReader
from web.cli import main

pytestmark = pytest.mark.both

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
NAME = "october"
FRAMED = [
    {"case": f"X{100_000 + n}/1", "stratum": "ab"[n % 2], "officer": f"O{n % 5}", "team": f"T{n % 3}"}
    for n in range(30)
]


def entry(type_: str, name: str, **fields: Any) -> Entry:
    return load_entry(
        type_, {"entry": name, "occurred_on": "2026-11-20", "recorded_at": "2026-11-20T18:00:00+00:00", **fields}
    )


OPENED = entry("InspectionOpened", "opened", title="T", area="A", framework="esi-2003")


def frame(name: str = "frame", **said: Any) -> FrameTaken:
    window = {"started_from": "2026-01-01", "started_to": "2026-02-28", "cases": FRAMED, "ended": "out"}
    found = entry("FrameTaken", name, **{**window, **said})
    assert isinstance(found, FrameTaken)
    return found


FRAME = frame()


def drawn(source: SeedSource, name: str = "draw", **said: Any) -> SampleDrawn:
    made = draw(FRAME.cases, 6, seed(source))
    values = {
        "size": 6,
        "seed": seed(source),
        "method": "largest_remainder",
        "cases": made.cases,
        "spares": made.spares,
    }
    found = entry("SampleDrawn", name, seed_from=structs.asdict(source), **{**values, **said})
    assert isinstance(found, SampleDrawn)
    return found


@pytest.fixture
def files(empty_database: str) -> Iterator[Files]:
    """A record in which a frame was taken, and nothing since."""
    with closing(Files.open(empty_database)) as opened:
        opened.record(NAME, [OPENED, FRAME], actor="test", now=NOW)
        yield opened


def source_of(files: Files) -> SeedSource:
    found = seed_source(files, NAME)
    assert found is not None
    return found


def test_there_is_no_seed_until_something_follows_the_frame_and_a_checkpoint_does(files: Files) -> None:
    assert seed_source(files, NAME) is None and seed_source(files, "nothing") is None
    place, _ = files.recorder.head()
    make_checkpoint(files, at=NOW, actor="j.lead")
    source, (row,) = source_of(files), LogReader(files.recorder).rows(place, 1)
    assert (source.position, source.hash) == (row.position, bytes(row.hash).hex())  # type: ignore[arg-type]
    assert source.frame == frame_digest(FRAME) and source.record in own_names(files)
    (made,) = files.entered(CHECKPOINTS)
    assert isinstance(made, CheckpointMade) and made.leaves == 2
    before = seed(source)
    make_checkpoint(files, at=NOW, actor="j.lead")
    files.record("other", [OPENED], actor="test", now=NOW)
    assert seed(source_of(files)) == before, "a frame has one seed, whatever is stored later"


def test_two_frames_of_the_same_cases_have_other_seeds(files: Files) -> None:
    make_checkpoint(files, at=NOW, actor="j.lead")
    first = seed(source_of(files))
    files.record(NAME, [frame("again", reason="To see")], actor="test", now=NOW)
    assert seed_source(files, NAME) is None
    make_checkpoint(files, at=NOW, actor="j.lead")
    assert seed(source_of(files)) != first


def test_the_store_takes_the_seed_of_the_record_and_no_other(files: Files) -> None:
    place, hash_ = files.recorder.head()
    guess = SeedSource(record=min(own_names(files)), frame=frame_digest(FRAME), position=place, hash=hash_)
    with pytest.raises(Refused, match="nothing is stored in the record after the frame yet"):
        files.record(NAME, [drawn(guess)], actor="test", now=NOW)
    make_checkpoint(files, at=NOW, actor="j.lead")
    make_checkpoint(files, at=NOW, actor="j.lead")
    right = source_of(files)
    later = LogReader(files.recorder).rows(right.position, 1)[0]
    other = structs.replace(right, position=later.position, hash=bytes(later.hash).hex())  # type: ignore[arg-type]
    for wrong in (guess, other, structs.replace(right, position=later.position)):
        with pytest.raises(Refused, match=f"is another one, at position {right.position}"):
            files.record(NAME, [drawn(wrong)], actor="test", now=NOW)
    with pytest.raises(Refused, match="say which draw it repeats"):
        files.record(NAME, [structs.replace(drawn(right), seed_from=None)], actor="test", now=NOW)
    assert files.record(NAME, [drawn(right)], actor="test", now=NOW) and not files.record(
        NAME, [drawn(right)], actor="test"
    )
    assert not [*wrong_draws(files)] and not [*drawn_elsewhere(files)]


def verified(address: str, code: int) -> str:
    result = CliRunner().invoke(main, ["verify", "--database", address])
    assert result.exit_code == code, result.output
    return result.output


def test_verify_draws_again_and_names_a_draw_that_is_not_what_the_record_gives(
    files: Files, empty_database: str
) -> None:
    make_checkpoint(files, at=NOW, actor="j.lead")
    right = drawn(source_of(files))
    files.record(NAME, [right], actor="test", now=NOW)
    assert "draw" not in verified(empty_database, 0)
    forged = structs.replace(right, entry="forged", cases=right.cases[::-1], reason="r")
    files.store([RecordedEntry(NAME, 4, forged)], "somebody who bypassed the rules")
    assert "october, draw 'forged': this is not what the frame and the seed give" in verified(empty_database, 1)


def test_verify_says_which_seeds_it_cannot_prove(files: Files, empty_database: str) -> None:
    typed = draw(FRAME.cases, 6, "words")
    values = {"size": 6, "seed": "words", "method": "largest_remainder", "cases": typed.cases, "spares": typed.spares}
    files.record(NAME, [entry("SampleDrawn", "typed", repeats="The draw of May", **values)], actor="test", now=NOW)
    assert "october: the seed of the draw 'typed' was typed by hand" in verified(empty_database, 0)
    elsewhere = SeedSource(record="other.example/caseaudit/x", frame=frame_digest(FRAME), position=7, hash="0f" * 32)
    files.record(NAME, [drawn(elsewhere, reason="It came with its file")], actor="test", now=NOW)
    assert "is of the record other.example/caseaudit/x, which alone proves it" in verified(empty_database, 0)


def test_an_imported_draw_must_be_what_frame_and_seed_give(files: Files, tmp_path: Path) -> None:
    elsewhere = SeedSource(record="other.example/caseaudit/x", frame=frame_digest(FRAME), position=7, hash="0f" * 32)
    right = drawn(elsewhere)
    lines = [
        structs.replace(right, entry="cases", cases=[*right.cases[:-1], right.spares[0]]),
        structs.replace(right, entry="seed", seed=seed_of("0e" * 32, "0f" * 32)),
        structs.replace(right, entry="typed", seed_from=None),
        right,
    ]
    path = tmp_path / "lines.ndjson"
    path.write_text("".join(json.dumps({"inspection": NAME, **dump_entry(line)}) + "\n" for line in lines))
    report = ImportReport()
    read = read_lines(path, NOW, report.rejected, lambda _: None)
    import_lines(files, read, report, now=NOW, actor="test", keep=True)
    assert report.stored == 1
    said = {(one.line, one.field): one.reason for one in report.rejected}
    assert [field for _, field in sorted(said)] == ["cases", "seed", "repeats"]


def test_a_record_that_was_sealed_since_still_proves_its_draws(
    empty_database: str, tmp_path: Path, marks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = str(tmp_path / "plain.sqlite")
    with monkeypatch.context() as patched:
        patched.setattr(preparation, "SEALS_NEW_RECORDS", False)
        with closing(Files.open(plain)) as old:
            old.record(NAME, [OPENED, FRAME], actor="test", now=NOW)
            make_checkpoint(old, at=NOW, actor="j.lead")
            old.record(NAME, [drawn(source_of(old))], actor="test", now=NOW)
    assert CliRunner().invoke(main, ["migrate", "--seal", plain, empty_database]).exit_code == 0
    verified(empty_database, 0)
    with closing(Files.open(empty_database)) as new:
        assert not [*wrong_draws(new)] and not [*drawn_elsewhere(new)]
        (kept,) = [f for f in new.read(NAME).entries.values() if isinstance(f, SampleDrawn)]
        assert kept.seed_from is not None
        forged = structs.replace(kept.seed_from, hash="0f" * 32)
        with pytest.raises(Refused, match="is another one, at position"):
            new.record(NAME, [drawn(forged, "forged", reason="r")], actor="test", now=NOW)


def test_a_draw_goes_with_its_frame_to_another_record_and_is_marked_there(
    files: Files, empty_database: str, tmp_path: Path
) -> None:
    make_checkpoint(files, at=NOW, actor="j.lead")
    files.record(NAME, [drawn(source_of(files))], actor="test", now=NOW)
    exported, other = tmp_path / "export.ndjson", str(tmp_path / "other.sqlite")
    exported.write_text(CliRunner().invoke(main, ["export", "--database", empty_database]).output, encoding="utf-8")
    assert CliRunner().invoke(main, ["import", str(exported), "--database", other]).exit_code == 0
    with closing(Files.open(other)) as there:
        (said,) = drawn_elsewhere(there)
        assert f"is of the record {source_of(files).record}, which alone proves it" in said and not [
            *wrong_draws(there)
        ]
