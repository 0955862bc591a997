"""A second correction is judged together with the first, and by nothing that was recorded after it."""

from datetime import UTC, datetime

import pytest

from domain.aggregates.case_file import decide
from domain.entries.refusals import BadCorrection
from tests.domain.aggregates.test_case_file import fact, given, start

NOW = datetime(2006, 1, 1, tzinfo=UTC)
SUSPENDED = fact(
    "ContactSuspended", "s", from_on="2005-06-06", to_on="2005-06-10", reason="hospital", by="Ann Spo", grade="spo"
)  # fmt: skip
LONGER = fact("EntryCorrected", "c1", "2005-06-02", of="s", fields={"to_on": "2005-07-15"})
LATER = fact("EntryCorrected", "c2", "2005-06-03", of="s", fields={"from_on": "2005-06-20"})


def test_what_the_first_correction_set_right_stands() -> None:
    assert decide(given(start(), SUSPENDED, LONGER), LATER, NOW) == [LATER]
    with pytest.raises(BadCorrection, match="is before from_on"):
        decide(given(start(), SUSPENDED), LATER, NOW)


def test_a_correction_that_is_withdrawn_does_not_count_but_a_withdrawn_entry_can_be_corrected() -> None:
    undone = fact("EntryWithdrawn", "w", "2005-06-02", of="c1", reason="wrong", recorded_at="2005-06-02T20:00:00+01:00")
    with pytest.raises(BadCorrection, match="is before from_on"):
        decide(given(start(), SUSPENDED, LONGER, undone), LATER, NOW)
    gone = fact("EntryWithdrawn", "w", "2005-06-02", of="s", reason="wrong", recorded_at="2005-06-02T20:00:00+01:00")
    assert decide(given(start(), SUSPENDED, LONGER, gone), LATER, NOW) == [LATER]


def test_what_was_recorded_after_it_does_not_count() -> None:
    """A correction that an import brings late is judged by what came before it."""
    later = fact("EntryCorrected", "c3", "2005-06-04", of="s", fields={"to_on": "2005-07-15"})
    with pytest.raises(BadCorrection, match="is before from_on"):
        decide(given(start(), SUSPENDED, later), LATER, NOW)
