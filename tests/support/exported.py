"""Exports for analysts, made by the command as anybody makes them, and read again."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from click.testing import CliRunner, Result

from web.cli import main

IDENTIFIED = ("--identified", "--recipient", "A Reader", "--purpose", "a study", "--until", "2099-01-01")


def run(database: str, *arguments: str) -> Result:
    """The command ``export`` on this database."""
    return CliRunner().invoke(main, ["export", *arguments, "--database", database], catch_exceptions=False)


def made(database: str, folder: Path, *arguments: str) -> Path:
    """The folder of an export that the command wrote."""
    result = run(database, "--parquet", str(folder), *arguments)
    assert result.exit_code == 0, result.output
    return folder


def rows(folder: Path, table: str) -> list[dict[str, Any]]:
    """The rows of a table."""
    found: list[dict[str, Any]] = pq.read_table(folder / table).to_pylist()
    return found
