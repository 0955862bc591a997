"""What the handbook says that life does to the duties of a clause: it follows from the clause, in every edition."""

import pytest

from domain.policy.clauses import Clause
from domain.policy.frameworks.framework_files import frameworks
from domain.policy.standards.edition_files import national_standards
from projections.reports.clause_in_practice import TOPICS, effects, in_practice

CLAUSES = [*national_standards().clauses, *(c for f in frameworks().values() for c in f.clauses)]


def of(clause: str, edition: str = "2005") -> Clause:
    return next(c for c in national_standards().clauses if (c.id, c.edition) == (clause, edition))


def said(clause: str, title: str) -> str:
    return next((effect.does for effect in effects(of(clause)) if effect.title == title), "")


ALWAYS = {
    "Custody", "Whereabouts unknown", "Contact suspended", "A change of tier, risk or edition",
    "The case is received by transfer", "The case moves to another area", "The end of supervision", "Before the start",
}  # fmt: skip


def test_every_clause_says_what_custody_a_change_a_transfer_and_the_end_do_to_it() -> None:
    for clause in CLAUSES:
        told = effects(clause)
        assert ALWAYS - {effect.title for effect in told} - {"The case moves to another area"} == set(), clause.id
        assert [e.title for e in told] == [title for title in TOPICS if title in {e.title for e in told}]
        for effect in told:
            assert effect.does.endswith("."), (clause.id, effect)
            assert "  " not in effect.does and "None" not in effect.does, (clause.id, effect)


@pytest.mark.parametrize(
    ("clause", "title", "words"),
    [
        ("breach-second-unacceptable-failure", "Custody", "its time runs on"),
        ("initial-supervision-plan", "Custody", "the date moves on by as many working days"),
        ("plan-review", "Custody", "the date moves on by as many days"),
        ("risk-management-plan", "Custody", "it is due on the day of release"),
        ("contact-frequency", "Custody", "at least half of its working days"),
        ("contact-frequency", "Custody", "After 28 days or more the windows begin anew"),
        ("drug-testing", "Custody", "in proportion to the working days at liberty"),
        ("contact-after-release", "Custody", "It lapses on the day on which custody begins"),
        ("contact-after-release", "Release from long custody", "after remand of 28 days or more"),
        (
            "initial-supervision-plan",
            "Release from long custody",
            "supervision plan made; or supervision plan reviewed",
        ),
        ("plan-review", "Release from long custody", "the next interval runs from that"),
        ("contact-frequency", "Release from long custody", "the phases begin anew"),
        ("risk-of-harm-review", "Whereabouts unknown", "its time runs on"),
        ("plan-review", "Whereabouts unknown", "Its time waits"),
        ("contact-after-release", "Whereabouts unknown", "Its time waits"),
        ("contact-frequency", "Whereabouts unknown", "neither met nor missed"),
        ("risk-of-harm-review-after-change", "Whereabouts unknown", "Absconding is itself a change of risk"),
        ("contact-frequency", "Contact suspended", "at most 12 weeks"),
        ("contact-frequency", "A change of tier, risk or edition", "runs to its end under the row of its first day"),
        ("management-oversight", "A change of tier, risk or edition", "while risk of harm is high or very high"),
        ("mappa-meeting", "A change of tier, risk or edition", "the MAPPA level is 2 or 3"),
        ("first-contact", "A change of tier, risk or edition", "only of cases that start under it"),
        ("plan-review", "A change of tier, risk or edition", "from the edition's first day"),
        ("transfer-first-contact", "The case moves to another area", "met only while the case is held there"),
        ("transfer-plan-review", "The case is received by transfer", "raised by a case received"),
        ("warning", "The case moves to another area", "whoever held the case"),
        ("termination-review", "The end of supervision", "raised by the end, but not by death"),
        ("unpaid-work-hours", "The end of supervision", "until the hours are done"),
        ("plan-review", "The end of supervision", "What is not yet due lapses on that day"),
        ("initial-supervision-plan", "Before the start", "in the 16 weeks before"),
        (
            "initial-supervision-plan",
            "Before the start",
            "once it is reviewed: supervision plan reviewed (naming its plan)",
        ),
        ("breach-second-unacceptable-failure", "Before the start", "it counts for nothing here"),
        ("breach-second-unacceptable-failure", "Which day counts", "within 12 months, the first day counted"),
        ("breach-or-recall-third-failure", "Which day counts", "Failures count together at any time."),
        ("mappa-review-held", "Which day counts", "replaces the one that stood"),
    ],
)
def test_a_clause_says_what_its_keys_mean(clause: str, title: str, words: str) -> None:
    assert words in said(clause, title)


def test_a_release_from_long_custody_is_told_only_where_it_matters() -> None:
    assert said("warning", "Release from long custody") == ""
    assert said("warning", "Which day counts") == ""


def test_versions_that_life_touches_alike_stand_together() -> None:
    versions = [c for c in national_standards().clauses if c.id == "breach-or-recall-third-failure"]
    groups = in_practice(versions)
    assert [[c.edition for c in group.versions] for group in groups] == [
        ["2000", "2000-revised-2002", "2005"], ["2007", "2011"]
    ]  # fmt: skip
    assert {rule.id for rule in groups[0].rules} >= {"undecided_breach", "failures_told_by_their_own_days"}
