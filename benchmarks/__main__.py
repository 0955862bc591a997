"""Run the benchmarks of one size, or print what was measured of all: ``make bench SIZE=area DIR=...``."""

import argparse
import os
import platform
from pathlib import Path

from benchmarks.measures import TIMES, Folder, measured
from benchmarks.nation import SIZES
from benchmarks.report import printed
from benchmarks.timing import Figures


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("size", choices=[*SIZES, "all"])
    parser.add_argument("--dir", type=Path, required=True, help="the working folder; what is there is not done again")
    parser.add_argument("--templates", type=int, default=1_000, help="how many unlike cases a service is made of")
    parser.add_argument("--times", type=int, default=TIMES, help="how often each is taken; the shortest counts")
    asked = parser.parse_args()
    found: dict[str, dict[str, Figures]] = {}
    for name, size in SIZES.items():
        folder = Folder(asked.dir, size, asked.templates, asked.times)
        done = (folder.home / "memory.json").exists()
        if asked.size in (name, "all") or done:
            found[name] = dict(measured(folder))
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}\n")
    print(printed(found))


if __name__ == "__main__":
    main()
