"""A duty in a sentence, as the pages of recording say it."""

from projections.obligations.duty_state import Obligation
from web.presentation.formatting import short_date


def duty_said(duty: Obligation) -> str:
    """What is asked, and when it was due."""
    return f"{duty.clause.says} Due {short_date(duty.due_day)}." if duty.due_day else duty.clause.says
