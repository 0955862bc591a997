"""Proving the views: a row changed by hand is found."""

from contextlib import closing

import pytest

from domain.store.application import Files
from projections.read_model.follower import catch_up, step
from projections.read_model.verify_views import verify
from projections.read_model.view_reader import ReadModel
from tests.domain.store.test_store import contact
from tests.projections.read_model.test_views import start, store
from tests.support.followed import CASES, here, run, said, verified


@pytest.mark.both
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("UPDATE {}_duties SET due_on = '2001-01-01' WHERE reference = 'X000003/1' AND clause = (SELECT min(clause) "
         "FROM {}_duties)", "X000003/1: {}_duties: too many: clause="),
        ("DELETE FROM {}_spells WHERE reference = 'X000002/1'", "X000002/1: {}_spells: missing: begins_on=2005-05-03"),
        ("UPDATE {}_cases SET excluded = '[\"Bo\"]' WHERE reference = 'X000002/1'", "X000002/1: {}_cases: too many"),
        ("DELETE FROM {}_cases WHERE reference = 'X000002/1'", "X000002/1: {}_cases: missing: version=5, taken in=0"),
        ("UPDATE {}_cases SET version = 2 WHERE reference = 'X000002/1'", "X000002/1: {}_cases: missing: version=5"),
        ("INSERT INTO {}_cases VALUES ('X999999/1', 1, '[]')", "X999999/1: {}_cases: too many"),
        ("UPDATE {}_spells SET reference = 'X999999/1' WHERE reference = 'X000002/1'", "X999999/1: {}_spells: too many"),
        ("UPDATE {}_duties SET known_from = known_from + 1 WHERE reference = 'X000008/1'", "known_from="),
    ],
)  # fmt: skip
def test_a_row_changed_by_hand_is_found(views: ReadModel, address: str, change: str, told: str) -> None:
    with closing(Files.open(address)) as files:
        store(files, *((case, contact("late")) for case in CASES))
    catch_up(views)
    verified(views)
    table = f"view_{views.live().generation}"
    with views.writing.begin() as c:
        assert c.exec_driver_sql(change.replace("{}", table)).rowcount > 0
    found = list(map(str, verify(views, here)))
    assert any(told.replace("{}", table) in words for words in found), found


def test_the_command_prints_the_first_differences(views: ReadModel, address: str) -> None:
    command = ("rebuild", "--verify", "--processes", "1", "--database", address)
    catch_up(views)
    assert "The live views say what the entries say." in run(*command).output
    with views.writing.begin() as c:
        c.exec_driver_sql("UPDATE view_a_duties SET due_on = '2001-01-01' WHERE reference = 'X000003/1'")
    found = run(*command, code=1).output
    assert "X000003/1: view_a_duties: missing: clause=" in found
    assert f"... and {len(said(views)['X000003/1'][0]) * 2 - 20:,} more" in found


@pytest.mark.both
def test_entries_not_taken_in_yet_make_no_difference(views: ReadModel, address: str) -> None:
    step(views, views.live(), len(CASES) + 3)
    with closing(Files.open(address)) as files:
        store(files, ("X777777/1", start()))
    verified(views)
