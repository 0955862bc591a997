"""Duties in sentences: what every row of every clause asks, what was last done, and when it is due."""

from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace

from domain.policy.clause_words import clause_words, duty_words, wrong_gaps
from domain.policy.clauses import Clause
from domain.policy.frameworks.framework_files import frameworks
from domain.policy.standards.edition_files import national_standards
from projections.history.history import History
from projections.obligations.derive import obligations
from projections.obligations.duty_state import WHEN_RELEASED, Obligation
from tests.support.plain_entries import Pages, as_fact
from web.presentation.duty_sentences import duty_sentence

CLAUSES = (*national_standards().clauses, *(c for one in frameworks().values() for c in one.expectations))
TODAY = date(2005, 12, 22)

SENTENCES = {
    "contact-frequency": [
        "An appointment arranged every week for 12 weeks, then every 2 weeks for 12 weeks, then every month",
        "An appointment arranged every week for 4 weeks, then every 2 weeks until 3 months after the start, then every month",
        "An appointment arranged on 5 days a week for 13 weeks, then on 3 days a week",
        "An appointment arranged every week",
        "An appointment arranged every week for 16 weeks, then every 2 weeks for 16 weeks, then every month",
        "An appointment arranged every week for 16 weeks, then every month",
        "An appointment arranged every 2 weeks for 16 weeks, then every month",
        "An appointment arranged every week for 16 weeks, then every 2 weeks",
        "An appointment arranged 10 times in the first 16 weeks, then every month",
    ],
    "unpaid-work-hours": [
        "Unpaid work arranged for 5 hours every week, to the end",
    ],
    "breach-third-unacceptable-failure": [
        "Breach action within 10 working days of the third unacceptable failure in 12 months",
    ],
    "first-contact": [
        "First appointment within 1 working day of the order or release",
        "First appointment within 5 working days of the order or release",
        "First appointment within 2 working days of the order or release",
    ],
    "contact-after-release": [
        "Seen within 1 working day of the release on 9 Nov",
    ],
    "unpaid-work-first-session": ["First unpaid work session within 10 working days of the order"],
    "unpaid-work-assessment-appointment": ["Assessment appointment for unpaid work within 5 working days of the order"],
    "licence-home-visit": ["Home visit within 10 working days of release on licence"],
    "transfer-first-contact": ["Seen by the receiving officer within 5 working days of the transfer on 9 Nov"],
    "contact-after-surrender": ["Seen within 1 working day of it being known again where the person is"],
    "home-visit-in-first-phase": ["Home visit within 12 weeks of the order"],
    "contact-phase-total": [
        "Appointments arranged 12 times in the first 12 weeks, then 6 times in the next 12 weeks, in all",
    ],
    "drug-testing": [
        "A drug test taken twice a week for 13 weeks, then every week",
        "A drug test taken twice a week for 16 weeks, then every week",
    ],
    "risk-of-harm-assessment": [
        "Risk of harm assessed within 5 working days of the start",
        "Risk of harm assessed within 15 working days of the start",
        "Risk of harm assessed within 5 days of the start",
    ],
    "risk-of-harm-full-analysis": [
        "Full analysis of risk of harm within 15 working days of the screening of 9 Nov that asks for it",
    ],
    "likelihood-of-reoffending-assessment": [
        "Likelihood of reoffending scored within 15 working days of the start",
        "Likelihood of reoffending scored within 5 days of the start",
    ],
    "initial-supervision-plan": [
        "Supervision plan within 15 working days of the start",
        "Supervision plan within 5 working days of the start",
        "Supervision plan within 5 days of the start",
    ],
    "community-punishment-assessment": ["Community punishment assessment within 10 working days of the order"],
    "risk-management-plan": [
        "Risk management plan within 5 working days of risk becoming high",
        "Risk management plan within 5 days of risk becoming high",
        "Risk management plan within 15 working days of risk becoming high",
    ],
    "assessment-countersigned": ["Assessment of 9 Nov countersigned by a manager within 5 working days"],
    "plan-review": [
        "Plan reviewed at least every 16 weeks",
        "Plan reviewed at least every 4 months",
    ],
    "transfer-plan-review": ["Plan reviewed within 15 working days of receiving the case on 9 Nov"],
    "risk-of-harm-review": [
        "Risk of harm reviewed at least every 16 weeks",
        "Risk of harm reviewed at least every 4 months",
    ],
    "risk-of-harm-review-after-change": ["Risk of harm reviewed within 5 working days of the change on 9 Nov"],
    "risk-management-plan-review": ["Risk management plan reviewed at least every 16 weeks while risk is high"],
    "risk-management-plan-after-change": [
        "Risk management plan made or reviewed within 5 working days of the change of risk on 9 Nov",
    ],
    "termination-review": ["Final review within 10 working days of the end of supervision"],
    "mappa-review-set": ["Date of the next MAPPA review set within 5 working days"],
    "mappa-review-held": ["MAPPA review held by the date set for it"],
    "mappa-meeting": [
        "MAPPA level 3 meeting at least every 6 weeks",
        "MAPPA level 2 meeting at least every 12 weeks",
    ],
    "management-oversight": ["Oversight by a manager at least every 16 weeks while risk is high"],
    "absence-explanation": ["Explanation of the absence of 9 Nov asked for in writing within 2 working days"],
    "absence-decision": ["Absence of 9 Nov decided (acceptable or not) within 7 working days"],
    "warning": ["Warning, breach or recall within 10 working days of the unacceptable failure of 9 Nov"],
    "breach-second-unacceptable-failure": [
        "Breach action within 10 working days of the second unacceptable failure in 12 months",
    ],
    "breach-or-recall-third-failure": [
        "Breach or recall within 10 working days of the third failure on licence",
        "Breach or recall within 10 working days of the third failure on licence in 12 months",
    ],
    "recall-decision": ["Request for recall of 9 Nov decided within 10 working days"],
    "emergency-recall-decision": ["Request for emergency recall of 9 Nov decided within 24 hours"],
    "court-report": ["Report to the court by the date that the court set"],
    "recording": ["Outcome of the appointment of 9 Nov recorded by the next working day"],
    "high-risk-home-visit": ["Home visit within 12 weeks of risk becoming high"],
    "home-visit": [
        "Home visit within 15 days of the start",
        "Home visit within 6 weeks of the start",
        "Home visit within 12 weeks of the start",
    ],
    "court-report-standard-delivery": ["Standard delivery report within 15 working days of the request of 9 Nov"],
    "court-report-short-format": ["Short format report within 5 working days of the request of 9 Nov"],
    "court-report-oral": ["Oral report on the day of the request, 9 Nov"],
    "final-third-follow-up": ["Follow-up on licence by the date set in the final third"],
    "victim-contact-referral": [
        "Victim referred to the contact scheme within 10 working days of the sentence of 9 Nov"
    ],
    "victim-liaison-contact": [
        "Victim contacted by the liaison officer within 20 working days of the referral of 9 Nov"
    ],
    "sources-drawn-on": ["Assessment of 9 Nov names MAPPA, another agency or a previous assessment among its sources"],
    "specialist-assessment": [
        "Specialist tool used within 15 working days where domestic violence or sexual offending is among the factors",
    ],
    "manager-comments-on-assessment": [
        "Assessment of 9 Nov countersigned by a manager, or commented on, within 20 working days",
    ],
    "smart-objectives": [
        "Every objective of the plan of 9 Nov specific, measurable, achievable, realistic and time-bounded",
    ],
    "plan-takes-account-of-reports": ["Plan of 9 Nov takes account of the PSR, the SSR or the sentence plan"],
    "document-of-sentence": ["Order or licence on the file within 15 working days of the start"],
    "document-of-report": ["Report to the court, or sentence plan, on the file within 15 working days of the start"],
    "document-of-previous-convictions": ["Previous convictions on the file within 15 working days of the start"],
    "liaison-with-provider": ["Liaison with those who deliver the intervention of 9 Nov within 4 weeks"],
    "planned-intervention-delivered": ["Each intervention of the plan of 9 Nov delivered within 12 weeks"],
    "accredited-programme-start": ["Accredited programme started within 12 weeks of the referral of 9 Nov"],
    "literacy-arrangement": ["Literacy or dyslexia need found on 9 Nov answered by an arrangement within 8 weeks"],
    "diversity-arrangement": ["Other diversity need found on 9 Nov answered by an arrangement within 8 weeks"],
    "child-protection-work": ["Probation takes part within 10 working days of the child protection concern of 9 Nov"],
}
"""Clause -> what its rows ask, in all editions that have it."""


