"""The calculated tiers of a case over time: from what is on the file, on both axes, and as conditions of a clause."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from domain.entries.case_entries import Entry
from domain.policy.clauses import Clause
from domain.policy.standards.edition_files import national_standards, standards_over
from projections.cases.todays_law import calculated_tiers_of
from projections.history.history import History
from projections.ledger.case_versions import CaseVersions
from projections.obligations.clause_index import timelines_asked
from projections.obligations.derive import obligations
from tests.scenarios import Scenario

START = {
    "on": date(2026, 1, 5),
    "SupervisionStarted": {"order_type": "licence", "released_on": date(2026, 1, 5), "ends_on": date(2028, 1, 5)},
}


def scored(on: date, predictor: str, score: float, **more: Any) -> dict[str, Any]:
    return {"on": on, "RiskScored": {"predictor": predictor, "score": score, **more}}


def facts(*told: dict[str, Any], start: dict[str, Any] = START) -> list[Entry]:
    return Scenario("", "", [start, *told], []).history()


FILE = (
    scored(date(2026, 1, 12), "rsr", 3.5),
    {"on": date(2026, 1, 19), "NeedsAssessed": {"thinking": 7, "attitudes": 7, "drugs": 8}},
    scored(date(2026, 1, 26), "ogrs", 45),
    {"on": date(2026, 2, 2), "RegisterSet": {"register": "RCPR"}},
    {"on": date(2026, 2, 9), "RiskLevelChanged": {"to": "high"}},
    {"on": date(2026, 3, 2), "MappaSet": {"level": 2}},
    {"on": date(2026, 4, 6), "MappaEnded": {}},
    {"on": date(2026, 5, 4), "RegisterSet": {"register": "PRC"}},
    {"on": date(2026, 6, 1), "RegisterEnded": {"register": "PRC"}},
)


def changes(found: Any) -> list[tuple[str, str]]:
    return [(change.on.isoformat(), change.value) for change in found]


def test_the_tier_of_version_2_follows_the_file() -> None:
    assert changes(History.of(facts(*FILE)).tier_v2) == [
        ("2026-01-12", "C2"),  # RSR 10, register 2 later; no assessment, then 14 points: 2
        ("2026-02-09", "B2"),  # high 20, register 2; needs 4 + 4 + 2, OGRS 4: 14
        ("2026-03-02", "A2"),
        ("2026-04-06", "B2"),
        ("2026-05-04", "B2S"),
        ("2026-06-01", "B2"),
    ]


def test_without_a_score_or_a_register_of_today_nothing_is_calculated() -> None:
    history = History.of(facts(FILE[4], FILE[5]))
    assert history.tier_v2 == history.tier_v3 == [] and calculated_tiers_of(history, date(2026, 7, 1)) is None


def test_no_version_reaches_back_before_its_first_day() -> None:
    begun = {"on": date(2021, 1, 4), "SupervisionStarted": {"order_type": "licence"}}
    history = History.of(facts(scored(date(2021, 2, 1), "rsr", 8.0), start=begun))
    assert changes(history.tier_v2) == [("2021-05-26", "B2")]
    assert changes(history.tier_v3) == [("2026-06-18", "missing")]
    assert calculated_tiers_of(history, date(2021, 5, 25)) is None


def test_version_3_follows_the_predictors_and_the_time_since_a_release() -> None:
    told = (
        scored(date(2026, 1, 12), "arp", 50), scored(date(2026, 1, 12), "csrp", 0.5, static=True),
        {"on": date(2026, 1, 12), "RegisterSet": {"register": "INLL"}},
        {"on": date(2026, 1, 12), "RiskLevelChanged": {"to": "medium"}},
    )  # fmt: skip
    history = History.of(facts(*told))
    assert changes(history.tier_v3) == [
        ("2026-06-18", "B"), ("2027-01-06", "D"), ("2031-01-06", "E")
    ]  # fmt: skip
    tiers = calculated_tiers_of(history, date(2027, 2, 1))
    assert tiers is not None and tiers.v3 is not None
    assert tuple(tiers.v3.steps[0]) == ("life or indeterminate sentence", "D")
    assert tiers.v3.provisional  # at best B by the predictors


def test_unpaid_work_alone_gives_no_mandate_to_change() -> None:
    for requirements, number in ((["unpaid_work", "curfew"], "0"), (["unpaid_work", "supervision"], "2")):
        begun = {
            "on": date(2026, 1, 5),
            "SupervisionStarted": {"order_type": "community_order", "requirements": requirements},
        }
        history = History.of(facts(scored(date(2026, 1, 12), "rsr", 1.0), start=begun))
        assert changes(history.tier_v2) == [("2026-01-12", f"D{number}")]


def test_what_was_known_of_a_tier_is_the_same_on_both_axes() -> None:
    told = facts(*FILE)
    growth = CaseVersions(told)
    asked = frozenset(("tier_v2", "tier_v3", "risk", "mappa_level"))
    for epoch in growth.epochs(asked):
        known_at = growth.instants[epoch.since] + timedelta(microseconds=1)
        plain = History.of(told, known_at)
        assert (epoch.frame.tier_v2, epoch.frame.tier_v3) == (plain.tier_v2, plain.tier_v3)


def of_tier(*tiers: str) -> Clause:
    """A clause that is for some calculated tiers, and lapses with them."""
    found = next(e for e in national_standards().editions if e.id == "2022").clauses
    plan = next(c for c in found if c.id == "home-visit")
    rows = (replace(plan.values[0], when=(("tier_v2", frozenset(tiers)),)),)
    return replace(plan, after="risk_becomes_high", during=(("tier_v2", frozenset(tiers)),), values=rows)


def test_a_clause_may_ask_for_a_calculated_tier() -> None:
    clause = of_tier("B2", "B3")
    assert {"tier_v2"} <= timelines_asked(clause)
    history = History.of(facts(*FILE))
    (duty,) = obligations(history, [clause])
    assert (duty.arises_on, duty.due_on, duty.ended_on) == (date(2026, 2, 9), date(2026, 2, 24), date(2026, 3, 2))
    assert obligations(history, [of_tier("D0")]) == []


def test_an_edition_of_ones_own_may_allow_by_tier(tmp_path: Path) -> None:
    (tmp_path / "standards").mkdir()
    (tmp_path / "standards" / "own.yaml").write_text(
        """
