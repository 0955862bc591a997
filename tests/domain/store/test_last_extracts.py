"""The last extract of each source, found in the log: what came last, up to which day, after another record, and far back."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from domain.store import last_extracts
from domain.store.application import Files
from domain.store.last_extracts import LastExtracts
from domain.store.preparation import position_column
from domain.store.stored_by import StoredBy
from tests.support.histories import PERSON, PLACE, facts_of

CAME = datetime(2005, 6, 7, 6, 10, tzinfo=UTC)


def started(crn: str, recorded: str) -> list[dict[str, object]]:
    return [
        {
            "type": "SupervisionStarted", "entry": "s", "occurred_on": "2005-05-03", "recorded_at": recorded,
            "order_type": "community_order", "person": PERSON | {"crn": crn}, "officer": "R A", "officer_grade": "po", **PLACE,
        }
    ]  # fmt: skip


@pytest.fixture
def files(tmp_path: Path) -> Files:
    (tmp_path / "record").mkdir(mode=0o700)
    return Files.open(str(tmp_path / "record" / "a.sqlite"))


Store = Callable[..., None]


@pytest.fixture
def store(files: Files) -> Store:
    def stored(crn: str, by: str, at: datetime, recorded: str = "2005-06-06T16:00:00+01:00") -> None:
        files.recorder.clock = lambda: at
        files.record(f"{crn}/1", facts_of(started(crn, recorded)), actor=by, now=at)

    return stored


def found(files: Files, *wanted: str) -> dict[str, tuple[datetime, date]]:
    last = LastExtracts(files.recorder, position_column(files.recorder)).now(wanted)
    return {name: (one.stored_at, one.complete_to) for name, one in last.items()}


def test_an_extract_is_complete_to_the_day_before_it_came_or_to_its_latest_recording(
    files: Files, store: Store
) -> None:
    store("A000001", str(StoredBy("x", "delius")), CAME)
    store("A000002", "a.hand", CAME + timedelta(days=1))
    assert found(files) == {"delius": (CAME, date(2005, 6, 6))}
    store("A000003", str(StoredBy("y", "delius")), CAME + timedelta(days=5))
    assert found(files) == {"delius": (CAME + timedelta(days=5), date(2005, 6, 6))}, "nothing recorded since 6 June"


def test_what_is_tried_out_in_the_demonstration_is_no_extract(files: Files, store: Store) -> None:
    store("A000001", str(StoredBy("demo", "samples", taking_over=True)), CAME)
    store("A000002", str(StoredBy("t.adeyemi", "samples", taking_over=True)), CAME + timedelta(days=5))
    assert found(files) == {"samples": (CAME, date(2005, 6, 6))}


def test_what_comes_later_is_seen_and_sources_are_kept_apart(files: Files, store: Store) -> None:
    kept = LastExtracts(files.recorder, position_column(files.recorder))
    assert kept.now([]) == {}
    store("A000001", str(StoredBy("x", "delius")), CAME)
    assert list(kept.now([])) == ["delius"]
    store("A000002", str(StoredBy("x", "oasys", taking_over=True)), CAME + timedelta(days=1))
    last = kept.now([])
    assert last["oasys"].taking_over and not last["delius"].taking_over and last["delius"].stored_at == CAME


def test_it_looks_back_as_far_as_it_must_and_no_further_than_it_may(
    files: Files, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store("A000001", str(StoredBy("x", "delius")), CAME)
    for number in range(2, 9):
        store(f"A00000{number}", str(StoredBy("x", "oasys")) if number == 6 else "a.hand", CAME)
    monkeypatch.setattr(last_extracts, "AT_ONCE", 2)
    assert set(found(files, "oasys")) == {"oasys"}
    assert set(found(files, "oasys", "delius")) == {"oasys", "delius"}
    monkeypatch.setattr(last_extracts, "MOST_BACK", 2)
    assert set(found(files, "oasys", "delius")) == {"oasys"}
