"""The tail of the record holds what was taken in, on both databases, and is read anew where another record took its place."""

from datetime import UTC, datetime

import pytest

from domain.store.application import Files
from projections.arrays.date_numbers import instant_number
from projections.changes import record_tail
from projections.changes.record_tail import RecordTail
from projections.read_model.view_reader import ReadModel
from tests.support.histories import CASE
from tests.support.plain_entries import Pages, as_fact
from tests.support.taken import TakenRecord

LATER = datetime(2005, 12, 20, 10, tzinfo=UTC)


def written() -> Pages:
    pages = Pages()
    pages.start("2005-04-13")
    pages.assess("2005-04-20", "medium", assessor='"recorded_at":"1999-01-01T00:00:00Z"')
    pages.plan("2005-04-22", recorded=LATER)
    return pages


@pytest.mark.both
def test_the_tail_says_when_each_entry_was_recorded_and_who_stored_it(empty_database: str) -> None:
    files, facts = Files.open(empty_database), [as_fact(entry) for entry in written().entries]
    files.record(CASE, facts[:2], actor="jo")
    files.record(CASE, facts[2:], actor="source delius, operator (x on y: caseaudit import)")
    views = ReadModel(empty_database, prepare=True)
    head = views.stored.head()
    found = RecordTail(views.stored).between(0, head)
    assert found is not None
    assert found.recorded.tolist() == [instant_number(fact.recorded_at) for fact in facts]
    assert [found.files[number] for number in found.file.tolist()] == [CASE] * 3
    assert [found.actors[number][:6] for number in found.actor.tolist()] == ["jo", "jo", "source"]
    views.close()
    files.close()


def test_the_tail_is_followed_read_back_and_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_tail, "BEFORE", 0)
    taken = [(CASE, as_fact(entry)) for entry in written().entries]
    record = TakenRecord(taken)
    tail = RecordTail(record.as_reader())
    for after, until, positions in ((1, 2, [2]), (1, 3, [2, 3]), (0, 3, [1, 2, 3]), (2, 3, [3]), (3, 3, [])):
        found = tail.between(after, until)
        assert found is not None and found.position.tolist() == positions
    monkeypatch.setattr(record, "hash_at", lambda position: "another")
    found = tail.between(1, 3)
    assert found is not None and found.position.tolist() == [2, 3]
    monkeypatch.setattr(record_tail, "MOST", 2)
    assert tail.between(0, 3) is None
