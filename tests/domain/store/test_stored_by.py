"""Who stored an entry: the text of the column ``actor``, written and read again."""

import pytest

from domain.store.stored_by import StoredBy

OPERATOR = "kim, login 1000 on host-1: import"


@pytest.mark.parametrize(
    ("by", "text"),
    [
        (StoredBy("jo"), "jo"),
        (StoredBy(operator=OPERATOR), f"operator ({OPERATOR})"),
        (StoredBy(source="crams", operator=OPERATOR), f"source crams, operator ({OPERATOR})"),
        (StoredBy("jo", "crams"), "source crams, jo"),
        (StoredBy(source="crams", taking_over=True, operator=OPERATOR), f"source crams, taking over, operator ({OPERATOR})"),
        (StoredBy(operator="a (b) on c: import, source x"), "operator (a (b) on c: import, source x)"),
        (StoredBy("import"), "import"),
        (StoredBy("night job, source of"), "night job, source of"),
        (StoredBy(), ""),
    ],
)  # fmt: skip
def test_what_is_written_is_read_again(by: StoredBy, text: str) -> None:
    assert (str(by), StoredBy.read(text)) == (text, by)


def test_no_account_is_read_as_a_source_or_an_operator() -> None:
    """User names hold neither blanks nor brackets; older texts that begin alike are no source."""
    assert StoredBy.read("source") == StoredBy("source")
    assert StoredBy.read("source 1, jo") == StoredBy("source 1, jo")
    assert StoredBy.read("operator ()") == StoredBy("operator ()")
