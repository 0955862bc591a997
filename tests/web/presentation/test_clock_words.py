"""Whose clock a time is of: said where it lies after the day that the site takes for today, by London's days."""

from datetime import UTC, date, datetime

from flask import Flask

from web.presentation.clock_words import clocks_differ, whose_clock
from web.site import system_clock


def test_a_time_after_the_sites_day_is_of_another_clock() -> None:
    app = Flask(__name__)
    app.config["TODAY"] = lambda: date(2005, 6, 22)
    last, first = datetime(2005, 6, 22, 22, 59, tzinfo=UTC), datetime(2005, 6, 22, 23, 0, tzinfo=UTC)
    with app.app_context():
        assert whose_clock(last) == "" and whose_clock(first) == " (this computer's clock)"
        assert clocks_differ()


def test_a_site_that_goes_by_the_machines_clock_says_nothing() -> None:
    with Flask(__name__).app_context():
        assert whose_clock(system_clock.now()) == "" and not clocks_differ()
    assert whose_clock(system_clock.now()) == "", "nor does the command line"
