"""What is only described raises no duty; switched on in a policy of one's own, it does, by the rules of any clause."""

from dataclasses import replace
from datetime import date
from typing import Any

from domain.policy.clauses import Clause
from domain.policy.standards.edition_files import national_standards
from projections.history.history import History, end_of_day
from projections.obligations.derive import obligations
from projections.obligations.duty_state import Obligation
from tests.scenarios import Scenario

LICENCE = {"on": date(2022, 6, 6), "SupervisionStarted": {"order_type": "licence"}}
SEEN = {"on": date(2022, 6, 6), "entry": "seen", "AppointmentMade": {"outcome": "attended_complied"}}


def switched_on(edition: str, name: str) -> Clause:
    found = next(e for e in national_standards().editions if e.id == edition)
    return replace(next(c for c in found.described if c.id == name), described=None)


def owed(clause: Clause, *facts: dict[str, Any], known: date | None = None) -> list[Obligation]:
    history = Scenario("", "", list(facts), []).history()
    return obligations(History.of(history, known and end_of_day(known)), [clause])


def test_what_is_described_raises_nothing_until_it_is_switched_on() -> None:
    history = History.of(Scenario("", "", [LICENCE], []).history())
    found = obligations(history, national_standards().clauses)
    assert "contact-frequency" not in {o.clause.id for o in found}
    assert [o.state(date(2022, 7, 6)) for o in owed(switched_on("2022", "contact-frequency"), LICENCE)][:1] == [
        "missed"
    ]


def test_months_keep_the_day_of_the_month_on_which_they_began() -> None:
    begun = {"on": date(2023, 1, 31), "SupervisionStarted": {"order_type": "licence"}}
    days = [(o.arises_on, o.due_on) for o in owed(switched_on("2022", "contact-frequency"), begun)][:3]
    assert days == [
        (date(2023, 1, 31), date(2023, 2, 27)), (date(2023, 2, 28), date(2023, 3, 30)),
        (date(2023, 3, 31), date(2023, 4, 29)),
    ]  # fmt: skip


def test_a_month_that_was_met_stays_met_when_the_person_is_released_on_the_day_after_its_last() -> None:
    away = {"on": date(2022, 6, 7), "CustodyStarted": {"reason": "recall"}}
    back = {"on": date(2022, 7, 6), "CustodyEnded": {}}
    clause = switched_on("2022", "contact-frequency")
    for day, known in ((date(2022, 7, 5), date(2022, 7, 5)), (date(2022, 7, 6), None)):
        first = next(o for o in owed(clause, LICENCE, SEEN, away, back, known=known) if o.arises_on == date(2022, 6, 6))
        assert (first.state(day), first.met_by) == ("met", ("seen",))


def test_two_clocks_of_one_team_are_kept_side_by_side() -> None:
    missed = {"on": date(2022, 6, 13), "AppointmentMade": {"outcome": "unacceptable_absence"}}
    allowed = {
        name: [o.due_on for o in owed(switched_on("2022", name), LICENCE, missed)]
        for name in ("absence-evidence-in-seven-days", "absence-evidence-in-five-working-days")
    }
    assert list(allowed.values()) == [[date(2022, 6, 20)], [date(2022, 6, 20)]]


def test_no_month_is_missed_while_contact_is_suspended_in_the_final_third() -> None:
    away = {
        "on": date(2024, 6, 6),
        "ContactSuspended": {"reason": "final_third", "from_on": date(2024, 6, 6), "to_on": date(2025, 6, 6)},
    }
    duties = owed(switched_on("2022", "contact-frequency"), LICENCE, away)
    states = {o.state(date(2025, 6, 5)) for o in duties if date(2024, 6, 6) <= o.arises_on < date(2025, 5, 6)}
    assert states == {"lapsed"}
    assert next(o for o in duties if o.arises_on == date(2024, 5, 6)).state(date(2025, 6, 5)) == "missed"


def test_the_weekly_hours_told_of_2015_are_counted_as_offered_where_they_are_switched_on() -> None:
    order = {"order_type": "community_order", "requirements": ["unpaid_work"]}
    begun = {"on": date(2016, 3, 7), "SupervisionStarted": order}
    worked = [
        {"on": date(2016, 3, day), "UnpaidWorkSession": {"hours": hours, "outcome": "attended_complied"}}
        for day, hours in ((9, 7), (16, 6.5))
    ]
    found = owed(switched_on("2015", "unpaid-work-hours"), begun, *worked)
    assert [(o.due_on, o.state(date(2016, 3, 22))) for o in found][:2] == [
        (date(2016, 3, 13), "met"), (date(2016, 3, 20), "missed"),
    ]  # fmt: skip
