"""Distributing the findings of a sample over its cases, so that each file shows its share of them.

An answer to one question decides others: an assessment that does not exist is neither on time nor of good quality;
where a manager countersigned, a manager was involved. These rules are stated here. The rest is random, weighted by the
skill of the officer.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

from domain.calendar.workdays import is_working_day
from web.demo.invented_people import OFFICERS, InventedOfficer
from web.demo.published_findings import PublishedSample

PUNISHMENT = "community_punishment_order"


@dataclass
class Brief:
    """What one case file must show. ``shows[question]``: sufficient or not; without a value it is not relevant."""

    reference: str
    order_type: str
    start: date
    officer: InventedOfficer
    seed: str
    high: bool = False
    shows: dict[str, bool] = field(default_factory=dict)
    lacks: set[str] = field(default_factory=set)
    person: dict[str, Any] = field(default_factory=dict)
    tier: int | None = None
    assessor: str = ""
    second_assessor: str = ""
    """The assessors of the first and of the second reading."""

    def is_sufficient(self, question: str) -> bool:
        return self.shows.get(question, False)

    def relevant(self, question: str) -> bool:
        return question in self.shows


def deal(sample: PublishedSample, seed: int) -> list[Brief]:
    """The cases of a sample, each with what its file must show. The same seed gives the same cases."""
    rng = Random(f"{seed} {sample.inspection}")
    table = _Table(sample, _open_cases(sample, rng), rng)
    _deal_assessment(table)
    _deal_plan(table)
    _deal_contact(table)
    _deal_delivery(table)
    _deal_risk(table)
    return table.cases


def _open_cases(sample: PublishedSample, rng: Random) -> list[Brief]:
    orders = [order for order, count in sample.orders.items() for _ in range(count)]
    rng.shuffle(orders)
    numbers = rng.sample(range(100_000, 999_999), len(orders))
    first, last = sample.starts
    cases = []
    for order, number in zip(orders, numbers, strict=True):
        start = first + timedelta(days=rng.randint(0, (last - first).days))
        while not is_working_day(start) or start > last:
            start = start + timedelta(days=1) if start < last else first
        letter = rng.choice("ABCDEFGHJKLMNPRSTVWX")
        cases.append(Brief(f"{letter}{number}/1", order, start, rng.choice(OFFICERS), f"{sample.inspection} {number}"))
    on_licence = sample.findings["pre-release-work"].high_relevant
    chosen = rng.sample([c for c in cases if c.order_type == "licence"], on_licence)
    chosen += rng.sample([c for c in cases if c.order_type not in ("licence", PUNISHMENT)], sample.high - on_licence)
    for case in chosen:
        case.high = True
        days = (min(case.start, first + timedelta(days=14)) - first).days
        case.start = first + timedelta(days=max(days, 0))
        while not is_working_day(case.start):
            case.start += timedelta(days=1)
    return sorted(cases, key=lambda c: c.reference)


class _Table:
    """The cases of a sample while findings are distributed over them."""

    def __init__(self, sample: PublishedSample, cases: list[Brief], rng: Random):
        self.sample, self.cases, self.rng = sample, cases, rng

    def take(self, count: int, among: Iterable[Brief]) -> list[Brief]:
        return self.rng.sample(list(among), count)

    def lacking(self, what: str, count: int, among: Iterable[Brief]) -> None:
        for case in self.take(count, among):
            case.lacks.add(what)

    def deal(
        self,
        question: str,
        *,
        relevant: Iterable[Brief] | None = None,
        fails: Iterable[Brief] = (),
        holds: Iterable[Brief] = (),
    ) -> None:
        """Distribute one question over the cases that ``relevant`` names (None: all).

        The cases in ``fails`` must be insufficient, those in ``holds`` sufficient. ``ValueError`` if that cannot be.
        """
        finding = self.sample.findings[question]
        able = self.cases if relevant is None else list(relevant)
        must_fail, must_hold = {id(c) for c in fails}, {id(c) for c in holds}
        for high, count, good in (
            (True, finding.high_relevant, finding.high_sufficient),
            (False, finding.relevant - finding.high_relevant, finding.sufficient - finding.high_sufficient),
        ):
            group = [c for c in able if c.high is high]
            tied = [c for c in group if id(c) in must_fail or id(c) in must_hold]
            free = [c for c in group if c not in tied]
            if len(tied) > count or len(group) < count:
                raise ValueError(f"{question}: cannot ask {count} of {len(group)} cases, {len(tied)} of them tied")
            asked = tied + self.take(count - len(tied), free)
            must = [c for c in asked if id(c) in must_hold]
            may = [c for c in asked if id(c) not in must_hold | must_fail]
            if not len(must) <= good <= len(must) + len(may):
                raise ValueError(
                    f"{question}: {good} cannot be sufficient of {len(must)} that must and {len(may)} more"
                )
            may.sort(key=lambda c: c.officer.skill + self.rng.gauss(0, 0.6), reverse=True)
            chosen = {id(c) for c in (*must, *may[: good - len(must)])}
            for case in asked:
                case.shows[question] = id(case) in chosen

    def where(self, question: str, answer: bool) -> list[Brief]:
        return [c for c in self.cases if c.shows.get(question) is answer]

    def without(self, what: str) -> list[Brief]:
        return [c for c in self.cases if what in c.lacks]


def _deal_assessment(t: _Table) -> None:
    t.lacking("assessment", 1, (c for c in t.cases if c.high))
    t.lacking("assessment", t.sample.without_assessment - 1, (c for c in t.cases if not c.high))
    none = t.without("assessment")
    t.deal("risk-of-harm-assessed-at-start", fails=none)
    t.deal("risk-of-harm-assessed-on-time", fails=none)
    t.deal("risk-of-harm-assessment-quality", fails=none)
    t.deal("risk-of-harm-sources", fails=none)
    t.deal("specialist-tool-used", relevant=t.where("risk-of-harm-assessed-at-start", True))
    if t.sample.without_likelihood:
        t.lacking("likelihood", 1, (c for c in t.cases if c.high))
        t.lacking("likelihood", t.sample.without_likelihood - 1, (c for c in t.cases if not c.high))
    t.deal("likelihood-score-present", fails=t.without("likelihood"))
    t.deal("likelihood-score-on-time", fails=t.without("likelihood"))


def _deal_plan(t: _Table) -> None:
    planned = [c for c in t.cases if c.order_type != PUNISHMENT]
    t.lacking("plan", t.sample.without_plan, (c for c in planned if not c.high))
    none = t.without("plan")
    for case in none:
        case.lacks.add("review")
    for question in (
        "initial-plan-on-time", "initial-plan-satisfactory", "objectives-smart", "appropriate-interventions-planned",
        "plan-sensitive-to-diversity", "plan-takes-account", "interventions-fit-risk-of-harm", "interventions-delivered",
    ):  # fmt: skip
        t.deal(question, fails=none)
    reviewable = [c for c in planned if c not in none and (not c.high or t.rng.random() < 0.4)]
    t.lacking("review", t.sample.without_review - len(none), reviewable)
    t.deal("plan-reviewed", relevant=planned, fails=t.without("review"))
    t.deal("review-content-sufficient", relevant=planned, fails=t.without("review"))
    for question in ("record-well-organised", "documents-present", "methods-considered"):
        t.deal(question)


def _deal_contact(t: _Table) -> None:
    seen = [c for c in t.cases if c.order_type != PUNISHMENT]
    t.deal("appointments-sufficiently-frequent", relevant=seen)
    t.deal("absences-followed-up", relevant=seen)
    absent = [c for c in t.cases if c.relevant("absences-followed-up")]
    t.deal("absences-judged-appropriately", relevant=absent)
    t.deal("breach-or-recall-on-time", relevant=absent)
    t.deal("contacts-recorded")


def _deal_delivery(t: _Table) -> None:
    planned = [c for c in t.cases if "plan" not in c.lacks]
    t.deal("liaison-with-others", relevant=planned)
    t.deal("programme-started", relevant=[c for c in planned if c.order_type != PUNISHMENT])
    for question in ("victim-issues-addressed", "work-prioritised", "literacy-needs-addressed"):
        t.deal(question)
    t.deal("diversity-arrangements")
    t.deal("pre-release-work", relevant=[c for c in t.cases if c.order_type == "licence"])


def _deal_risk(t: _Table) -> None:
    none = t.without("assessment")
    high = [c for c in t.cases if c.high]
    assessed = [c for c in t.cases if "assessment" not in c.lacks]
    unassessed_high = [c for c in none if c.high]
    t.deal("change-in-risk-dealt-with", relevant=[*assessed, *unassessed_high], fails=unassessed_high)
    t.deal("sufficient-management-oversight", relevant=high, fails=none)
    overseen = t.where("sufficient-management-oversight", True)
    t.deal(
        "manager-involved-in-assessment",
        fails=[*none, *t.where("sufficient-management-oversight", False)],
        holds=overseen,
    )
    dealt_badly = t.where("change-in-risk-dealt-with", False)
    t.deal("risk-of-harm-reviewed", fails=[*none, *dealt_badly], holds=t.where("change-in-risk-dealt-with", True))
    changed_well = [c for c in t.where("change-in-risk-dealt-with", True) if c.high]
    finding = t.sample.findings["risk-management-plan-reviewed"]
    unreviewed = len(high) - finding.high_relevant
    spare = [c for c in high if c not in changed_well and c not in unassessed_high]
    for case in (*unassessed_high, *t.take(unreviewed - len(unassessed_high), spare)):
        case.lacks.add("risk plan in time for a review")
    late = t.without("risk plan in time for a review")
    for case in late[: max(2, unreviewed - 2)]:
        case.lacks.add("risk plan")
    t.deal("risk-management-plan-on-time", relevant=high, fails=late, holds=changed_well)
    t.deal("risk-management-plan-executed", relevant=high, fails=t.without("risk plan"))
    t.deal("risk-management-plan-reviewed", relevant=[c for c in high if c not in late], holds=changed_well)
    t.deal("mappa-reviews-kept", relevant=assessed)
    t.deal("child-protection-involvement")
    t.deal("interventions-appropriate-to-risk")
