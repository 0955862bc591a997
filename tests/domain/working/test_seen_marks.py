"""Marks of what was seen: one for each account and team, moved forward only, taken back within ten minutes."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.accounts.account_register import AccountRegister
from domain.working.seen_marks import SeenMarks
from domain.working.seen_places import SeenUpTo

NOW = datetime(2026, 3, 2, 16, 40, tzinfo=UTC)
DAY = date(2005, 12, 21)

pytestmark = pytest.mark.both


@pytest.fixture
def marks(empty_database: str) -> Iterator[SeenMarks]:
    register = AccountRegister(empty_database)
    yield register.seen
    register.close()


def at(position: int, day: date = DAY) -> SeenUpTo:
    return SeenUpTo(position, f"{position:064x}", day, NOW)


def test_a_mark_belongs_to_one_account_and_one_team(marks: SeenMarks) -> None:
    assert marks.mark("anstey", "Gloucester", at(10), NOW, held={})
    assert marks.mark("hoole", "Gloucester", at(7), NOW, held={})
    assert {team: mark.upto for team, mark in marks.of("anstey").items()} == {"Gloucester": at(10)}
    assert {team: mark.upto for team, mark in marks.of("hoole").items()} == {"Gloucester": at(7)}
    assert not marks.of("rao")


def test_a_mark_never_moves_back_but_by_a_later_day_alone_it_moves(marks: SeenMarks) -> None:
    assert marks.mark("anstey", "Gloucester", at(10), NOW, held={})
    assert not marks.mark("anstey", "Gloucester", at(9), NOW, held={"V465889/1": at(1)})
    assert not marks.mark("anstey", "Gloucester", at(10), NOW, held={})
    assert not marks.cases("anstey"), "what did not move holds nothing"
    assert marks.mark("anstey", "Gloucester", at(10, DAY + timedelta(days=1)), NOW, held={})


def test_a_mark_that_the_record_has_no_more_moves_in_any_case(marks: SeenMarks) -> None:
    marks.mark("anstey", "Gloucester", at(10), NOW, held={})
    assert not marks.mark("anstey", "Gloucester", at(5), NOW, held={}, lost=at(9))
    assert marks.mark("anstey", "Gloucester", at(5), NOW, held={}, lost=at(10))
    assert marks.of("anstey")["Gloucester"].upto == at(5)


def test_a_mark_is_taken_back_to_the_one_before_for_ten_minutes(marks: SeenMarks) -> None:
    marks.mark("anstey", "Gloucester", at(10), NOW, held={})
    marks.mark("anstey", "Gloucester", at(20), NOW + timedelta(hours=1), held={})
    late = NOW + timedelta(hours=1, minutes=10, seconds=1)
    assert marks.undo("anstey", ["Gloucester"], late) == []
    assert marks.undo("anstey", ["Gloucester", "Bath"], late - timedelta(seconds=1)) == ["Gloucester"]
    assert marks.of("anstey")["Gloucester"].upto == at(10)
    assert marks.undo("anstey", ["Gloucester"], late) == [], "the one before is older than ten minutes"


def test_the_first_mark_taken_back_leaves_none(marks: SeenMarks) -> None:
    marks.mark("anstey", "Gloucester", at(10), NOW, held={})
    assert marks.undo("anstey", ["Gloucester"], NOW) == ["Gloucester"]
    assert not marks.of("anstey")


def test_a_case_stays_held_from_where_it_was_first_until_it_is_opened(marks: SeenMarks) -> None:
    marks.mark("anstey", "Gloucester", at(10), NOW, held={"V465889/1": at(3)})
    marks.mark("anstey", "Gloucester", at(20), NOW, held={"V465889/1": at(10), "V465889/2": at(10)})
    held = {reference: case.held for reference, case in marks.cases("anstey").items()}
    assert held == {"V465889/1": at(3), "V465889/2": at(10)}
    marks.open("anstey", "V465889/1", at(20))
    marks.open("anstey", "V465889/1", at(15))  # from an older window
    case = marks.cases("anstey")["V465889/1"]
    assert (case.held, case.opened) == (None, at(20))
    assert not marks.cases("hoole")
    marks.forget("V465889")
    assert not marks.cases("anstey")


def test_two_presses_at_once_move_a_mark_once(marks: SeenMarks) -> None:
    moved: list[bool] = []
    threads = [
        threading.Thread(target=lambda: moved.append(marks.mark("anstey", "Gloucester", at(10), NOW, held={})))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(moved) == [False, False, False, True]
