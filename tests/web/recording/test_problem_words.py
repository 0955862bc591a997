"""Every refusal of a form names its question, says what was expected, and leaks no code, for every field of every type."""

import re

import pytest

from domain.entries.case_entries import ENTRY_TYPES
from web.recording.entry_forms import Field, fields_of
from web.recording.problem_words import problems_in_words, refusal_words

REASONS = (
    "missing; this type of entry needs it", "Not a valid integer.", "'9' is not known; one of 1, 2, 3",
    "choose one of those that are offered", "there is no entry 'x' in V465889/1",
    "'x' is of type TierSet; expected AssessmentCompleted or SupervisionPlanMade",
    "Must be greater than or equal to 0 and less than or equal to 24.", "Must be greater than or equal to 1.",
    "200 is outside the range of oasys, 0 to 168", "cannot be corrected; withdraw the entry and record another",
    "'9' is not a time of day; write hours and minutes, like 09:30", "something that nobody foresaw",
    "'X1' is not a CRN; write a capital letter and six digits, like X123456", "Longer than maximum length 200.",
)  # fmt: skip


def questions() -> list[tuple[str, Field]]:
    asked = {name: kind for name, kind in ENTRY_TYPES.items() if kind.kept_on == "case" and name != "EntryCorrected"}
    return [(name, field) for name, kind in asked.items() for field in fields_of(kind, lambda _: [])]


@pytest.mark.parametrize("reason", REASONS)
def test_each_refusal_names_its_question(reason: str) -> None:
    for type_, field in questions():
        asked = {"other": field, field.name: field}
        said = problems_in_words([(field.name, reason)], asked, type_, {field.name: ["9"]})
        words = said[field.name]
        decides = "This decides" in words or "They decide" in words
        assert decides or field.full_label.casefold() in words.casefold(), (type_, field.name, words)
        assert words[0].isupper() and words.endswith("."), words
        assert not re.search(r"[a-z]_[a-z]|; expected|Must be |TierSet|V465889", words), words


def test_what_is_about_no_question_stands_at_the_first() -> None:
    asked = {field.name: field for type_, field in questions() if type_ == "TierSet"}
    first = next(iter(asked))
    said = problems_in_words([("nothing", "Nothing is changed."), ("tier", "missing")], asked, "TierSet", {})
    assert list(said) == [first, "tier"] and said[first] == "Nothing is changed."
    both = problems_in_words([("nothing", "Nothing is changed."), (first, "missing")], asked, "TierSet", {})
    assert both == {first: "Nothing is changed. Enter date it happened."}


def test_a_refusal_without_a_form_is_a_sentence() -> None:
    assert refusal_words(ValueError("it is 2005-10-03 already")) == "It is 3 October 2005 already."
