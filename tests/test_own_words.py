"""No sentence of the inspection report stands in this repository: no run of nine words is shared with it.

The report's text is not part of the repository. It is read from ``shared/reference`` beside the checkout.
"""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
REPORT = ROOT.parent / "shared" / "reference" / "esi-gloucestershire-follow-up-2006.txt"
RUN = 9
"""A run of so many words is a copy. Shorter runs are names, titles and phrases that everybody in the field uses."""
SUFFIXES = {".py", ".yaml", ".yml", ".html", ".md", ".txt", ".ndjson", ".json", ".js"}
TITLES: frozenset[str] = frozenset()
"""The runs that may stand: titles alone, written as ``words`` writes them. So far no title is long enough to need it."""


def words(text: str) -> list[str]:
    """The words of a text in small letters, without punctuation; quotation marks and apostrophes part words."""
    return re.sub(r"[^a-z0-9\s]", "", re.sub(r"[\"'\\]", " ", text.lower())).split()


def runs(text: list[str]) -> set[tuple[str, ...]]:
    return {tuple(text[start : start + RUN]) for start in range(len(text) - RUN + 1)}


def copied(text: list[str], report: set[tuple[str, ...]]) -> Iterator[str]:
    """Every stretch of the text that the report has too, as long as it is shared."""
    start = 0
    while start <= len(text) - RUN:
        end = start
        while tuple(text[end : end + RUN]) in report:
            end += 1
        if end > start:
            yield " ".join(text[start : end + RUN - 1])
        start = max(start + 1, end)


def tracked() -> list[Path]:
    """The text files of the repository, without those of other people."""
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.splitlines() if Path(name).suffix in SUFFIXES and "vendor" not in name]


def test_a_copied_stretch_is_found_however_it_is_broken_into_lines() -> None:
    report = runs(words("One two three four five, six seven eight nine ten. Eleven."))
    assert list(copied(words('zero "one two three four\n  five six seven eight nine ten" nought'), report)) == [
        "one two three four five six seven eight nine ten"
    ]
    assert not list(copied(words("one two three four five six seven eight nought nine ten eleven"), report))


def test_no_sentence_is_the_reports() -> None:
    if not REPORT.exists():
        pytest.skip(f"{REPORT.name} is not in shared/reference beside the checkout: there is nothing to compare with")
    report = runs(words(REPORT.read_text(encoding="utf-8")))
    found = {
        f"{path.relative_to(ROOT)}: {stretch}"
        for path in tracked()
        if path.exists()
        for stretch in copied(words(path.read_text(encoding="utf-8", errors="ignore")), report)
        if stretch not in TITLES
    }
    assert not found, "say these in our own words:\n" + "\n".join(sorted(found))
