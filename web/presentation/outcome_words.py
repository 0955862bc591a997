"""What became of an appointment, in the same words everywhere."""

from domain.entries import code_lists
from projections.history.appointments import ABSENT


def outcome_words(outcome: str | None, acceptable: bool | None = None) -> str:
    """An outcome with the decision on it: ``did not attend, not acceptable``. ``acceptable``: None where nobody has decided.

    Both None: nothing is known yet.
    """
    if outcome is None and acceptable is None:
        return "no outcome yet"
    if acceptable is None:
        return code_lists.label(outcome)
    if outcome is None or outcome in ABSENT:
        return code_lists.label("acceptable_absence" if acceptable else "unacceptable_absence")
    return f"{code_lists.label(outcome)}; decided {'acceptable' if acceptable else 'not acceptable'}"
