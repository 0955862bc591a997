"""Where the program keeps what it can make anew: a user's cache."""

import os
from pathlib import Path


def cache_folder() -> Path:
    """``caseaudit`` in the folder that ``XDG_CACHE_HOME`` names, else in ``~/.cache``; it need not be there."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "caseaudit"
