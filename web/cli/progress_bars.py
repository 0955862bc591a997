"""Progress bars on the error stream. Nothing is shown where that is not a terminal."""

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)


def progress_of_bytes() -> Progress:
    """A bar that counts bytes."""
    return _bar(DownloadColumn())


def progress_of(total: int, words: str) -> Progress:
    """A bar with one task, which counts to ``total``."""
    bar = _bar(MofNCompleteColumn())
    bar.add_task(words, total=total)
    return bar


def _bar(counted: ProgressColumn) -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), counted, TimeRemainingColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal, transient=True)
