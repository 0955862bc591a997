"""Proving the views: a row changed by hand is found."""

import json
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
import sqlalchemy as sa

from domain.store.application import Files
from projections.read_model.follower import catch_up, step
from projections.read_model.verify_views import verify
from projections.read_model.view_reader import ReadModel
from tests.domain.store.test_store import contact
from tests.projections.read_model.test_views import start, store
from tests.support.followed import CASES, here, run, said, verified


def changed(row: str) -> Callable[[list[Any]], None]:
    """A change of the stored ledger of a case, which is ``[places, instants, duties, spells, judgements, lates, notices]``."""

    def change(kept: list[Any]) -> None:
        match row:
            case "a duty is due on another day":
                kept[2][0][3] = "2001-01-01"
            case "a spell is gone":
                kept[3].clear()
            case "a duty stands twice":
                kept[2].append(kept[2][0])
            case "an instant is later":
                kept[1] = [at.replace("2005", "2006") for at in kept[1]]
            case "a place is renamed":
                kept[0][0][2] = "Stroud"
            case "a row is torn":
                kept[2][0] = kept[2][0][:-1]

    return change


@pytest.mark.both
@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("a duty is due on another day", "duties: too many: clause="), ("a spell is gone", "spells: missing: begins_on=2005-05-03"),
        ("a duty stands twice", "duties: too many: "), ("an instant is later", "known_from=2006"),
        ("a place is renamed", "team='Stroud'"), ("a row is torn", "cases: too many: ledger=cannot be read"),
    ],
)  # fmt: skip
def test_a_ledger_changed_by_hand_is_found(views: ReadModel, address: str, row: str, told: str) -> None:
    with closing(Files.open(address)) as files:
        store(files, *((case, contact("late")) for case in CASES))
    catch_up(views)
    verified(views)
    table = views.live().table
    one = table.c.reference == "X000002/1"
    with views.writing.begin() as c:
        kept = json.loads(bytes(c.execute(sa.select(table.c.ledger).where(one)).scalar_one()))
        changed(row)(kept)
        c.execute(sa.update(table).where(one).values(ledger=json.dumps(kept).encode()))
    found = list(map(str, verify(views, here)))
    assert all(words.startswith("X000002/1: ") for words in found)
    assert any(told in words for words in found), found


@pytest.mark.both
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("DELETE FROM {} WHERE reference = 'X000002/1'", "X000002/1: cases: missing: version=5, taken in=0"),
        ("UPDATE {} SET version = 2 WHERE reference = 'X000002/1'", "X000002/1: cases: missing: version=5"),
        ("INSERT INTO {} SELECT 'X999999/1', version, position, ledger FROM {} WHERE reference = 'X000002/1'",
         "X999999/1: cases: too many"),
    ],
)  # fmt: skip
def test_a_row_changed_by_hand_is_found(views: ReadModel, address: str, change: str, told: str) -> None:
    with closing(Files.open(address)) as files:
        store(files, *((case, contact("late")) for case in CASES))
    catch_up(views)
    verified(views)
    with views.writing.begin() as c:
        assert c.exec_driver_sql(change.replace("{}", views.live().table.name)).rowcount > 0
    found = list(map(str, verify(views, here)))
    assert any(told in words for words in found), found


def test_the_command_prints_the_first_differences(views: ReadModel, address: str) -> None:
    command = ("rebuild", "--verify", "--processes", "1", "--database", address)
    catch_up(views)
    assert "The live views say what the entries say." in run(*command).output
    table = views.live().table
    with views.writing.begin() as c:
        kept = json.loads(bytes(c.execute(sa.select(table.c.ledger).where(table.c.reference == CASES[2])).scalar_one()))
        for duty in kept[2]:
            duty[3] = "2001-01-01"
        c.execute(sa.update(table).where(table.c.reference == CASES[2]).values(ledger=json.dumps(kept).encode()))
    found = run(*command, code=1).output
    assert "X000003/1: duties: missing: clause=" in found
    assert f"... and {len(said(views)['X000003/1'][0]) * 2 - 20:,} more" in found


@pytest.mark.both
def test_entries_not_taken_in_yet_make_no_difference(views: ReadModel, address: str) -> None:
    step(views, views.live(), len(CASES) + 3)
    with closing(Files.open(address)) as files:
        store(files, ("X777777/1", start()))
    verified(views)
