"""Following: nothing twice, nothing lost, one at a time; and making the views anew, in processes or on a Dask cluster."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar
from unittest.mock import patch

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from domain.store.application import Files
from projections.columns.column_store import ColumnStore
from projections.read_model import follower, rebuild
from projections.read_model.follow_loop import Following
from projections.read_model.follower import Overtaken, catch_up, step
from projections.read_model.follower_lock import task_lock
from projections.read_model.rebuild import Busy, build_piece, open_read_model
from projections.read_model.verify_views import verify
from projections.read_model.view_generations import Superseded, other_in
from projections.read_model.view_reader import ReadModel
from projections.read_model.view_tables import TABLES, VIEWS
from projections.read_model.worker_pool import WorkFailed, in_processes
from tests.domain.store.test_store import contact
from tests.projections.read_model.test_views import CASE, rows_of, start, store
from tests.support.hands import died, failed
from tests.support.postgres import Server, name_of, sql
from web.cli import main

T = TypeVar("T")

RUNS = int(os.environ.get("CASEAUDIT_KILLS", "4"))
"""How often each victim is killed (``CASEAUDIT_KILLS=200`` for a night)."""

CASES = [f"X{number:06}/1" for number in range(1, 9)]

COMMAND = [str(Path(sys.executable).with_name("caseaudit"))]


@pytest.fixture
def address(empty_database: str) -> str:
    """A database with eight cases of a few entries each, which no view has taken in."""
    with closing(Files.open(empty_database)) as files:
        store(files, *((case, start()) for case in CASES))
        store(files, *((case, contact(f"c{n}")) for n in range(3) for case in CASES))
    return empty_database


@pytest.fixture
def views(address: str) -> Iterator[ReadModel]:
    with closing(ReadModel(address)) as views:
        yield views
    if open_read_model.cache_info().currsize:
        open_read_model(address).close()
        open_read_model.cache_clear()


def said(views: ReadModel) -> dict[str, list[list[str]]]:
    """What the live views say, to compare; and that no case is in them twice."""
    return {reference: rows_of(kept) for reference, kept in views.ledgers()}


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == code, result.output
    return result


def here(work: Callable[..., T], pieces: Iterable[tuple[object, ...]]) -> Iterator[T]:
    """A crew of nobody but ourselves."""
    return (work(*piece) for piece in pieces)


def verified(views: ReadModel) -> None:
    assert list(verify(views, here)) == []


# ---------------------------------------------------------------- one step


@pytest.mark.both
def test_a_crash_between_rows_and_position_leaves_both_as_they_were(views: ReadModel, address: str) -> None:
    before = views.live()
    for failing in ("settle", "advance"):
        with patch.object(follower, failing, side_effect=RuntimeError("power cut")), pytest.raises(RuntimeError):
            step(views, before, 10)
        assert (views.live(), said(views)) == (before, {})
    with patch.object(follower, "settle", lambda *a: [rebuild.settle(*a), 1 / 0]), pytest.raises(ZeroDivisionError):
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
    assert "X000001/1" in told.value.__notes__[0]
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


@contextmanager
def running(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        [*COMMAND, *arguments], stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, start_new_session=True
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def until(reached: object, process: subprocess.Popen[str]) -> None:
    """Look again and again until it is so, or the process has ended."""
    while not reached() and process.poll() is None:  # type: ignore[operator]
        time.sleep(0.01)


@pytest.mark.both
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
def test_killing_the_follower_again_and_again_changes_nothing(views: ReadModel, address: str) -> None:
    """Small batches, and kill -9 at a random point of the way, while entries come in."""
    dice = random.Random(4)
    with closing(Files.open(address)) as files:
        for turn in range(RUNS):
            with running("follow", "--batch", "2", "--database", address) as process:
                assert process.stderr is not None and "following" in process.stderr.readline()
                store(files, *((case, contact(f"t{turn}")) for case in CASES))
                time.sleep(dice.uniform(0, 0.3))
                process.kill()
    assert all(len(kept) == 4 for kept in said(views).values())
    catch_up(views)
    verified(views)


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


# ---------------------------------------------------------------- making them anew


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
    with patch.object(rebuild, "PIECE", 3):
        rebuild.rebuild(views, crew)
    assert views.live().generation != before
    assert views.lag().entries == 0
    verified(views)


@pytest.mark.both
def test_who_still_works_for_an_earlier_rebuild_writes_nothing(views: ReadModel, address: str) -> None:
    catch_up(views)
    first, second = rebuild._begin(views), rebuild._begin(views)
    with pytest.raises(Superseded):
        build_piece(address, first, CASES, 0)
    build_piece(address, second, CASES, 0)
    build_piece(address, second, CASES, 0)  # a piece done twice is there once
    with views.writing.begin() as c:
        other = other_in(c, build=second)
        assert c.execute(sa.select(sa.func.count()).select_from(other.tables.spells)).scalar_one() == len(CASES)
    rebuild.rebuild(views, here)
    with pytest.raises(Superseded):
        build_piece(address, second, CASES, 0)
    verified(views)


@pytest.mark.both
def test_one_rebuild_at_a_time(views: ReadModel, address: str) -> None:
    with task_lock(views.database, views.writing, "rebuild"), pytest.raises(Busy):
        rebuild.rebuild(views, lambda work, pieces: iter(()))


@pytest.mark.both
def test_killing_a_rebuild_leaves_the_live_views_and_the_next_clears_up(views: ReadModel, address: str) -> None:
    catch_up(views)
    stood, live = said(views), views.live()
    began = time.monotonic()
    run("rebuild", "--processes", "2", "--database", address)
    whole = time.monotonic() - began
    stood, live = said(views), views.live()
    dice = random.Random(5)
    for _ in range(RUNS):
        with running("rebuild", "--processes", "2", "--database", address) as process:
            time.sleep(dice.uniform(0.3, 1) * whole)
            process.kill()
            process.wait()
        assert said(views) == stood
    run("rebuild", "--processes", "2", "--database", address)
    assert said(views) == stood
    with views.reading.connect() as c:
        other = TABLES["ab".replace(views.live().generation, "")]
        assert [c.execute(sa.select(sa.func.count()).select_from(table)).scalar() for table in other] == [0] * 5
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


# ---------------------------------------------------------------- on a cluster


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Dask scheduler and two workers, each a process of its own."""
    folder = tmp_path_factory.mktemp("dask")
    told = folder / "scheduler.json"
    both = ("--scheduler-file", str(told), "--no-dashboard")
    alone = ("--nthreads", "1", "--no-nanny", "--local-directory", str(folder))

    def address() -> str:
        """Where the scheduler says that it listens; empty until it does."""
        with suppress(FileNotFoundError, ValueError):
            return str(json.loads(told.read_text())["address"])
        return ""

    with ExitStack() as stack:
        log = stack.enter_context((folder / "log").open("ab"))
        for part, *arguments in (
            ("scheduler", "--port", "0", "--host", "127.0.0.1", *both), ("worker", *alone, *both), ("worker", *alone, *both)
        ):  # fmt: skip
            process = subprocess.Popen(
                [sys.executable, "-m", f"distributed.cli.dask_{part}", *arguments],
                cwd=Path(__file__).parents[3], stdout=log, stderr=log,
            )  # fmt: skip
            stack.callback(process.wait)
            stack.callback(process.kill)
            while not address():
                assert process.poll() is None, (folder / "log").read_text()
                time.sleep(0.05)
        yield address()


