"""How long an export for analysts takes, beside writing its rows bare: python -m benchmarks.exporting [SIZE] --dir DIR

A store is filled with the generator, once, and its tables and columns are made, once. Then all cases are exported as the command
does it, table by table; and the rows of each file, read back into memory, are written again by pyarrow alone, in the same row
groups. The last column is the one by the other. Seconds of the processor, the least of several runs; and by the clock of the whole.
"""

import argparse
import gc
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from benchmarks.cases import READ_ON
from benchmarks.columns_made import rebuilt
from benchmarks.filling import TEMPLATES
from benchmarks.nation import named_size
from benchmarks.serving import DATABASE, recorded
from benchmarks.timing import took
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from projections.columns.column_files import latest_generation
from projections.exports import entry_files, export_contents
from projections.exports.export_cases import cases_in
from projections.exports.export_contents import ExportContents
from projections.exports.export_facts import ExportFacts
from projections.exports.exported_fields import Table
from projections.exports.parquet_files import write_table
from projections.exports.pseudonyms import Pseudonyms, new_key
from projections.read_model.view_reader import ReadModel

RUNS = 2


def exported(views: ReadModel, home: Path, folder: Path) -> dict[str, float]:
    """Export everything into a folder; seconds by table."""
    columns = latest_generation(home)
    assert columns is not None
    facts = ExportFacts(
        "bench", datetime.now(UTC), READ_ON, None, columns.position, (), (), (DEFAULT_FRAMEWORK,), identified=False
    )
    contents = ExportContents(
        columns, views.stored, cases_in(columns, facts), facts, [frameworks()[DEFAULT_FRAMEWORK]], Pseudonyms(new_key())
    )
    seconds: dict[str, float] = {}

    def timed(path: Path, table: Table, parts: Iterator[Any]) -> int:
        rows = 0

        def write() -> None:
            nonlocal rows
            rows = write_table(path, table, parts)

        seconds[table.name] = took(write).processor
        return rows

    export_contents.write_table = entry_files.write_table = timed
    whole = took(lambda: contents.write(folder))
    return {"clock": whole.clock, "whole": whole.processor, **seconds}


def bare(folder: Path, beside: Path) -> dict[str, tuple[float, int]]:
    """Write the rows of each file again: seconds and rows by table."""
    found = {}
    for path in sorted(folder.glob("*/0000.parquet")):
        file = pq.ParquetFile(path)
        seconds = 0.0
        with pq.ParquetWriter(beside / f"{path.parent.name}.parquet", file.schema_arrow, store_schema=False) as writer:
            for group in range(file.num_row_groups):
                table = file.read_row_group(group)
                seconds += took(_writing(writer, table)).processor
        found[path.parent.name] = seconds, file.metadata.num_rows
    return found


def _writing(writer: Any, table: Any) -> Callable[[], None]:
    return lambda: writer.write_table(table, row_group_size=max(len(table), 1))


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.exporting", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("size", metavar="SIZE", nargs="?", default="area")
    parser.add_argument("--dir", type=Path, required=True, help="the working folder; its records are not made again")
    parser.add_argument("--templates", type=int, default=TEMPLATES, help="how many unlike cases a service is made of")
    parser.add_argument("--times", type=int, default=RUNS, help="how often each is taken; the least counts")
    asked = parser.parse_args()
    size = named_size(asked.size)
    record = recorded(asked.dir, size, asked.templates)
    address, home = str(record / DATABASE), record / "exporting"
    if not home.exists():
        ReadModel(address).close()
        rebuilt(address, home)
    gc.disable()  # as the command does
    print(f"{size.cases:,} cases; load {os.getloadavg()[0]:.1f}", flush=True)
    runs, plain = list[dict[str, float]](), list[dict[str, tuple[float, int]]]()
    with closing(ReadModel(address)) as views:
        for _ in range(asked.times):
            with tempfile.TemporaryDirectory(dir=asked.dir) as scratch:
                out, beside = Path(scratch) / "out", Path(scratch) / "bare"
                out.mkdir()
                beside.mkdir()
                runs.append(exported(views, home, out))
                plain.append(bare(out, beside))
    _print(runs, plain)


def _print(runs: list[dict[str, float]], plain: list[dict[str, tuple[float, int]]]) -> None:
    print(f"{'table':<14}{'rows':>12}{'export, s':>12}{'bare, s':>12}{'x bare':>9}")
    for table, (_, rows) in plain[0].items():
        own, other = min(run[table] for run in runs), min(run[table][0] for run in plain)
        print(f"{table:<14}{rows:>12,}{own:>12.2f}{other:>12.2f}{own / max(other, 1e-9):>9.1f}")
    rows, own = sum(rows for _, rows in plain[0].values()), min(run["whole"] for run in runs)
    other = float(np.min([sum(seconds for seconds, _ in run.values()) for run in plain]))
    print(f"{'all':<14}{rows:>12,}{own:>12.2f}{other:>12.2f}{own / other:>9.1f}")
    print(f"by the clock: {min(run['clock'] for run in runs):.2f} s")


if __name__ == "__main__":
    main()
