"""The folder that the processes of one site share while it runs: what they measure, and what is known of the database.

It is made when the site starts and goes with it; nothing in it is needed again. It lies in memory where the machine has a place
for that (``/dev/shm``), so that a container with a read-only file system needs none of its own.
"""

import atexit
import importlib
import os
import sys
import tempfile
from pathlib import Path
from shutil import rmtree

SETTING = "CASEAUDIT_METRICS_FOLDER"

SHARED_BY = "PROMETHEUS_MULTIPROC_DIR"
"""Where prometheus-client looks for the folder. It is ours to set."""

IN_MEMORY = Path("/dev/shm")  # noqa: S108  # only a folder of our own in it is used


class NoFolder(ValueError):
    """The folder cannot be used; the message says which and what to do."""


def place() -> Path:
    """Where the folder is made: where the environment says, else in memory, else among temporary files. ``NoFolder``."""
    named = os.environ.get(SETTING, "").strip()
    if named:
        if not Path(named).is_dir() or not os.access(named, os.W_OK | os.X_OK):
            raise NoFolder(f"{SETTING} is '{named}'; name a folder that is there and that this user can write to")
        return Path(named)
    if IN_MEMORY.is_dir() and os.access(IN_MEMORY, os.W_OK | os.X_OK):
        return IN_MEMORY
    try:
        return Path(tempfile.gettempdir())
    except OSError as error:
        raise NoFolder(f"no folder can be written to; name one in {SETTING}") from error


def share() -> Path:
    """Make the folder, for this process and those that it forks; it goes with this one. ``NoFolder``."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="caseaudit-site-", dir=place()))  # 0700
    except OSError as error:
        raise NoFolder(
            f"{SETTING}: nothing can be written to {place()} ({error.strerror}); name another folder"
        ) from error
    atexit.register(_remove, folder, os.getpid())
    os.environ[SHARED_BY] = str(folder)
    if "prometheus_client" in sys.modules:
        _choose_again()
    return folder


def _choose_again() -> None:
    """The library chooses how it keeps values when it is imported: let it choose again, and make what is measured anew."""
    from prometheus_client import values

    values.ValueClass = values.get_value_class()  # type: ignore[no-untyped-call]
    if (measured := sys.modules.get("web.server.metrics")) is not None:
        importlib.reload(measured)


def _remove(folder: Path, process: int) -> None:
    if os.getpid() == process:
        rmtree(folder, ignore_errors=True)
