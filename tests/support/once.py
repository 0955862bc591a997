"""What is made once a run, whichever of its workers asks first: the samples, the loaded database, the PostgreSQL server.

The run's own process makes a folder that all workers share, names it in the environment, and takes it away at the end. It
is not pytest's, which every run closes to other users: PostgreSQL runs as one.
"""

import os
from collections.abc import Callable
from fcntl import LOCK_EX, flock
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory

import pytest

NAME = "CASEAUDIT_TESTS_FOLDER"


def share_folder(config: pytest.Config) -> None:
    """In the run's own process: make the folder; in a worker of it: nothing."""
    if not hasattr(config, "workerinput"):
        folder = TemporaryDirectory(prefix="caseaudit-tests-", ignore_cleanup_errors=True)
        Path(folder.name).chmod(0o755)
        os.environ[NAME] = folder.name
        os.environ["XDG_CACHE_HOME"] = f"{folder.name}/cache"  # of this run alone: another checkout's policy is another
        os.environ["XDG_CONFIG_HOME"] = f"{folder.name}/config"  # the keys of its records
        config.add_cleanup(folder.cleanup)


def shared() -> Path:
    return Path(os.environ[NAME])


def made_once(name: str, make: Callable[[Path], object]) -> Path:
    """The shared folder of this name, which ``make`` has filled; whoever comes second waits for the first."""
    folder, making = shared() / name, shared() / f"{name}.making"
    with (shared() / f"{name}.lock").open("w") as lock:
        flock(lock, LOCK_EX)  # until the file is closed
        if not folder.exists():
            rmtree(making, ignore_errors=True)  # of somebody who failed
            making.mkdir()
            make(making)
            making.rename(folder)
    return folder
