"""From which commit this program comes, where that is known: ``make wheel`` notes it, and a checkout asks git."""

import subprocess
from contextlib import suppress
from functools import cache
from pathlib import Path

from domain import __version__

ROOT = Path(__file__).resolve().parent

NOTED = ROOT / "COMMIT"
"""The file of a package in which its commit stands."""

DESCRIBE = ("git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*")

LONGEST = 60


@cache
def commit() -> str:
    """The commit, with ``-dirty`` where files of the checkout were changed since; empty where it is not known."""
    with suppress(OSError, subprocess.SubprocessError, UnicodeDecodeError):
        if (ROOT.parent / ".git").exists():
            done = subprocess.run(DESCRIBE, cwd=ROOT, capture_output=True, text=True, timeout=5, check=True)  # noqa: S603 - git's own words
            return done.stdout.strip()
        return NOTED.read_text(encoding="ascii").strip()[:LONGEST]
    return ""


def version() -> str:
    """The version in words: ``0.1.0``, or ``0.1.0 (commit 0d1c50956a2f)``."""
    return f"{__version__} (commit {commit()})" if commit() else __version__
