"""Rebuilding the views on a Dask cluster."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from unittest.mock import patch

import pytest

from domain.store.application import Files
from projections.read_model.follower import catch_up
from projections.read_model.view_reader import ReadModel
from tests.projections.read_model.test_views import CASE, start, store
from tests.support.followed import run, running, said, until, verified
from tests.support.hanging import wait_until
from tests.support.repository import ROOT


@pytest.fixture(scope="session")
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
                cwd=ROOT, stdout=log, stderr=log,
            )  # fmt: skip
            stack.callback(process.wait)
            stack.callback(process.kill)
            wait_until(lambda: address() or process.poll() is not None, look=0.05)  # noqa: B023
            assert process.poll() is None, (folder / "log").read_text()
        yield address()


@pytest.mark.both
@pytest.mark.cluster
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


@pytest.mark.both
@pytest.mark.cluster
def test_a_follower_far_behind_takes_entries_in_on_a_dask_cluster(views: ReadModel, address: str, cluster: str) -> None:
    code = "from projections.read_model import follow_far as f; from web.cli import main; f.FAR_BEHIND = 4; main()"
    with running("follow", "--dask", cluster, "--database", address, code=code) as process:
        until(lambda: views.lag().entries == 0, process)
        assert process.poll() is None
        process.terminate()
        assert process.stderr is not None and "without it" not in process.stderr.read()
    verified(views)


@pytest.mark.cluster
def test_a_piece_whose_worker_dies_is_done_by_another(cluster: str, tmp_path: Path) -> None:
    work = (
        "from projections.read_model.worker_pool import on_dask; from tests.support.hands import dies_once\n"
        f"print(sorted(on_dask('{cluster}', dies_once, [('{tmp_path / 'mark'}', n) for n in range(9)])))"
    )
    told = subprocess.run([sys.executable, "-c", work], cwd=ROOT, capture_output=True, text=True, check=False)
    assert told.stdout.strip() == str(list(range(9))), told.stderr
    assert (tmp_path / "mark").exists()


def test_a_scheduler_that_does_not_answer_is_told(tmp_path: Path) -> None:
    address = str(tmp_path / "case.sqlite")
    with closing(Files.open(address)) as files:
        store(files, (CASE, start()))
    with patch("projections.read_model.worker_pool.CONNECT_SECONDS", 1):
        told = run("rebuild", "--dask", "tcp://127.0.0.1:1", "--database", address, code=2).output
    assert "no scheduler answers there" in " ".join(told.split())
