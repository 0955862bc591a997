"""Rebuilding the views in processes: the same rows as following gives, killed or overtaken or not."""

import time
from collections.abc import Iterator
from contextlib import closing
from unittest.mock import patch

import pytest
import sqlalchemy as sa

from domain.store.application import Files
from projections.columns.column_store import ColumnStore
from projections.read_model import rebuild
from projections.read_model.follower import catch_up
from projections.read_model.follower_lock import task_lock
from projections.read_model.rebuild import Busy, build_piece
from projections.read_model.view_generations import Superseded, other_in
from projections.read_model.view_reader import ReadModel
from projections.read_model.view_tables import TABLES, VIEWS
from projections.read_model.worker_pool import WorkFailed, in_processes
from tests.domain.store.test_store import contact
from tests.projections.read_model.test_views import store
from tests.support.depth import dice, kills
from tests.support.followed import CASES, here, run, running, said, until, verified
from tests.support.hands import died, failed


@pytest.mark.both
def test_rebuilding_in_processes_gives_what_following_gives(views: ReadModel, address: str) -> None:
    catch_up(views)
    followed, live = said(views), views.live().generation
    with closing(Files.open(address)) as files:
        store(files, (CASES[0], contact("late")))
    assert "8 cases rebuilt, at position 33" in run("rebuild", "--processes", "2", "--database", address).output
    assert views.live().generation != live
    now = said(views)
    assert now.keys() == followed.keys()
    assert {case: now[case] for case in CASES[1:]} == {case: followed[case] for case in CASES[1:]}
    verified(views)
    rebuild.rebuild(views, here)
    assert (views.live().generation, said(views)) == (live, now)


@pytest.mark.both
def test_what_is_stored_meanwhile_is_in_the_rebuilt_views(views: ReadModel, address: str) -> None:
    """While the pieces are worked on the live follower moves on, and an entry comes in: neither is lost by the swap."""

    def crew(work: object, pieces: Iterator[tuple[object, ...]]) -> Iterator[ColumnStore]:
        with closing(Files.open(address)) as files:
            for number, piece in enumerate(pieces):
                yield work(*piece)  # type: ignore[operator]
                store(files, (CASES[number], contact(f"meanwhile-{number}")))
                catch_up(views)

    before = views.live().generation
    with patch.object(rebuild, "CASES_PER_PIECE", 3):
        rebuild.rebuild(views, crew)
    assert views.live().generation != before
    assert views.lag().entries == 0
    verified(views)


@pytest.mark.both
def test_who_still_works_for_an_earlier_rebuild_writes_nothing(views: ReadModel, address: str) -> None:
    catch_up(views)
    first, second = rebuild._begin(views), rebuild._begin(views)
    with pytest.raises(Superseded):
        build_piece(address, first, CASES, 32)
    build_piece(address, second, CASES, 32)
    build_piece(address, second, CASES, 32)  # a piece done twice is there once
    with views.writing.begin() as c:
        other = other_in(c, build=second)
        assert c.execute(sa.select(sa.func.count()).select_from(other.table)).scalar_one() == len(CASES)
    rebuild.rebuild(views, here)
    with pytest.raises(Superseded):
        build_piece(address, second, CASES, 32)
    verified(views)


@pytest.mark.both
def test_one_rebuild_at_a_time(views: ReadModel, address: str) -> None:
    with task_lock(views.database, views.writing, "rebuild"), pytest.raises(Busy):
        rebuild.rebuild(views, lambda work, pieces: iter(()))


@pytest.mark.both
@pytest.mark.kills
def test_killing_a_rebuild_leaves_the_live_views_and_the_next_clears_up(views: ReadModel, address: str) -> None:
    catch_up(views)
    stood, live = said(views), views.live()

    def begun() -> bool:
        """Whether the rebuild has marked the other generation as its own."""
        with views.reading.connect() as c:
            return any(c.execute(sa.select(VIEWS.c.build)).scalars())

    def written() -> bool:
        """Whether it has written cases there."""
        other = TABLES["ab".replace(views.live().generation, "")]
        with views.reading.connect() as c:
            return bool(c.execute(sa.select(sa.func.count()).select_from(other)).scalar())

    chance = dice(5)
    for _ in range(kills(16)):
        with running("rebuild", "--processes", "2", "--database", address) as process:
            until(chance.choice((begun, written)), process)
            time.sleep(chance.uniform(0, 0.05))
            process.kill()
            process.wait()
        assert said(views) == stood
    run("rebuild", "--processes", "2", "--database", address)
    assert said(views) == stood
    with views.reading.connect() as c:
        other = TABLES["ab".replace(views.live().generation, "")]
        assert c.execute(sa.select(sa.func.count()).select_from(other)).scalar() == 0
        assert c.execute(sa.select(VIEWS.c.build)).scalars().all() == [None, None]
    assert live.position == views.position
    verified(views)


def test_a_process_that_dies_or_fails_is_told() -> None:
    with pytest.raises(WorkFailed, match="exit code 3"):
        list(in_processes(2, died, [(n,) for n in range(6)]))
    with pytest.raises(WorkFailed, match="ZeroDivisionError"):
        list(in_processes(2, failed, [(n,) for n in range(6)]))
    assert sorted(in_processes(3, abs, [(-n,) for n in range(20)])) == list(range(20))
    assert list(in_processes(3, abs, [])) == []
