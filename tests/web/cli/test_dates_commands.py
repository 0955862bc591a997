"""The command ``dates``: what follows from two days, with its source; days that lead out of the calendar are refused in words."""

import pytest
from click.testing import CliRunner

from web.cli import main


def test_the_end_of_a_recall_says_what_is_found_and_what_is_ours() -> None:
    said = CliRunner().invoke(main, ["dates", "recall", "--returned", "2025-01-01"]).output
    assert said.startswith("28 January 2025: The last day of the fixed-term recall")
    assert "found in a public source" in said and "the day of return is the first day (ours)" in said
    assert "from which day on the length held was not found" in said


@pytest.mark.parametrize(
    "asked",
    [
        ("recall", "--returned", "9999-12-30"),
        ("handover", "--kind", "determinate", "--sentenced", "0001-01-01", "--release", "0001-01-02"),
        ("handover", "--kind", "indeterminate", "--sentenced", "0001-01-01", "--release", "0001-01-02"),
        ("third", "--begins", "2025-01-01", "--ends", "2024-01-01"),
    ],
)
def test_days_from_which_nothing_follows_are_refused_in_words(asked: tuple[str, ...]) -> None:
    made = CliRunner().invoke(main, ["dates", *asked])
    assert made.exit_code == 2 and "Error: " in made.stderr, made.exception
