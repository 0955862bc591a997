"""The engine against the oracle: messy histories, any day, any state of knowledge, no disagreement."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random

import pytest

from domain.policy.frameworks.framework_files import frameworks
from projections.history.history import History
from projections.obligations.derive import Obligation, obligations
from tests.support.depth import deep, dice, times
from tests.support.messy_histories import messy
from tests.support.oracle.life import Life
from tests.support.plain_entries import Plain, as_fact, as_known

CLAUSES = (
    "first-contact", "contact-after-release", "transfer-first-contact", "contact-frequency", "risk-of-harm-assessment",
    "initial-supervision-plan", "risk-management-plan", "risk-management-plan-after-change",
    "risk-of-harm-review-after-change", "plan-review", "risk-of-harm-review", "management-oversight",
    "mappa-review-set", "mappa-meeting", "assessment-countersigned", "absence-decision", "warning",
    "breach-second-unacceptable-failure", "breach-or-recall-third-failure", "court-report", "termination-review",
    "recording",
)  # fmt: skip
HISTORIES = 5000
"""In a deep run. Otherwise an eighth of an eighth."""

UNKNOWN_YET = date(2079, 6, 5)
"""Later than any due day: due when released."""

AFTER = timedelta(days=70)
"""So long after the last day asked, every due day then open stands as it will be."""

Duties = Counter[tuple[str, str, str]]


def days_asked(entries: list[Plain], chance: Random) -> list[date]:
    """Days near to those on which something happened, and the last of all."""
    first = next(e["occurred_on"] for e in entries if e["type"] == "SupervisionStarted")
    near = [e["occurred_on"] + timedelta(days=chance.randint(-1, 16)) for e in entries]
    last = min(max([*near, first + timedelta(days=500)]), date(2007, 7, 1))
    return sorted({*chance.sample(near, min(8, len(near))), *(first + timedelta(days=n) for n in (16, 40)), last})


def instants(entries: list[Plain], chance: Random) -> list[datetime | None]:
    """With hindsight, and as known at some instant since the case began."""
    begun = next(e["recorded_at"] for e in entries if e["type"] == "SupervisionStarted")
    later = [e["recorded_at"] for e in entries if e["recorded_at"] > begun]
    return [None, chance.choice(later)]


def lived(entries: list[Plain], days: list[date]) -> dict[date, Duties]:
    """What the oracle says on each day. Due days are as they stand on the last, since custody moves them."""
    life = Life(entries)
    stood = {}
    for day in days:
        life.live_until(day)
        stood[day] = [
            (clause, duty, duty.state(day)) for clause, duties in life.all_duties().items() for duty in duties
        ]
    last = days[-1] + AFTER
    life.live_until(last)
    return {
        day: Counter(
            said(clause, compared(clause, duty.state(last), duty.due), state)
            for clause, duty, state in found
            if clause in CLAUSES
        )
        for day, found in stood.items()
    }


def answered(owed: Sequence[Obligation], day: date, last: date) -> Duties:
    """What the engine says on a day."""
    last += AFTER
    return Counter(
        said(o.clause.id, compared(o.clause.id, o.state(last), o.due_on), state)
        for o in owed
        if o.clause.id in CLAUSES and (state := o.state(day))
    )


def compared(clause: str, at_last: str | None, due: date | None) -> date | str | None:
    """The due day to compare. A duty that lapsed has none, as it may have been in custody; nor has a window once met."""
    if at_last == "lapsed":
        return "lapses"
    return "met" if at_last == "met" and clause == "contact-frequency" else due


def said(clause: str, due: date | str | None, state: str) -> tuple[str, str, str]:
    released = due is None or (isinstance(due, date) and due >= UNKNOWN_YET)
    return clause, "when released" if released else str(due), state


def disagreements(seed: int | str, chance: Random) -> list[str]:
    """Where engine and oracle differ about one history: seed, state of knowledge, day, clause, both answers."""
    entries = messy(seed)
    facts = [as_fact(entry) for entry in entries]
    found = []
    for known_at in instants(entries, chance):
        days = days_asked(entries, chance)
        owed = obligations(History.of(facts, known_at=known_at), frameworks()["esi-2003"].clauses)
        expected = lived(as_known(entries, known_at), days)
        for day in days:
            answer = answered(owed, day, days[-1])
            if answer != expected[day]:
                found.append(difference(f"seed {seed}, known at {known_at}, {day}", answer, expected[day]))
                break
    return found


def difference(where: str, engine: Duties, oracle: Duties) -> str:
    only_engine, only_oracle = sorted((engine - oracle).elements()), sorted((oracle - engine).elements())
    return f"{where}\n  engine: {only_engine}\n  oracle: {only_oracle}"


def test_engine_and_oracle_agree_about_messy_histories() -> None:
    chance = dice(15)
    base = chance.randrange(10**6) if deep() else 0
    number = HISTORIES if deep() else times(times(HISTORIES))
    found = [text for n in range(number) for text in disagreements(base + n, chance)]
    assert not found, f"{len(found)} disagreements\n" + "\n".join(found[:5])


@pytest.mark.parametrize("clause", CLAUSES)
def test_messy_histories_raise_every_clause_that_is_compared(clause: str) -> None:
    for seed in range(60):
        entries = as_known(messy(seed), None)
        life = Life(entries)
        life.live_until(entries[0]["occurred_on"] + timedelta(days=450))
        if life.all_duties().get(clause):
            return
    raise AssertionError(clause)
