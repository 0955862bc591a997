"""The scan of a file that somebody sends: by the command that the operator names, before anything is kept of it."""

import os
import shlex
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from domain.entries.refusals import Refused

COMMAND = "CASEAUDIT_SCAN"
"""The environment variable with the command. The path of the file is added as its last argument; 0 as its exit code passes."""

SECONDS = 30
"""How long a scan may take."""


def is_set() -> bool:
    """Whether a command is set."""
    return bool(os.environ.get(COMMAND, "").strip())


def scanned(content: bytes) -> bool:
    """Whether a file passed the scan; False where no command is set. ``Refused`` where it did not pass, or could not be scanned.

    The file lies for the time of the scan in a folder of this user alone.
    """
    if not is_set():
        return False
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        try:
            done = subprocess.run(  # noqa: S603 - the operator names the command
                [*shlex.split(os.environ[COMMAND]), str(path)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, timeout=SECONDS, check=False,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise Refused("file", f"the scan took longer than {SECONDS} seconds; nothing was kept, try again") from None
        except (OSError, ValueError):
            raise Refused(
                "file", f"the file could not be scanned: the command in {COMMAND} does not run. Nothing was kept; tell whoever "
                "runs the service"
            ) from None  # fmt: skip
    if done.returncode:
        raise Refused("file", f"the scan refused this file (exit code {done.returncode}); nothing was kept")
    return True
