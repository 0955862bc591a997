"""The table of ASVS in docs/security.md: each requirement of levels 1 and 2 once, and what it rests on is there."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
STATES = ("met", "partly", "not met", "not applicable")

LAST_OF_SECTION = """
    1.1:2 1.2:9 1.3:11 1.4:3 1.5:2 2.1:3 2.2:3 2.3:4 2.4:1 3.2:2 3.3:4 3.4:6 3.5:5 3.7:2 4.1:3 4.2:1 4.3:2 4.4:4 5.1:1 5.2:3 5.3:2
    5.4:3 6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4 7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2 8.1:2 8.2:3 8.3:1 8.4:1 9.1:3 9.2:4 10.1:2
    10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3 11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1 12.1:3 12.2:2 12.3:4 13.1:1 13.2:5 13.3:2
    13.4:5 14.1:2 14.2:4 14.3:3 15.1:3 15.2:3 15.3:7 16.1:1 16.2:5 16.3:4 16.4:3 16.5:3 17.1:1 17.2:4 17.3:2
"""
"""Section of ASVS 5.0.0 -> its last requirement of level 1 or 2. Within a section these are numbered from 1 without a gap."""

OF_LEVEL_1, OF_BOTH = 70, 253

ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (.+?) \| (.+?) \| (.+) \|$", re.MULTILINE)
CODE = re.compile(r"`([^`\n]+)`")
PATH = re.compile(
    r"(?:domain|projections|web|tests|docs)/[\w./-]+|(?:setup\.cfg|ruff\.toml|requirements\.lock|Makefile|SECURITY\.md)"
)
TEST = re.compile(r"test_\w+")
LINK = re.compile(r"\]\(#([\w-]+)\)")


class Row(NamedTuple):
    number: str
    level: str
    asks: str
    state: str
    by: str


ROWS = [Row(*found) for found in ROW.findall(TEXT)]


def numbers() -> Iterator[str]:
    for section, last in (part.split(":") for part in LAST_OF_SECTION.split()):
        yield from (f"{section}.{n}" for n in range(1, int(last) + 1))


@cache
def functions() -> frozenset[str]:
    """The names of all test functions."""
    files = (ROOT / "tests").rglob("test_*.py")
    return frozenset(
        name for file in files for name in re.findall(r"^def (test_\w+)", file.read_text("utf-8"), re.MULTILINE)
    )


def rests_on(words: str) -> list[str]:
    """The paths and tests that some words name."""
    return [code for code in CODE.findall(words) if PATH.fullmatch(code) or TEST.fullmatch(code)]


def test_each_requirement_stands_there_once_and_in_order() -> None:
    assert [row.number for row in ROWS] == list(numbers())
    assert Counter(row.level for row in ROWS) == {"1": OF_LEVEL_1, "2": OF_BOTH - OF_LEVEL_1}


def test_every_row_has_a_state_and_says_why() -> None:
    assert not [row for row in ROWS if row.state not in STATES]
    told = re.findall(rf"(\d+) ({'|'.join(STATES)})\b", TEXT[TEXT.index("Of 253") :].partition(".")[0])
    assert {state: int(n) for n, state in told} == Counter(row.state for row in ROWS)


@pytest.mark.parametrize("row", [row for row in ROWS if row.state == "met"], ids=lambda row: row.number)
def test_what_is_met_rests_on_something_that_is_there(row: Row) -> None:
    assert rests_on(row.by), f"{row.number} is met by nothing that can be looked at"


def test_every_file_and_every_test_that_the_document_names_is_there() -> None:
    named = rests_on(TEXT)
    assert len(named) > 100
    assert not [one for one in named if not (one in functions() if TEST.fullmatch(one) else (ROOT / one).exists())]


def test_every_heading_that_the_document_points_to_is_there() -> None:
    headings = {
        re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-")
        for line in re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    }
    assert not set(LINK.findall(TEXT)) - headings


def test_what_is_named_and_not_there_is_noticed() -> None:
    assert rests_on("by `web/nowhere.py` and `test_nothing_of_that_name`, as `--option` says") == [
        "web/nowhere.py", "test_nothing_of_that_name",
    ]  # fmt: skip
    assert "test_nothing_of_that_name" not in functions()
