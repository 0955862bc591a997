"""What a call of the command costs, beside a Python that does nothing: python -m benchmarks.starting [--command PATH]

The demonstration is made in a folder of its own, with a cache of its own, by the command that is measured. Each call is made
several times; the least processor time (the user's and the system's, of the process and its children) counts.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "docs" / "example.ndjson"

CALLS = (
    "--help",
    "case A504771/1 --as-at 2005-10-03",
    "score --inspection gloucestershire-2005",
    "score --as-at 2005-10-03",
    "due --as-at 2005-10-03",
    "report monitoring --as-at 2005-10-03",
    "export",
    "sample gloucestershire-2005",
    "users list",
    "verify",
    "migrate",
    f"import {EXAMPLE} --dry-run",
)


def seconds(command: Sequence[str], env: Mapping[str, str]) -> float:
    """The processor time of one run of a command. ``CalledProcessError`` where it fails."""
    with subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return used.ru_utime + used.ru_stime


def measured(program: Sequence[str], folder: Path, times: int) -> dict[str, float]:
    """Seconds: the least of so many runs of each call, and of a bare Python (``python -c pass``)."""
    env = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    env |= {"CASEAUDIT_DATABASE": str(folder / "demo.sqlite"), "XDG_CACHE_HOME": str(folder)}
    seconds([*program, "demo", "--no-serve"], env)
    commands = {"python -c pass": [sys.executable, "-c", "pass"]}
    commands |= {call: [*program, *call.split()] for call in CALLS}
    found: dict[str, float] = {}
    for _ in range(times):
        for call, command in commands.items():
            found[call] = min(found.get(call, float("inf")), seconds(command, env))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.starting", description=__doc__)
    parser.add_argument("--command", help="measure the command of another installation; default: this program's")
    parser.add_argument("--times", type=int, default=5)
    asked = parser.parse_args()
    own = [sys.executable, "-c", "import sys; from web.cli import run; sys.argv[0] = 'caseaudit'; run()"]
    with tempfile.TemporaryDirectory() as folder:
        found = measured([asked.command] if asked.command else own, Path(folder), asked.times)
    bare = found["python -c pass"]
    for call, took in found.items():
        print(f"{call.replace(str(EXAMPLE), EXAMPLE.name):<44}{took:7.3f} s   {took / bare:6.1f} x bare")


if __name__ == "__main__":
    main()