def test_every_row_of_every_clause_says_what_is_asked_and_how_often_or_within_what() -> None:
    said: dict[str, list[str]] = {}
    for clause in CLAUSES:
        for value in clause.values:
            said.setdefault(clause.id, []).append(duty_words(clause.wording, value, clause.sum, "9 Nov"))
    assert {name: list(dict.fromkeys(words)) for name, words in said.items()} == SENTENCES


def test_no_clause_leaves_a_limit_unsaid() -> None:
    for clause in CLAUSES:
        for vague in ("so often", "so many", "{", "[", "  "):
            assert vague not in clause.says, clause.id
    assert clause_of("first-contact").says == "First appointment within 1, 2 or 5 working days of the order or release."
    tiered = "An appointment arranged as often as the kind of order, the tier and risk of harm ask."
    assert clause_of("contact-frequency").says == tiered


@pytest.mark.parametrize(
    ("wording", "wrong"),
    [
        ("Plan within {limits} of the start", "'{limits}' is not a gap"),
        ("Plan within {limit} of the plan[ of {day}", "a bracket is not closed"),
        ("Plan within {limit} of {day}", "stands in square brackets"),
        ("Plan made soon", "says nothing of limit"),
        ("Plan within {limit} of the start.", "ends without a full stop"),
    ],
)
def test_a_faulty_wording_is_refused_with_what_is_wrong(wording: str, wrong: str) -> None:
    found = wrong_gaps(wording, clause_of("initial-supervision-plan").values)
    assert found is not None and wrong in found


