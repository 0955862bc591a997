"""Who leads an officer, who covers, and who reads and changes actions."""

from dataclasses import replace
from datetime import date

from domain.accounts.plan_rules import may_change_plan, may_read_plan, supervises
from domain.accounts.roles import Account
from projections.ledger.ledger import Place

DAY = date(2005, 12, 22)
HERE = Place("Glos", "South", "Gloucester", "Helen Sallis", "po")
THERE = Place("Glos", "North", "Cheltenham", "Ada Moss", "po")

SPO = Account("spo", "Peter", "spo", ("Gloucester",))
OTHER = Account("other", "Margaret", "spo", ("Cheltenham",))
SOUTH = Account("south", "Anita", "divisional_manager", ("South",))
AREA = Account("area", "Carys", "area_manager", ("Glos",))
HELEN = Account("helen", "Helen", "case_manager", staff=("Helen Sallis",))
EVERY = [SPO, OTHER, SOUTH, AREA, HELEN]


def leads(held: Place, accounts: list[Account]) -> list[str]:
    return [one.username for one in EVERY if supervises(one, [held], accounts, DAY)]


def test_the_spo_of_the_team_leads_and_nobody_above() -> None:
    assert leads(HERE, EVERY) == ["spo"] and leads(THERE, EVERY) == ["other"]


def test_whoever_is_given_the_team_covers_it() -> None:
    cover = replace(OTHER, places=("Cheltenham", "Gloucester"))
    assert supervises(cover, [HERE], [SPO, cover], DAY) and supervises(SPO, [HERE], [SPO, cover], DAY)


def test_where_a_team_has_no_spo_the_next_manager_covers() -> None:
    gone = [replace(SPO, until=date(2005, 12, 21)), OTHER, SOUTH, AREA, HELEN]
    assert leads(HERE, gone) == ["south"]
    assert leads(HERE, [OTHER, AREA, HELEN, replace(SOUTH, disabled=True)]) == ["area"]
    assert leads(HERE, [HELEN]) == []


def test_a_machine_sees_what_a_manager_of_its_level_would() -> None:
    of_team, of_area = (
        Account("feed", "Feed", "machine", (place,), rights=("read",), place_level=level)  # type: ignore[arg-type]
        for place, level in (("Gloucester", "team"), ("Glos", "area"))
    )
    assert supervises(of_team, [HERE], EVERY, DAY) and not supervises(of_team, [THERE], EVERY, DAY)
    assert not supervises(of_area, [HERE], EVERY, DAY) and supervises(of_area, [HERE], [HELEN], DAY)
    assert may_read_plan(of_team, [HERE]) and not may_read_plan(of_team, [THERE]) and may_read_plan(of_area, [THERE])
    assert not any(may_change_plan(one, "team", [HERE]) for one in (of_team, of_area))


def test_managers_read_the_plans_above_and_within_and_change_their_own_and_within() -> None:
    said = {
        (who.username, level): (may_read_plan(who, [HERE]), may_change_plan(who, level, [HERE]))
        for who in EVERY for level in ("team", "division", "area")
    }  # fmt: skip
    assert {key for key, (reads, _) in said.items() if reads} == {
        (name, level) for name in ("spo", "south", "area") for level in ("team", "division", "area")
    }
    assert {key for key, (_, changes) in said.items() if changes} == {
        ("spo", "team"), ("south", "team"), ("south", "division"), ("area", "team"), ("area", "division"), ("area", "area"),
    }  # fmt: skip