@pytest.mark.both
def test_rebuilding_on_a_dask_cluster_gives_the_same(views: ReadModel, address: str, cluster: str) -> None:
    catch_up(views)
    stood, live = said(views), views.live().generation
    with running("rebuild", "--dask", cluster, "--database", address) as process:
        assert process.stderr is not None
        words = process.stderr.read()
        assert process.wait() == 0, words
    assert said(views) == stood
    assert views.live().generation != live
    with running("rebuild", "--verify", "--dask", cluster, "--database", address) as process:
        assert process.wait() == 0


def test_a_piece_whose_worker_dies_is_done_by_another(cluster: str, tmp_path: Path) -> None:
    work = (
        "from projections.read_model.worker_pool import on_dask; from tests.support.hands import dies_once\n"
        f"print(sorted(on_dask('{cluster}', dies_once, [('{tmp_path / 'mark'}', n) for n in range(9)])))"
    )
    told = subprocess.run(
        [sys.executable, "-c", work], cwd=Path(__file__).parents[3], capture_output=True, text=True, check=False
    )
    assert told.stdout.strip() == str(list(range(9))), told.stderr
    assert (tmp_path / "mark").exists()


def test_a_scheduler_that_does_not_answer_is_told(tmp_path: Path) -> None:
    address = str(tmp_path / "case.sqlite")
    with closing(Files.open(address)) as files:
        store(files, (CASE, start()))
    with patch("projections.read_model.worker_pool.CONNECT_SECONDS", 1):
        told = run("rebuild", "--dask", "tcp://127.0.0.1:1", "--database", address, code=2).output
    assert "no scheduler answers there" in " ".join(told.split())


# ---------------------------------------------------------------- proving them


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
