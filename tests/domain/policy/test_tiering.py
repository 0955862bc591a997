"""Tiering versions 2 and 3: each threshold from both sides, by the table of the reference, and what a file must hold."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from domain.policy.cited_documents import STANDARDS, PolicyError
from domain.policy.tier_v2 import InputsV2, tier_v2
from domain.policy.tier_v3 import MISSING, NOT_SUPERVISED, InputsV3, Predictor, TierV3, on_grid, tier_v3
from domain.policy.tiering_rules import read_tiering, tiering

COMPLEX = ("RMDO", "ALSH", "RVLN", "RCCO", "RCPR", "RCHD", "RPIR", "RVAD", "STRG", "RTAO")


@pytest.mark.parametrize(
    ("case", "points", "letter"),
    [
        ({}, 0, "D"),
        ({"rsr": 2.99}, 0, "D"),
        ({"rsr": 3.0}, 10, "C"),
        ({"rsr": 6.99}, 10, "C"),
        ({"rsr": 7.0}, 20, "B"),
        ({"risk": "low"}, 0, "D"),
        ({"risk": "medium"}, 10, "C"),
        ({"risk": "high"}, 20, "B"),
        ({"risk": "very_high"}, 150, "A"),
        ({"risk": "medium", "rsr": 7.0}, 20, "B"),  # the larger of the two, not both
        ({"risk": "high", "rsr": 7.0}, 20, "B"),
        ({"mappa": 1}, 5, "D"),
        ({"mappa": 2}, 150, "A"),
        ({"mappa": 3}, 150, "A"),
        ({"registers": frozenset(COMPLEX[:4])}, 8, "D"),
        ({"registers": frozenset(COMPLEX[:5])}, 10, "C"),
        ({"registers": frozenset(COMPLEX)}, 20, "B"),
        ({"registers": frozenset(("IIOM", "ADVP"))}, 0, "D"),
        ({"women": frozenset(("parenting", "impulsive", "breached")), "woman": True}, 6, "D"),
        ({"women": frozenset(("parenting", "impulsive", "breached"))}, 0, "D"),
        ({"mappa": 1, "women": frozenset(("parenting", "impulsive", "breached")), "woman": True}, 11, "C"),
        ({"risk": "high", "mappa": 1, "registers": frozenset(COMPLEX), "rsr": 99.99}, 45, "B"),
    ],
)
def test_a_letter_follows_from_the_points_for_protecting(case: dict[str, Any], points: int, letter: str) -> None:
    found = tier_v2(InputsV2(**case))
    assert (sum(p.points for p in found.protect), found.tier[0]) == (points, letter)


BOUNDS = {
    "accommodation": (1, 2, 7, 3, 5), "employment_and_training": (1, 3, 7, 3, 7), "relationships": (1, 2, 5, 2, 5),
    "lifestyle": (1, 2, 5, 2, 5), "drugs": (1, 2, 8, 2, 6), "alcohol": (1, 4, 7, 2, 4), "thinking": (2, 4, 7, 3, 5),
    "attitudes": (2, 2, 7, 1, 5),
}  # fmt: skip
"""Need -> weight, standard and severe from, and the same by the newer assessment: the table of the reference."""


@pytest.mark.parametrize("san", [False, True])
@pytest.mark.parametrize("need", BOUNDS)
def test_a_need_gives_points_from_its_bounds_on(need: str, san: bool) -> None:
    weight, *bounds = BOUNDS[need]
    standard, severe = bounds[2:] if san else bounds[:2]
    wanted = {standard - 1: 0, standard: weight, severe - 1: weight, severe: 2 * weight, 10: 2 * weight}
    found = {score: tier_v2(InputsV2(needs={need: score}, san=san)).change for score in wanted}
    assert {score: sum(p.points for p in points) for score, points in found.items()} == wanted


@pytest.mark.parametrize(
    ("case", "number"),
    [
        ({"needs": {}, "ogrs": 99}, "1"),  # 9
        ({"needs": {}, "ogrs": 100}, "2"),  # 10
        ({"needs": {"thinking": 7, "attitudes": 7}, "ogrs": 29}, "2"),  # 4 + 4 + 2
        ({"needs": {"thinking": 7, "attitudes": 7}, "ogrs": 19}, "1"),
        ({"needs": dict.fromkeys(BOUNDS, 10)}, "3"),  # 6 x 2 + 2 x 4
        ({"needs": {**dict.fromkeys(BOUNDS, 10), "drugs": 2}}, "2"),  # 19
        ({"needs": {**dict.fromkeys(BOUNDS, 10), "drugs": 2}, "ogrs": 10}, "3"),
        ({"needs": {}, "ogrs": 80, "registers": frozenset(("IIOM",))}, "2"),  # 8 + 2
        ({"needs": None, "ogrs": 99}, "2"),
        ({"needs": None, "mandate": False}, "0"),
        ({"needs": dict.fromkeys(BOUNDS, 10), "mandate": False}, "0"),
    ],
)
def test_a_number_follows_from_the_points_for_changing(case: dict[str, Any], number: str) -> None:
    assert tier_v2(InputsV2(**case)).tier == f"D{number}"


def test_the_register_of_contact_suspended_in_the_final_third_is_a_suffix() -> None:
    assert tier_v2(InputsV2(registers=frozenset(("PRC",)), needs={})).tier == "D1S"


TODAY = date(2026, 7, 1)


def v3(arp: float = 0, csrp: float = 0, **case: Any) -> TierV3:
    return tier_v3(InputsV3(TODAY, arp=Predictor(arp), csrp=Predictor(csrp), **{"risk": "low", **case}))


GRID = {6.9: "AABBBB", 3.0: "ABCCCC", 1.0: "BCDEEE", 0.5: "CDEEFF", 0.0: "DDEFFG"}


@pytest.mark.parametrize("csrp", GRID)
def test_the_grid_gives_each_letter_from_its_bound_on(csrp: float) -> None:
    bounds = (90, 75, 50, 25, 15, 0)
    assert "".join(on_grid(arp, csrp) for arp in bounds) == GRID[csrp]
    above = {6.9: 100.0, 3.0: 6.89, 1.0: 2.99, 0.5: 0.99, 0.0: 0.49}[csrp]
    uppers = (100, 89.99, 74.99, 49.99, 24.99, 14.99)
    assert "".join(on_grid(arp, above) for arp in uppers) == GRID[csrp]


@pytest.mark.parametrize(
    ("case", "tier"),
    [
        ({}, "G"),
        ({"dc_srp": "very_high"}, "A"),
        ({"dc_srp": "high"}, "B"),
        ({"dc_srp": "low"}, "E"),
        ({"dc_srp": "medium"}, "G"),
        ({"dc_srp": "medium", "dc_srp_score": 3.36}, "C"),
        ({"dc_srp": "medium", "dc_srp_score": 3.35}, "D"),
        ({"dc_srp": "medium", "dc_srp_score": 2.11}, "D"),
        ({"dc_srp": "medium", "dc_srp_score": 2.10}, "C"),  # the risk-reduced scale
        ({"dc_srp": "medium", "dc_srp_score": 1.12}, "C"),
        ({"dc_srp": "medium", "dc_srp_score": 1.11}, "D"),
        ({"dc_srp": "medium", "dc_srp_score": 0.60}, "D"),
        ({"dc_srp": "medium", "dc_srp_score": 0.59}, "G"),
        ({"mappa": True, "risk": "very_high"}, "A"),
        ({"mappa": True, "risk": "high"}, "C"),
        ({"mappa": True, "risk": "medium"}, "D"),
        ({"mappa": True, "risk": "low"}, "E"),
        ({"mappa": True, "risk": None}, "E"),
        ({"risk": "very_high"}, "C"),
        ({"risk": "high"}, "D"),
        ({"risk": "medium"}, "G"),
        ({"registers": frozenset(("INLL",)), "released": date(2025, 7, 1)}, "B"),
        ({"registers": frozenset(("INLL",)), "released": date(2025, 6, 30)}, "D"),
        ({"registers": frozenset(("INLL",)), "released": date(2021, 7, 1)}, "D"),
        ({"registers": frozenset(("INLL",)), "released": date(2021, 6, 30)}, "E"),
        ({"registers": frozenset(("INLL",))}, "G"),
        ({"released": date(2026, 6, 1)}, "G"),
        ({"registers": frozenset(("ADVP",))}, "E"),
        ({"registers": frozenset(("REG30",))}, "E"),
        ({"registers": frozenset(("SPO",))}, "F"),
        ({"registers": frozenset(("RCPR",))}, "F"),
        ({"registers": frozenset(("HREG",))}, "G"),
        ({"sexual_offence": True}, "E"),
        ({"sexual_offence": True, "risk": "high", "arp": 90, "csrp": 6.9}, "A"),
    ],
)
def test_a_tier_is_the_highest_that_any_step_gives(case: dict[str, Any], tier: str) -> None:
    assert v3(**case).tier == tier


def test_without_an_event_or_a_predictor_there_is_no_tier() -> None:
    assert tier_v3(InputsV3(TODAY, active=False)) == NOT_SUPERVISED
    for missing in ("arp", "csrp"):
        found = {"arp": Predictor(50), "csrp": Predictor(1)} | {missing: None}
        assert tier_v3(InputsV3(TODAY, **found)) == MISSING  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arp", "csrp", "case", "provisional"),
    [
        ((50, True), (1.0, True), {}, True),
        ((50, True), (1.0, True), {"dc_srp": "very_high"}, False),  # another step gives A
        ((50, True), (1.0, False), {"risk": "very_high"}, True),  # at best B, above C
        ((50, True), (0.5, False), {"risk": "very_high"}, False),  # at best C, not above C
        ((50, False), (0.5, True), {"dc_srp": "high"}, False),  # at best B, not above B
        ((50, False), (0.5, True), {"risk": "very_high"}, True),
        ((50, False), (0.5, False), {"risk": "medium"}, False),
        ((50, False), (0.5, False), {"risk": None}, True),
        ((75, False), (1.0, False), {"risk": None}, False),  # C without it
        ((75, False), (1.0, False), {"risk": None, "mappa": True}, True),
        ((90, False), (6.9, False), {"risk": None, "mappa": True}, False),  # A without it
    ],
)
def test_a_tier_is_provisional_while_it_may_still_become_higher(
    arp: tuple[float, bool], csrp: tuple[float, bool], case: dict[str, Any], provisional: bool
) -> None:
    found = tier_v3(InputsV3(TODAY, arp=Predictor(*arp), csrp=Predictor(*csrp), **{"risk": "low", **case}))
    assert bool(found.provisional) == provisional


def test_the_june_rules_are_not_backdated_and_version_3_is_not_told_as_in_force() -> None:
    assert tiering().v3.begins == date(2026, 6, 18) and "not known to be in force" in tiering().v3.remark
    assert tiering().v2.begins == date(2021, 5, 26)


@pytest.mark.parametrize(
    ("old", "new", "right"),
    [
        ("grid: [AABBBB, ABCCCC", "grid: [AABBBB, ABC", "needs a row for each bound"),
        ("rsr: [[7.0, 20], [3.0, 10]]", "rsr: [[3.0, 10], [7.0, 20]]", "the highest number first"),
        ("rsr: [[7.0, 20]", "rsr: [[1.0e+400, 20]", "rows of a number to 1,000 and what it gives"),
        ("change: [[20, 3]", "change: [[20, x]", "rows of a number to 1,000 and what it gives"),
        (
            "arp: [90, 75, 50, 25, 15, 0]",
            "arp: [90, 75, 50, 25, 15, 1]",
            "v3.arp: expected bounds, the highest first and 0 last",
        ),
        ("lifer: [[1, B]", "lifer: [[x, B]", "v3.lifer: expected rows of years, less than 1,000, and a tier"),
        ("    drugs:", "    drinks:", "v2.needs"),
        ("  iom_points: 2\n", "", "v2.iom_points"),
        ("v3:\n  from: 2026-06-18\n  cite: tier", "v3:\n  from: 2026-06-18\n  cite: other", "not among the sources"),
    ],
)
def test_faulty_rules_are_refused_by_file_and_line(tmp_path: Path, old: str, new: str, right: str) -> None:
    text = (STANDARDS / "tiering.yaml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "tiering.yaml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError, match=r"tiering\.yaml line \d+") as refused:
        read_tiering(path)
    assert right in str(refused.value)
