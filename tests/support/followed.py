"""What tests of following and rebuilding share: eight cases, the commands, and the views held against the entries."""

import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from click.testing import CliRunner, Result

from projections.read_model.verify_views import verify
from projections.read_model.view_reader import ReadModel
from tests.projections.read_model.test_views import rows_of
from tests.support.hanging import wait_until
from web.cli import main

T = TypeVar("T")

CASES = [f"X{number:06}/1" for number in range(1, 9)]

COMMAND = [sys.executable, "-c", "from web.cli import main; main()"]


def said(views: ReadModel) -> dict[str, list[list[str]]]:
    """What the live views say, to compare; and that no case is in them twice."""
    return {stored.reference: rows_of(stored.ledger) for stored in views.ledgers()}


def run(*arguments: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, list(arguments))
    assert result.exit_code == code, result.output
    return result


def here(work: Callable[..., T], pieces: Iterable[tuple[object, ...]]) -> Iterator[T]:
    """A crew of nobody but ourselves."""
    return (work(*piece) for piece in pieces)


def verified(views: ReadModel) -> None:
    assert list(verify(views, here)) == []


@contextmanager
def running(*arguments: str, code: str = COMMAND[-1]) -> Iterator[subprocess.Popen[str]]:
    """A command in a process of its own. ``code``: what it runs, for other settings than the usual ones."""
    with subprocess.Popen(
        [*COMMAND[:-1], code, *arguments],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def until(reached: Callable[[], object], process: subprocess.Popen[str]) -> None:
    """Wait until it is so, or the process has ended."""
    wait_until(lambda: reached() or process.poll() is not None)