def test_a_limit_that_differs_by_unit_is_told_in_full() -> None:
    values = clause_of("risk-of-harm-assessment", "2007").values
    assert clause_words("Done within {limit}", values, None) == "Done within 5 days or 15 working days"


def clause_of(name: str, edition: str = "2005") -> Clause:
    return next(c for c in CLAUSES if c.id == name and c.edition == edition)


def duty(due_on: date, **fields: Any) -> Obligation:
    clause = clause_of("management-oversight")
    plain = Obligation(clause, clause.values[0], date(2005, 4, 21), due_on, None, None, None, ())
    return replace(plain, **fields)


WHEN = [
    (duty(date(2005, 12, 23)), "Due 23 Dec"),
    (duty(date(2005, 12, 22)), "Due 22 Dec"),
    (duty(date(2006, 1, 3)), "Due 3 Jan 2006"),
    (duty(date(2005, 8, 11)), "Due 11 Aug, 94 working days late"),
    (duty(date(2005, 8, 11), window=True), "Due 11 Aug, missed"),
    (duty(date(2005, 12, 17)), "Due 17 Dec, 4 working days late"),
    (duty(date(2005, 12, 5), met_on=date(2005, 12, 5)), "Done 5 Dec"),
    (duty(date(2005, 12, 5), met_on=date(2005, 12, 6)), "Done 6 Dec, 1 working day late"),
    (duty(date(2005, 12, 9), met_on=date(2005, 12, 10)), "Done 10 Dec, less than a working day late"),
    (duty(date(2005, 12, 30), ended_on=date(2005, 12, 20)), "Not owed any more from 20 Dec"),
    (duty(WHEN_RELEASED), "Due when released"),
    (
        duty(date(2005, 8, 11), dispensed=((date(2005, 8, 1), date(2006, 1, 1)),)),
        "Dispensed with until 31 Dec, was due 11 Aug",
    ),
]


