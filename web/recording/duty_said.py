"""A duty in a sentence, as the pages of recording say it."""

from flask import Flask

from projections.obligations.duty_state import Obligation
from web.presentation.duty_sentences import duty_asked, duty_sentence, near_date
from web.site import clock


def duty_said(duty: Obligation) -> str:
    """What is asked, and when it is due, as at today."""
    return duty_sentence(duty, clock.today()).text


def duty_in_short(duty: Obligation) -> str:
    """What is asked, and when it was or is due, to stand within a sentence."""
    asked, today = duty_asked(duty, clock.today()), clock.today()
    if duty.due_day is None:
        return asked
    return f"{asked}, {'was due' if duty.due_on < today else 'due'} {near_date(duty.due_on, today)}"


def attach(app: Flask) -> None:
    """Give the templates both."""
    app.add_template_global(duty_said)
    app.add_template_global(duty_in_short)
