"""Nothing in the rules reads a clock."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import domain
import projections

CLOCK = re.compile(r"(.*\.)?(now|today|utcnow|localtime|gmtime|monotonic|perf_counter)|time\.time(_ns)?|time")


def clock_readings(path: Path) -> Iterator[tuple[str, str]]:
    """Each call of something named like a clock: the file and the expression."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and CLOCK.fullmatch(ast.unparse(node.func)):
            yield path.name, ast.unparse(node)


def test_what_reads_a_clock_is_recognised(tmp_path: Path) -> None:
    source = "date.today(); datetime.datetime.now(UTC); time.time(); time(); datetime.min.time(); self.clock(); now"
    (tmp_path / "rule.py").write_text(source)
    found = [expression for _, expression in clock_readings(tmp_path / "rule.py")]
    assert found == ["date.today()", "datetime.datetime.now(UTC)", "time.time()", "time()"]


def test_nothing_in_the_rules_reads_a_clock_but_the_moment_of_storing() -> None:
    sources = [p for package in (domain, projections) for p in Path(package.__path__[0]).rglob("*.py")]
    assert len(sources) > 20
    waits = "time.monotonic()"  # how long to wait for another, or for the database: no day comes of it
    found = [(path.parent.name, *said) for path in sources for said in clock_readings(path) if said[1] != waits]
    assert sorted(found) == [
        # The moment of recording, where the caller does not give it.
        ("store", "application.py", "datetime.now(UTC)"),
        # The store's own timestamp, used for integrity only.
        ("store", "postgres_recorder.py", "datetime.now(UTC)"),
        ("store", "sqlite_recorder.py", "datetime.now(UTC)"),
    ]
