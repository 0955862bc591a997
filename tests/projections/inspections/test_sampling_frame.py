"""The frame taken from columns is the one that reading every case gives."""

from collections.abc import Sequence
from datetime import date
from itertools import product
from typing import get_args

import numpy as np
import pytest

from domain.aggregates.draw_rules import left_out_counts
from domain.entries.code_lists import Stratum
from domain.policy.frameworks.framework_files import DEFAULT_FRAMEWORK, frameworks
from projections.cases.case_repository import CaseRepository
from projections.cases.case_snapshot import CaseSnapshot
from projections.columns.case_selection import CaseSelection
from projections.columns.column_store import ColumnStore
from projections.history.history import end_of_day
from projections.history.moment import Moment
from projections.inspections.sampling_frame import EVERYTHING, Excluded, sampling_frame
from tests.support.columns import columns_of

DAYS = date(2005, 10, 3), date(2005, 6, 30)
FROM, TO = date(2004, 1, 5), date(2005, 5, 31)
STRATA: tuple[Stratum, ...] = get_args(Stratum)


@pytest.fixture(scope="module")
def columns(demo_book: CaseRepository) -> ColumnStore:
    return columns_of({name: list(demo_book.file(name).entries.values()) for name in demo_book.cases})


def read(book: CaseRepository, moment: Moment) -> list[CaseSnapshot]:
    readings = book.read_all(book.cases, moment, frameworks()[DEFAULT_FRAMEWORK])
    return [reading.snapshot for reading in readings]


@pytest.mark.parametrize(("day", "hindsight"), [*product(DAYS, (False, True))])
def test_those_who_began_in_the_window_and_have_not_ended_come_into_it(
    day: date, hindsight: bool, columns: ColumnStore, demo_book: CaseRepository
) -> None:
    moment = Moment(day, None if hindsight else end_of_day(day))
    cases, selection = read(demo_book, moment), CaseSelection(columns, moment)
    every = np.ones(columns.numbers, bool)
    within = [case for case in cases if FROM <= case.spell.started_on <= TO and not case.has_ended]
    assert 4 < len(within) < len(cases)
    started = sorted({case.spell.started_on for case in within})
    for first, last in ((FROM, TO), (started[0], started[-1]), (started[1], started[1]), (TO, FROM)):
        found = sampling_frame(selection, every, first, last, every_sentence=True).cases
        assert [framed.case for framed in found] == [c.reference for c in within if first <= c.spell.started_on <= last]
        assert {framed.stratum for framed in found} <= {EVERYTHING}
    held = within[0].spell.place
    for orders, division, team in product(((), ("licence",), ("community_order", "licence")), (None, held.division),
                                          (None, held.team, "Nowhere")):  # fmt: skip
        found = sampling_frame(selection, every, FROM, TO, orders=orders, division=division, team=team,
                               every_sentence=True).cases  # fmt: skip
        assert [(framed.case, framed.officer) for framed in found] == [
            (case.reference, case.spell.place.officer) for case in within
            if (not orders or case.spell.order_type in orders)
            and division in (None, case.spell.place.division) and team in (None, case.spell.place.team)
        ]  # fmt: skip


def test_a_person_is_in_the_frame_once_with_what_began_first(columns: ColumnStore, demo_book: CaseRepository) -> None:
    moment = Moment(DAYS[0], end_of_day(DAYS[0]))
    selection, every = CaseSelection(columns, moment), np.ones(columns.numbers, bool)
    started = {case.reference: case.spell.started_on for case in read(demo_book, moment)}
    all_ = sampling_frame(selection, every, FROM, TO, every_sentence=True)
    assert {one.why for one in all_.left_out} == {"had_ended"} and len(all_.cases) > 3
    by_crn = sampling_frame(selection, every, FROM, TO)
    crns = [framed.case.partition("/")[0] for framed in by_crn.cases]
    assert len(set(crns)) == len(crns) and set(crns) == {f.case.partition("/")[0] for f in all_.cases}
    for people in (1, 2, 3):
        person = {framed.case: str(n % people) for n, framed in enumerate(all_.cases)}
        found = sampling_frame(
            selection, every, FROM, TO, people_of=lambda cases, of=person: {case: of[case] for case in cases}
        )
        further = [one for one in found.left_out if one.why == "further_sentence"]
        assert {f.case for f in (*found.cases, *further)} == set(person) and len(found.cases) == people
        assert len(further) == len(person) - people
        for framed in found.cases:
            own = [case for case, who in person.items() if who == person[framed.case]]
            assert framed.case == min(own, key=lambda case: (started[case], case))


def test_what_had_ended_is_in_or_out_and_what_is_out_says_why(columns: ColumnStore, demo_book: CaseRepository) -> None:
    moment = Moment(DAYS[0], end_of_day(DAYS[0]))
    selection, every = CaseSelection(columns, moment), np.ones(columns.numbers, bool)
    window = [case for case in read(demo_book, moment) if FROM <= case.spell.started_on <= TO]
    ended = {case.reference for case in window if case.has_ended}
    both = sampling_frame(selection, every, FROM, TO, ended="in", every_sentence=True)
    assert [f.case for f in both.cases] == [case.reference for case in window] and both.left_out == []
    place = {case.reference: case.spell.place for case in window}
    assert all((f.team, f.team_id) == (place[f.case].team, place[f.case].team_id or None) for f in both.cases)
    assert all(f.unit for f in both.cases), "every case of the demonstration has a team"
    gone, hand = min(ended), next(f for f in both.cases if f.case not in ended)
    reasons = dict.fromkeys((hand.case, gone, "Z999999/9"), Excluded("read_recently", "In the spring audit."))
    found = sampling_frame(selection, every, FROM, TO, by_hand=reasons)
    assert found.unknown == ["Z999999/9"] and hand.case not in {f.case for f in found.cases}
    said = {one.case: (one.why, one.words) for one in found.left_out}
    assert said[hand.case] == ("read_recently", "In the spring audit.") and said[gone] == ("had_ended", None)
    assert left_out_counts(found.left_out)["had_ended"] == len(ended)
    assert sorted([*said, *(f.case for f in found.cases)]) == [case.reference for case in window], "each case once"
    assert next(one for one in found.left_out if one.case == hand.case).stratum == hand.stratum


def test_a_stratum_names_what_a_case_is_by(columns: ColumnStore, demo_book: CaseRepository) -> None:
    moment = Moment(DAYS[0], end_of_day(DAYS[0]))
    selection = CaseSelection(columns, moment)
    by_case = {case.reference: case for case in read(demo_book, moment)}
    among = np.arange(columns.numbers) % 2 == 0
    found = sampling_frame(selection, among, FROM, TO, strata=STRATA).cases
    assert found and all(columns.number(framed.case) in np.flatnonzero(among) for framed in found)
    for framed in found:
        assert framed.stratum == ", ".join(_words(by_case[framed.case], STRATA))
    assert len({framed.stratum for framed in found}) > 3


def _words(case: CaseSnapshot, strata: Sequence[Stratum]) -> list[str]:
    spell = case.spell
    ethnic = (
        "ethnicity not stated"
        if spell.ethnicity == "NS"
        else "white"
        if spell.ethnicity[0] == "W"
        else "minority ethnic"
    )
    words = {
        "risk_of_harm": "high risk of harm" if case.is_high_risk else "not high risk of harm",
        "gender": {"female": "women", "male": "men"}.get(spell.gender, "gender not stated"),
        "ethnicity": ethnic,
        "order": "licence" if spell.order_type == "licence" else "order",
        "team": spell.place.team,
    }
    return [words[by] for by in strata]
