"""Very many entries are taken in by a pool: the same rows as one by one, nothing twice, nothing lost, killed or overtaken."""

import time
from collections.abc import Iterable
from contextlib import closing
from functools import partial
from typing import Any

import pytest

from domain.store.application import Files
from projections.read_model import follow_far, rebuild
from projections.read_model.follow_far import step_by_pool, write_piece
from projections.read_model.follow_loop import Following
from projections.read_model.follower import Overtaken, catch_up, step
from projections.read_model.view_reader import ReadModel
from projections.read_model.worker_pool import WorkFailed, in_processes, in_this_process
from tests.domain.store.test_store import contact
from tests.projections.read_model.test_views import store
from tests.support.depth import dice, kills
from tests.support.followed import CASES, here, run, running, said, until, verified

WHOLE = len(CASES) * 4


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight entries are many."""
    monkeypatch.setattr(follow_far, "FAR_BEHIND", 8)
    monkeypatch.setattr(follow_far, "ENTRIES_AT_ONCE", 20)


@pytest.mark.both
def test_many_entries_are_taken_in_by_processes_and_the_last_one_by_one(views: ReadModel) -> None:
    pieces: list[int] = []

    def pool(work: Any, of: Iterable[Any]) -> Iterable[Any]:
        for result in in_processes(2, work, of):
            pieces.append(1)
            yield result

    Following(views, lambda: views.lag().entries == 0, lambda words: None, batch=3, poll=0.01, pool=pool).run()
    assert pieces and views.position == WHOLE
    verified(views)


@pytest.mark.both
def test_who_is_overtaken_moves_nothing(views: ReadModel) -> None:
    """By another follower, and by a rebuild whose generation becomes live meanwhile."""

    def overtaken(work: Any, of: Iterable[Any]) -> Iterable[Any]:
        yield from in_this_process(work, of)
        step(views, views.live(), 3)

    with pytest.raises(Overtaken):
        step_by_pool(views, overtaken)
    assert views.position == 3

    def swapped(work: Any, of: Iterable[Any]) -> Iterable[Any]:
        every = list(of)
        rebuild.rebuild(views, here)
        yield from in_this_process(work, every)

    with pytest.raises(Overtaken):
        step_by_pool(views, swapped)
    assert step_by_pool(views, in_this_process) == 0
    verified(views)


def test_a_piece_is_not_written_beside_another_record(views: ReadModel) -> None:
    (last,) = views.stored.after(WHOLE - 1, 1)
    other = last._replace(hash=bytes(32))
    generation = views.live().generation
    assert not write_piece(views.database.address, generation, other, CASES)
    assert said(views) == {}
    assert write_piece(views.database.address, generation, last, CASES)
    assert said(views).keys() == set(CASES)
    assert views.position == 0


def test_where_the_pool_fails_the_follower_goes_on_alone(views: ReadModel) -> None:
    def failing(work: Any, of: Iterable[Any]) -> Iterable[Any]:
        raise WorkFailed("the cluster is gone")

    words: list[str] = []
    Following(views, lambda: views.lag().entries == 0, words.append, poll=0.01, pool=failing).run()  # type: ignore[arg-type]
    assert [said for said in words if "the cluster is gone" in said and "going on without it" in said]
    verified(views)


@pytest.mark.both
@pytest.mark.kills
def test_killing_a_follower_with_a_pool_changes_nothing(views: ReadModel, address: str) -> None:
    chance = dice(8)
    code = (
        "from projections.read_model import follow_far as f, rebuild as r; from web.cli import main; "
        "f.FAR_BEHIND = 4; f.ENTRIES_AT_ONCE = 12; r.CASES_PER_PIECE = 2; main()"
    )
    with closing(Files.open(address)) as files:
        for turn in range(kills(16)):
            with running("follow", "--processes", "2", "--database", address, code=code) as process:
                assert process.stderr is not None and "following" in process.stderr.readline()
                store(files, *((case, contact(f"t{turn}-{n}")) for n in range(2) for case in CASES))
                time.sleep(chance.uniform(0, 0.8))
                process.kill()
    with running("follow", "--processes", "2", "--database", address, code=code) as process:
        until(lambda: views.lag().entries == 0, process)
        assert process.poll() is None
    verified(views)


def test_follow_takes_processes_or_a_cluster(address: str) -> None:
    both = run("follow", "--processes", "2", "--dask", "tcp://127.0.0.1:1", "--database", address, code=2).output
    assert "--processes or --dask, not both" in both


@pytest.mark.both
def test_the_pool_does_what_following_does(views: ReadModel, address: str) -> None:
    while step_by_pool(views, partial(in_processes, 2)):
        pass
    catch_up(views)
    by_pool = said(views)
    rebuild.rebuild(views, here)
    assert said(views) == by_pool
