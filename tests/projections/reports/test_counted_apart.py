"""What is counted beside a figure: dispensed, told late, transferred away just before the day, snoozed."""

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from projections.columns.column_store import ColumnStore
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.ledger.ledger import Place, ledger
from projections.reports.duty_queries import DutyQueries
from projections.reports.duty_results import CountedApart, SnoozedDuty
from projections.reports.periods import Period
from projections.reports.reader_reach import ReaderReach
from projections.reports.told_figures import ToldFigures
from tests.support.plain_entries import ELSEWHERE, PLACE, Pages, as_fact

JO, AL = (
    Place(*(of[name] for name in ("area", "division", "team", "officer", "officer_grade"))) for of in (PLACE, ELSEWHERE)
)
CONTACT = ["contact-frequency"]
JULY = Period(Moment(date(2005, 7, 3), None), date(2005, 6, 5))


def file(*more: Callable[[Pages], object]) -> list[object]:
    """A case at tier 3 since Monday 6 June 2005, seen in no week but by what ``more`` writes."""
    pages = Pages()
    pages.start("2005-06-06", tier=3)
    for one in more:
        one(pages)
    return [as_fact(entry) for entry in pages.entries]


def dispense(first: str, last: str) -> Callable[[Pages], object]:
    days = {"from_on": date.fromisoformat(first), "to_on": date.fromisoformat(last)}
    return lambda pages: pages.add("DispensationGiven", first, clause=CONTACT[0], reason="r", by="M", **days)


def seen(on: str, recorded: str) -> Callable[[Pages], object]:
    day = date.fromisoformat(on)
    at = end_of_day(date.fromisoformat(recorded))
    return lambda pages: pages.add("AppointmentMade", on, recorded=at, for_on=day, contact_type="office")


def moved(on: str) -> Callable[[Pages], object]:
    return lambda pages: pages.add("CaseAllocated", on, **ELSEWHERE)


@pytest.fixture(scope="module")
def queries() -> DutyQueries:
    files = {
        "X000001/1": file(dispense("2005-06-15", "2005-06-20"), seen("2005-06-22", "2005-06-30")),
        "X000002/1": file(seen("2005-06-08", "2005-06-08"), seen("2005-06-14", "2005-06-20"), moved("2005-06-23")),
        "X000003/1": file(moved("2005-06-10")),
    }
    made = ColumnStore.of([(name, ledger(facts), facts) for name, facts in files.items()])
    return DutyQueries(made, frameworks()[DEFAULT_FRAMEWORK])


def of(place: Place) -> Callable[[Place], bool]:
    return lambda held: held == place


def test_each_is_counted_beside_the_figure_that_it_flatters(queries: DutyQueries) -> None:
    apart = queries.apart(JULY, CONTACT, ())
    # One week dispensed with; one week of each case met by what was recorded later. Three duties went to Al within five working
    # days of the day they were due: 12 and 19 June (moved on the 10th), 26 June (moved on the 23rd).
    assert apart(of(JO)) == CountedApart(dispensed=1, told_late=2, transferred=3)
    assert apart(of(AL)) == CountedApart()
    assert apart(lambda _: True) == CountedApart(dispensed=1, told_late=2), "a move within the whole flatters nobody"


def test_what_was_moved_long_before_its_day_is_not_counted(queries: DutyQueries) -> None:
    later = Period(Moment(date(2005, 7, 10), None), date(2005, 7, 1))
    assert sum(count.figure.n for count in queries.counts(later, CONTACT, "in_time") if count.place == AL) == 2
    assert queries.apart(later, CONTACT, ())(of(JO)) == CountedApart()


def test_a_dispensed_duty_counts_as_not_met(queries: DutyQueries) -> None:
    (jo,) = (count.figure for count in queries.counts(JULY, CONTACT, "in_time") if count.place == JO)
    assert (jo.held, jo.n) == (3, 5)  # three weeks of one case, of which one was dispensed with, and two of another


def test_a_snooze_is_counted_near_the_day_and_under_its_clause(queries: DutyQueries) -> None:
    due = date(2005, 6, 19)

    def counted(clause: str, snoozed_on: date, reference: str = "X000001/1", due_on: date = due) -> int:
        return queries.apart(JULY, CONTACT, [SnoozedDuty(reference, clause, due_on, snoozed_on)])(of(JO)).snoozed

    assert counted("contact-frequency", date(2005, 6, 13)) == 1
    assert counted("contact-frequency", date(2005, 6, 24)) == 1
    assert counted("contact-frequency", date(2005, 6, 27)) == 0, "six working days after the day"
    assert counted("plan-review", due) == 0
    assert counted("contact-frequency", due, reference="X000003/1") == 0, "Al holds it"
    assert counted("contact-frequency", due, reference="X999999/1") == 0
    assert counted("contact-frequency", due, due_on=date(2005, 7, 20)) == 0


def test_whoever_may_not_open_a_case_that_counts_is_told_nothing_of_it(queries: DutyQueries) -> None:
    opened = np.array([name != "X000001/1" for name in queries.columns.references])
    reach = ReaderReach(of(JO), opened)
    snoozed = [SnoozedDuty("X000001/1", "contact-frequency", date(2005, 6, 19), date(2005, 6, 19))]
    told = ToldFigures(queries, reach, JULY.moment.on, snoozed)
    assert told.apart(JULY, CONTACT, of(JO))(of(JO)) is None
    assert told.open_apart(JULY, CONTACT)(of(JO)) == CountedApart(told_late=1, transferred=3)
    everything = ToldFigures(queries, ReaderReach(lambda _: True, opened | True), JULY.moment.on, snoozed)
    assert everything.apart(JULY, CONTACT, of(JO))(of(JO)) == CountedApart(1, 2, 3, 1)
