"""A duty in a sentence, as the pages of recording say it."""

from projections.obligations.duty_state import Obligation
from web.presentation.duty_sentences import duty_asked
from web.presentation.formatting import short_date
from web.site import clock


def duty_said(duty: Obligation) -> str:
    """What is asked, and when it was due."""
    asked = f"{duty_asked(duty, clock.today())}."
    return f"{asked} Due {short_date(duty.due_day)}." if duty.due_day else asked