@pytest.mark.parametrize(("owed", "when"), WHEN)
def test_when_a_duty_is_due_or_was_done(owed: Obligation, when: str) -> None:
    assert duty_sentence(owed, TODAY).when == when


def test_what_is_arranged_is_said_in_place_of_the_due_date_until_it_is_done() -> None:
    arranged = date(2005, 12, 28)
    assert duty_sentence(duty(date(2005, 12, 28)), TODAY, arranged_on=arranged).when == "Arranged for 28 Dec"
    assert (
        duty_sentence(duty(date(2005, 12, 23)), TODAY, arranged_on=arranged).when == "Due 23 Dec; arranged for 28 Dec"
    )
    late = duty_sentence(duty(date(2005, 8, 11)), TODAY, arranged_on=arranged)
    assert late.when == "Due 11 Aug, 94 working days late; arranged for 28 Dec"
    done = duty(date(2005, 12, 5), met_on=date(2005, 12, 5))
    assert duty_sentence(done, TODAY, arranged_on=arranged).when == "Done 5 Dec"


@pytest.fixture(scope="module")
def history() -> History:
    """An order of 13 April 2005 at tier 3, whose risk became high on 21 April; seen twice, and missed on 16 November."""
    file = Pages()
    file.start("2005-04-13", requirements=["supervision"])
    file.add("TierSet", "2005-04-13", tier=3)
    file.assess("2005-04-21", "high")
    file.appointment("2005-04-15", "attended_complied")
    file.appointment("2005-11-09", "attended_complied")
    file.appointment("2005-11-16", "unacceptable_absence")
    return History([as_fact(entry) for entry in file.entries])


def owed(history: History, clause: str) -> Obligation:
    return next(o for o in obligations(history, CLAUSES) if o.clause.id == clause)


def test_what_is_done_again_and_again_says_when_it_was_done_last(history: History) -> None:
    oversight = owed(history, "management-oversight")
    assert duty_sentence(oversight, TODAY, history=history).last == "Last: none"
    assert duty_sentence(oversight, TODAY).last == ""
    contact = owed(history, "contact-frequency")
    assert duty_sentence(contact, date(2005, 11, 10), history=history).last == "Last: 9 Nov 2005"
    assert duty_sentence(owed(history, "initial-supervision-plan"), TODAY, history=history).last == ""


def test_the_day_of_an_absence_is_that_of_the_appointment_and_unsaid_where_nobody_knows(history: History) -> None:
    decision = owed(history, "absence-decision")
    assert duty_sentence(decision, TODAY, history=history).what.startswith("Absence of 16 Nov decided")
    assert duty_sentence(decision, TODAY).what == "Absence decided (acceptable or not) within 7 working days"


def test_the_whole_sentence_is_said_in_one_order(history: History) -> None:
    oversight = replace(owed(history, "management-oversight"), due_on=date(2005, 8, 11))
    assert duty_sentence(oversight, TODAY, history=history).text == (
        "Oversight by a manager at least every 16 weeks while risk is high (unsure). Last: none. Due 11 Aug, 94 working days late."
    )


def test_phases_of_contact_are_told_by_their_last_days_where_the_history_is_known(history: History) -> None:
    weekly = next(
        o for o in obligations(history, CLAUSES) if o.clause.id == "contact-frequency" and o.value.number == 2
    )
    said = duty_sentence(weekly, TODAY, history=history).what
    assert said == "An appointment arranged every week until 3 Aug, then every 2 weeks until 23 Nov, then every month"