edition: "own"
title: An edition of ours
start: 2026-01-01
cite: "Instruction 1"
sure: P
remark: an example
sources: {ours: "Instruction 1"}
clauses:
  - id: visit-by-tier
    kind: within
    in_custody: runs
    subject: contact
    says: A home visit within {limit} of high risk
    after: risk_becomes_high
    by: [{entry: AppointmentMade, where: {contact_type: home_visit}, on: for_on}]
    values:
      - {when: {tier_v2: [B2, B3]}, allow: 5 days, cite: ours, sure: P, remark: ours}
      - {when: {tier_v3: [missing]}, allow: 7 days, cite: ours, sure: P, remark: ours}
      - {allow: 20 days, cite: ours, sure: P, remark: ours}
not_auditable: []
""",
        encoding="utf-8",
    )
    (clause,) = standards_over([tmp_path]).editions[-1].clauses
    assert {"tier_v2", "tier_v3"} <= timelines_asked(clause)
    later = {"on": date(2026, 7, 6), "RiskLevelChanged": {"to": "medium"}}
    again = {"on": date(2026, 7, 13), "RiskLevelChanged": {"to": "high"}}
    untiered = obligations(History.of(facts(FILE[4])), [clause])
    tiered = obligations(History.of(facts(*FILE, later, again)), [clause])
    assert [duty.due_on for duty in untiered] == [date(2026, 3, 1)], "no score, no tier: twenty days"
    assert [duty.due_on for duty in tiered] == [date(2026, 2, 14), date(2026, 7, 18)], "B2 both times: five days"
