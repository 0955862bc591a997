"""Following: nothing twice, nothing lost, one at a time; killed, cut off and away."""

import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from unittest.mock import patch

import pytest
import sqlalchemy as sa

from domain.store.application import Files
from projections.ledger.row_kinds import ROW_KINDS
from projections.read_model import follower, rebuild
from projections.read_model.follow_loop import Following
from projections.read_model.follower import Overtaken, catch_up, step
from projections.read_model.follower_lock import task_lock
from projections.read_model.view_reader import ReadModel
from tests.domain.store.test_store import contact
from tests.projections.read_model.test_views import CASE, start, store
from tests.support.depth import dice, kills
from tests.support.followed import CASES, running, said, until, verified
from tests.support.postgres import Server, name_of, sql

# ---------------------------------------------------------------- one step


@pytest.mark.both
def test_a_crash_between_rows_and_position_leaves_both_as_they_were(views: ReadModel, address: str) -> None:
    before = views.live()
    for failing in ("write_cases", "advance"):
        with patch.object(follower, failing, side_effect=RuntimeError("power cut")), pytest.raises(RuntimeError):
            step(views, before, 10)
        assert (views.live(), said(views)) == (before, {})
    with (
        patch.object(follower, "write_cases", lambda *a: [rebuild.write_cases(*a), 1 / 0]),
        pytest.raises(ZeroDivisionError),
    ):
        step(views, before, 10)
    assert (views.live(), said(views)) == (before, {})
    assert step(views, before, 10) == 10
    catch_up(views)
    verified(views)


@pytest.mark.both
def test_a_position_is_moved_once(views: ReadModel) -> None:
    before = views.live()
    assert step(views, before, 5) == 5
    stood = said(views)
    with pytest.raises(Overtaken):
        step(views, before, 5)
    assert (views.position, said(views)) == (5, stood)


@pytest.mark.both
def test_followers_that_disregard_each_other_take_everything_in_once(views: ReadModel) -> None:
    """Without the lock: batches of two by four at a time."""

    def follow_on(_: int) -> None:
        while views.lag().entries:
            with suppress(Overtaken):
                step(views, views.live(), 2)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(follow_on, range(4)))
    assert all(len(kept[1]) == 1 for kept in said(views).values())
    verified(views)


@pytest.mark.both
def test_one_follower_at_a_time(views: ReadModel, address: str) -> None:
    with closing(ReadModel(address)) as other, task_lock(other.database, other.writing, "follow") as mine:
        assert mine is not None
        with task_lock(views.database, views.writing, "follow") as second:
            assert second is None
        assert catch_up(views, seconds=0.05, own=3).entries == len(CASES) * 4
        assert views.position == 0
    assert catch_up(views).entries == 0


@pytest.mark.both
def test_who_waits_for_their_own_entry_waits_no_longer(views: ReadModel, address: str) -> None:
    """Somebody else follows, and has come as far as the entry that is waited for."""
    with closing(ReadModel(address)) as other, task_lock(other.database, other.writing, "follow"):
        step(other, other.live(), 7)
        assert catch_up(views, seconds=60, own=7).entries == len(CASES) * 4 - 7


@pytest.mark.both
def test_what_is_behind_is_counted_and_dated(views: ReadModel, address: str) -> None:
    with closing(Files.open(address)) as files:
        everything = views.lag()
        assert everything.entries == len(CASES) * 4 and everything.since is not None
        catch_up(views)
        assert views.lag() == (0, None)
        store(files, (CASE, start()))
        assert views.lag().entries == 1


@pytest.mark.both
def test_a_case_that_cannot_be_derived_is_named_and_nothing_moves(views: ReadModel) -> None:
    with (
        patch("projections.read_model.case_writer.ledger", side_effect=ValueError("a bug")),
        pytest.raises(ValueError) as told,
    ):
        step(views, views.live(), 1)
    assert "the case that begins at position 1 of the record" in told.value.__notes__[0]
    assert views.position == 0


@pytest.mark.both
def test_a_database_that_does_not_answer_is_tried_again(views: ReadModel) -> None:
    words: list[str] = []
    answers = iter([sa.exc.OperationalError("SELECT", {}, Exception("gone away")), None])

    def failing(*arguments: object) -> int:
        if (error := next(answers, None)) is not None:
            raise error
        return step(*arguments)  # type: ignore[arg-type]

    with patch.object(follower, "step", failing):
        Following(views, lambda: views.lag().entries == 0, words.append, poll=0.01).run()
    assert any("does not answer" in said and "gone away" in said for said in words)
    assert views.lag().entries == 0


# ---------------------------------------------------------------- for good


@pytest.mark.both
@pytest.mark.slow
def test_followers_keep_up_take_turns_and_end_cleanly(views: ReadModel, address: str) -> None:
    with closing(Files.open(address)) as files, running("follow", "--database", address) as first:
        until(lambda: views.lag().entries == 0, first)
        with running("follow", "--database", address) as second:
            store(files, *((case, contact("one")) for case in CASES))
            until(lambda: views.lag().entries == 0, first)
            first.send_signal(signal.SIGTERM)
            assert first.wait() == 0 and first.stderr is not None
            assert "stopped at position" in first.stderr.read()
            store(files, *((case, contact("two")) for case in CASES))
            until(lambda: views.lag().entries == 0, second)
            assert second.poll() is None
    verified(views)


@pytest.mark.both
@pytest.mark.kills
def test_killing_the_follower_again_and_again_changes_nothing(views: ReadModel, address: str) -> None:
    """Small batches, and kill -9 at a random point of the way, while entries come in."""
    chance, turns = dice(4), kills(16)
    with closing(Files.open(address)) as files:
        for turn in range(turns):
            with running("follow", "--batch", "2", "--database", address) as process:
                assert process.stderr is not None and "following" in process.stderr.readline()
                begun = views.position
                store(files, *((case, contact(f"t{turn}")) for case in CASES))
                point = chance.randint(begun, begun + len(CASES))
                until(lambda: views.position >= point, process)  # noqa: B023
                time.sleep(chance.uniform(0, 0.02))
                process.kill()
    assert all(len(kept) == len(ROW_KINDS) for kept in said(views).values())
    catch_up(views)
    verified(views)


@pytest.mark.slow
def test_a_follower_outlives_its_connections(postgres: Server) -> None:
    """As when PostgreSQL is restarted: every connection to this database is cut, the one with the lock among them."""
    address = postgres.prepared()
    with closing(Files.open(address)) as files, closing(ReadModel(address)) as views:
        store(files, (CASE, start()))
        with running("follow", "--database", address) as process:
            until(lambda: views.lag().entries == 0, process)
            for turn in range(3):
                sql(
                    postgres.address,
                    f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name_of(address)}'",
                )
                store(files, (CASE, contact(f"c{turn}")))
                until(lambda: views.lag().entries == 0, process)
            assert process.poll() is None
        assert views.position == 4
        verified(views)
