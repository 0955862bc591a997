"""What each role may read, run and change: the rules alone, without pages and databases."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from domain.accounts.account_rules import account_faults, keys_taken, may_change, unknown_names
from domain.accounts.roles import READERS, WORKERS, Account
from projections.ledger.ledger import Place
from projections.lists.known_names import UnknownName
from projections.reports.proportions import Scope
from projections.reports.report_scope import own_scope, scope_within, scopes_of

SPO = Account("p.anstey", "Peter Anstey", "spo", ("Gloucester",))
OFFICER = Account("t.adeyemi", "Tunde Adeyemi", "case_manager", staff=("Tunde Adeyemi",))
INSPECTOR = Account(
    "j.hartnell", "J Hartnell", "inspector", ("Gloucestershire",), inspections=("october",), until=date(2027, 1, 1)
)
KEEPER = Account("i.nkemelu", "Ife Nkemelu", "information_manager")

HERE = Place("Gloucestershire", "South", "Gloucester", "Helen Sallis", "po")
ELSEWHERE = Place("Gloucestershire", "North", "Cheltenham", "Tunde Adeyemi", "po")


def test_an_inspector_runs_their_own_inspections_and_a_manager_what_they_opened() -> None:
    assert INSPECTOR.runs("october", "p.anstey") and not INSPECTOR.runs("november", "j.hartnell")
    assert SPO.runs("november", "p.anstey") and not SPO.runs("october", "j.hartnell")


def test_who_opens_or_assesses_an_inspection_reads_it_from_then_on() -> None:
    assert INSPECTOR.reading("november").inspections == ("october", "november")
    assert INSPECTOR.reading("october") is INSPECTOR and SPO.reading("november") is SPO
    assert [one.may_open_inspections for one in (SPO, INSPECTOR, OFFICER, KEEPER)] == [True, True, False, False]
    assert SPO.may_assess and not replace(SPO, disabled=True).may_assess


def test_a_frame_holds_an_inspectors_whole_area_and_a_managers_own_cases() -> None:
    assert [INSPECTOR.may_frame(place) for place in (HERE, ELSEWHERE)] == [True, True]
    assert [replace(INSPECTOR, places=("Avon",)).may_frame(HERE), SPO.may_frame(HERE), SPO.may_frame(ELSEWHERE)] == [
        False, True, False
    ]  # fmt: skip


def test_a_role_signs_and_judges_as_it_is() -> None:
    assert [(one.signs_as, one.judges_as) for one in (SPO, OFFICER, INSPECTOR)] == [
        ("spo", "spo"), ("po", "spo"), ("spo", "hm_inspector")
    ]  # fmt: skip
    assert replace(SPO, grade="senior_practitioner").signs_as == "senior_practitioner"
    assert OFFICER.holds_cases and not SPO.holds_cases
    assert [one.is_one_of(WORKERS) for one in (SPO, INSPECTOR, KEEPER)] == [True, False, False]
    assert INSPECTOR.is_one_of(READERS) and not KEEPER.is_one_of(READERS)


def test_nothing_is_reached_by_a_printed_name() -> None:
    second = Account("t.adeyemi2", "Tunde Adeyemi", "case_manager")
    by_id = HERE._replace(officer="Tunde Adeyemi", officer_id="P-17")
    assert OFFICER.answers_for(ELSEWHERE) and not second.answers_for(ELSEWHERE)
    assert replace(OFFICER, name="T Adeyemi").answers_for(ELSEWHERE)
    assert not OFFICER.answers_for(by_id) and replace(second, staff=("P-17",)).answers_for(by_id)
    assert OFFICER.is_named("t.adeyemi") and not SPO.is_named("Peter Anstey") and not SPO.is_named(None)
    assert keys_taken(replace(second, staff=("Tunde Adeyemi",)), [OFFICER, second]) == ["Tunde Adeyemi"]
    assert keys_taken(replace(second, staff=("p.anstey",)), [SPO]) == ["p.anstey"] and not keys_taken(
        OFFICER, [OFFICER]
    )


def test_a_place_is_reached_by_its_id_where_files_give_one() -> None:
    renamed = HERE._replace(team="Gloucester and Forest", team_id="G1")
    assert replace(SPO, places=("G1",)).answers_for(renamed) and not SPO.answers_for(renamed)
    assert not SPO.answers_for(HERE._replace(team_id="G2"))


def test_a_limit_shuts_out_by_user_name_key_and_every_name_of_before() -> None:
    renamed = replace(SPO, name="Peter Brook", names=("Peter Anstey", "Peter Brook"))
    assert all(SPO.is_shut_out([named]) for named in ("p.anstey", "Peter Anstey", "PETER ANSTEY"))
    assert renamed.is_shut_out(["Peter Anstey"]) and not replace(renamed, names=()).is_shut_out(["Peter Anstey"])
    assert OFFICER.is_shut_out(["Tunde Adeyemi"]) and not SPO.is_shut_out(["J Hartnell"])
    assert unknown_names(["Peter Anstey", "p.anstey"], [SPO, KEEPER]) == ["Peter Anstey"]


def test_an_account_ends_after_its_last_day() -> None:
    assert [INSPECTOR.may_sign_in(date(2027, 1, day)) for day in (1, 2)] == [True, False]
    assert not replace(SPO, disabled=True).may_sign_in(date(2027, 1, 1))


def test_nobody_closes_their_own_account_or_gives_themselves_a_role() -> None:
    assert may_change(KEEPER, SPO, role="area_manager", disabled=True)
    assert may_change(KEEPER, KEEPER, role="information_manager", disabled=False)
    assert not may_change(KEEPER, KEEPER, role="spo", disabled=False)
    assert not may_change(KEEPER, KEEPER, role="information_manager", disabled=True)


@pytest.mark.parametrize(
    ("changed", "faults"),
    [
        ({}, []),
        ({"username": "P Anstey"}, ["username"]),
        ({"name": ""}, ["name"]),
        ({"name": "n" * 201, "role": "chief"}, ["name", "role"]),
        ({"places": ()}, ["places"]),
        ({"username": "new"}, ["username"]),
        ({"role": "inspector"}, ["until"]),
        ({"role": "inspector", "places": ()}, ["places", "until"]),
        ({"role": "case_manager", "places": ()}, []),
        ({"grade": "chief"}, ["grade"]),
    ],
)
def test_what_an_account_must_be(changed: dict[str, Any], faults: list[str]) -> None:
    assert account_faults(replace(SPO, **changed)) == faults


def test_the_places_whose_figures_may_be_asked_for() -> None:
    places, never = [HERE, ELSEWHERE], Scope("team", "Stroud")
    team = Scope("team", "Gloucester")
    assert (own_scope(SPO), own_scope(replace(SPO, places=("Gloucester", "Cheltenham")))) == (team, Scope())
    assert [scope_within(s, SPO, lambda: places) for s in (Scope(), team)] == [team, team]
    for unknown in (Scope("team", "Cheltenham"), never):
        with pytest.raises(UnknownName, match=r"that you answer for\. There are: Gloucester\.$"):
            scope_within(unknown, SPO, lambda: places)
    assert scope_within(Scope("officer", "Helen Sallis"), SPO, lambda: places) == Scope("officer", "Helen Sallis")
    assert [scope.spelled for scope in scopes_of(SPO, places)] == [
        "area:Gloucestershire", "division:South", "team:Gloucester", "officer:Helen Sallis"
    ]  # fmt: skip
