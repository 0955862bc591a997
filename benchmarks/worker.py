"""A worker that opens the columns in a folder, answers as at two moments, and says how large it grew."""

import json
import sys
from pathlib import Path

from benchmarks.measures import ESI, HINDSIGHT, STOOD
from projections.columns.case_selection import CaseSelection
from projections.columns.column_files import latest_generation
from projections.columns.score_counts import score_cases, score_table


def size_of(name: str, process: int | str = "self") -> int:
    """A line of a process's status, in bytes."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def main() -> None:
    before = size_of("RssAnon")
    columns = latest_generation(Path(sys.argv[1]))
    assert columns is not None
    for moment in (HINDSIGHT, STOOD):
        at = CaseSelection(columns, moment)
        score_cases(ESI, at)
        score_table(ESI, at, ("team",))
    sizes = {"peak": size_of("VmHWM"), "own": size_of("RssAnon"), "own before": before, "mapped": size_of("RssFile")}
    print(json.dumps(sizes))


if __name__ == "__main__":
    main()
