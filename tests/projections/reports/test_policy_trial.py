"""A draft standard tried on small files: what is added, gone, moved and untold, worked out by hand."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain.policy.standards.edition import Edition
from domain.policy.standards.edition_schema import read_edition
from projections.history.history import History
from projections.reports.policy_trial import trial
from projections.reports.policy_trial_figures import Fell, Hours, MissedDuty, Trial, TrialTerms, WeekLoad
from tests.domain.importing.test_importer import START, line
from tests.support.histories import facts_of

HEAD = """
edition: "{id}"
title: Local standards
start: {start}
cite: "Local instruction 1"
sure: P
remark: an example
sources: {{local: "Local instruction 1"}}
not_auditable: []
clauses:
"""
CLAUSE = """
  - id: {id}
    kind: within
    in_custody: runs
    subject: plan
    says: A thing within {{limit}}
    after: {after}
    by: [{by}]
    values: [{{allow: {days} working days, cite: local, sure: P, remark: ours}}]
"""
PLAN, VISIT = "{entry: SupervisionPlanMade}", "{entry: AppointmentMade, where: {contact_type: home_visit}}"


def clause(name: str, days: int, by: str = PLAN, after: str = "start") -> str:
    return CLAUSE.format(id=name, days=days, by=by, after=after)


@pytest.fixture
def editions(tmp_path: Path) -> Any:
    def made(name: str, *clauses: str, start: str = "2000-04-01") -> Edition:
        path = tmp_path / f"{name}.yaml"
        path.write_text(HEAD.format(id=name, start=start) + "".join(clauses), encoding="utf-8")
        return read_edition(path)

    return made


def began(case: str, on: str = "2005-05-03") -> dict[str, Any]:
    return START | {"case": case, "occurred_on": on, "recorded_at": f"{on}T18:00:00+01:00"}


def planned(case: str, on: str) -> dict[str, Any]:
    return line("SupervisionPlanMade", "plan-1", on, objectives=[], interventions=[]) | {"case": case}


EARLY, LATE, NEVER = "X000001/1", "X000002/1", "X000003/1"
LINES = {
    EARLY: [began(EARLY), planned(EARLY, "2005-05-16")],
    LATE: [began(LATE), planned(LATE, "2005-05-20")],
    NEVER: [began(NEVER)],
}
"""Ten working days after 3 May 2005 end on 17 May, fifteen on 24 May."""


def tried(law: Edition, draft: Edition, lines: Any = LINES, **terms: Any) -> Trial:
    given = {"starts": date(2005, 4, 1)} | terms
    asked = TrialTerms(
        draft, law.clauses, date(2005, 4, 1), date(2005, 10, 3), given["starts"], given.get("begun_from")
    )
    return trial(asked, ((case, History(facts_of(file))) for case, file in lines.items()))


def test_a_shorter_time_moves_duties_and_changes_one_verdict(editions: Any) -> None:
    made = tried(editions("law", clause("plan", 15)), editions("draft", clause("plan", 10), start="2030-01-01"))
    assert (made.cases, made.added, made.gone, made.moved, made.untold) == (3, 0, 0, 3, 0)
    assert [(one.clause, one.law, one.draft) for one in made.clauses] == [("plan", Fell(3, 2), Fell(3, 1))]
    assert (made.share_by_law, made.share_by_draft) == (pytest.approx(200 / 3), pytest.approx(100 / 3))
    (changed,) = made.changed
    late = MissedDuty("plan", date(2005, 5, 3), date(2005, 5, 17), date(2005, 5, 20), None)
    assert (changed.reference, changed.only_by_law) == (LATE, ())
    assert [one._replace(raised_by=None) for one in changed.only_by_draft] == [late]
    assert made.load == [
        WeekLoad("Ruth Ablewhite", date(2005, 5, 16), 0, 3), WeekLoad("Ruth Ablewhite", date(2005, 5, 23), 3, 0),
    ]  # fmt: skip
    assert made.hours({"plan": 20}) == Hours(1, 1)


def test_a_draft_that_starts_later_leaves_to_the_law_what_arose_before(editions: Any) -> None:
    law, draft = editions("law", clause("plan", 15)), editions("draft", clause("plan", 10))
    made = tried(law, draft, starts=date(2005, 5, 4))
    assert (made.moved, made.share_by_law, made.changed) == (0, made.share_by_draft, [])


def test_a_draft_for_new_orders_leaves_the_others_to_the_law(editions: Any) -> None:
    law, draft = editions("law", clause("plan", 15)), editions("draft", clause("plan", 10))
    lines = LINES | {NEVER: [began(NEVER, "2005-05-10")]}
    made = tried(law, draft, lines, starts=None, begun_from=date(2005, 5, 10))
    assert (made.moved, made.added, made.gone, made.changed) == (1, 0, 0, [])


def test_what_no_file_records_cannot_be_told_and_is_counted_apart(editions: Any) -> None:
    """The type of entry is there, yet none of its kind: neither met nor missed, and no verdict rests on it."""
    law = editions("law", clause("plan", 15))
    draft = editions("draft", clause("plan", 10), clause("home-visit", 5, by=VISIT))
    office = line("AppointmentMade", "a1", "2005-05-04", for_on="2005-05-05", contact_type="office")
    lines = LINES | {NEVER: [began(NEVER), office | {"case": NEVER}]}
    made = tried(law, draft, lines)
    assert (made.untold, made.never_recorded) == (3, {"home-visit": ("AppointmentMade",)})
    assert {one.clause: (one.draft, one.untold) for one in made.clauses} == {
        "plan": (Fell(3, 1), 0), "home-visit": (None, 3),
    }  # fmt: skip
    assert not [one for case in made.changed for one in case.only_by_draft if one.clause == "home-visit"]
    assert made.share_by_draft == pytest.approx(100 / 3)
    visit = office | {"entry": "a2", "contact_type": "home_visit"}
    told = tried(law, draft, lines | {NEVER: [began(NEVER), visit | {"case": NEVER}]})
    assert (told.untold, dict(told.never_recorded)) == (0, {})


def test_duties_that_the_draft_lacks_are_gone_and_new_ones_added(editions: Any) -> None:
    made = tried(editions("law", clause("plan", 15)), editions("draft", clause("first-plan", 15)))
    assert (made.added, made.gone, made.moved) == (3, 3, 0)
    assert {case.reference for case in made.changed} == {NEVER}


def test_a_clause_after_what_no_file_records_is_named(editions: Any) -> None:
    draft = editions("draft", clause("plan", 10), clause("after-register", 5, after="{entry: RegisterSet}"))
    assert tried(editions("law", clause("plan", 15)), draft).never_begun == {"after-register": "RegisterSet"}


def test_only_duties_due_within_the_days_are_counted(editions: Any) -> None:
    law, draft = editions("law", clause("plan", 15)), editions("draft", clause("plan", 10))
    histories = ((case, History(facts_of(file))) for case, file in LINES.items())
    asked = TrialTerms(draft, law.clauses, date(2005, 5, 18), date(2005, 5, 25), date(2005, 4, 1), None)
    made = trial(asked, histories)
    assert (made.added, made.gone, made.share_by_draft) == (0, 3, None)
