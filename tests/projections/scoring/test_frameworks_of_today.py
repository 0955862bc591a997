"""Each framework's arithmetic, worked out a second time from the reference alone, on a thousand random sheets.

The second working knows nothing of the engine: it has the percentages, bands, grounds and totals of ``present-day.md`` and
``inspection.md`` as plain numbers. Where these leave a choice (whether 64.6 is placed as 65; how halves are rounded; which
grounds there are), every value of the parameter is tried.
"""

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import cycle
from typing import Any, Literal, NamedTuple

import pytest

from domain.aggregates.inspection import Inspection
from domain.entries.entry import Entry
from domain.entries.schemas import load_entry
from domain.policy.frameworks.framework import Framework
from domain.policy.frameworks.framework_files import frameworks
from domain.policy.frameworks.rating_rules import BandOf, Discretion
from projections.scoring.score_bands import SectionBand, section_bands, total
from projections.scoring.scores import Score, score_of

SHEETS = 1_000
NAMES = ("Inadequate", "Requires improvement", "Good", "Outstanding")
CUTS = (0, 50, 65, 80)

Sheet = Mapping[str, tuple[int, int]]
"""Question -> how many answers are sufficient, of how many."""


class Today(NamedTuple):
    """What the reference says of a framework of today: standards by evidence, by cases (with how many key questions), totals."""

    by_evidence: tuple[str, ...]
    by_cases: Mapping[str, int]
    totals: tuple[int, ...] | None


TODAY = {
    "core-2018-crc": Today(
        ("1.1", "1.2", "1.3", "1.4"), {"2.1": 3, "2.2": 3, "2.3": 3, "2.4": 3, "3.1": 1, "3.2": 1}, (0, 6, 16, 26)
    ),
    "core-2018-nps": Today(
        ("1.1", "1.2", "1.3", "1.4"), {"2.1": 3, "2.2": 3, "2.3": 3, "2.4": 3, "3.1": 1, "3.2": 1}, (0, 6, 16, 26)
    ),
    "pdu-2021": Today(("1.1", "1.2", "1.3", "1.4"), {"2.1": 1, "2.2": 3, "2.3": 3, "2.4": 3, "2.5": 3}, (0, 5, 14, 23)),
    "pdu-2023": Today(("1.1", "1.2", "1.3"), {"2.1": 3, "2.2": 3, "2.3": 3, "2.4": 3}, (0, 4, 11, 18)),
    "region-2023": Today(("1.1", "1.2"), {"2.1": 4, "2.2": 4, "2.3": 1, "2.4": 1, "2.5": 1, "2.6": 1}, None),
}
MARK = {"core-2018-crc": 30, "core-2018-nps": 30, "pdu-2021": 27, "pdu-2023": 21}
"""The most points of each framework with a total."""


def sheet(framework: Framework, drawn: random.Random) -> dict[str, tuple[int, int]]:
    """A random sheet. Small samples, equal figures, no relevant case and figures near a boundary all come up often."""
    found = {}
    for question in framework.questions:
        n = drawn.choice((0, 1, 2, 3, 5, 6, 20, 60, drawn.randint(1, 200)))
        near = drawn.choice((33, 49, 50, 64, 65, 79, 80, drawn.randint(0, 100)))
        found[question] = (min(n, max(0, n * near // 100 + drawn.choice((0, 0, 1)))), n)
    return found


def scored(framework: Framework, sheet: Sheet, left_out: Collection[str] = ()) -> Score:
    none = {"not_applicable": 0, "not_answered": 0, "absent": 0}
    counts = {q: {"sufficient": k, "insufficient": n - k, **none} for q, (k, n) in sheet.items()}
    return score_of(framework, counts, max(n for _, n in sheet.values()), left_out)


def whole(exact: Fraction, how: str = "half_up") -> int:
    """A per cent as a whole number, by decimal arithmetic."""
    rounding = ROUND_HALF_UP if how == "half_up" else ROUND_HALF_EVEN
    # Halves are exact in 30 digits, and nothing else of a sample comes so near to one.
    return int((Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(Decimal(1), rounding=rounding))


# ---------------------------------------------------------------- today's frameworks, by hand


def place(figure: Fraction | int, cuts: Sequence[int] = CUTS) -> int:
    return sum(figure >= cut for cut in cuts) - 1


def by_hand(answers: list[tuple[int, int]], how: str) -> tuple[int, dict[str, set[int]]] | None:
    """The band (0 to 3) of a standard with these key questions, and by ground the bands to which a panel may move it."""
    relevant = [(k, n) for k, n in answers if n > 0]
    if not relevant:
        return None

    def figure(k: int, n: int) -> Fraction | int:
        return Fraction(100 * k, n) if how == "exact" else whole(Fraction(100 * k, n))

    lowest = min(Fraction(k, n) for k, n in relevant)
    which = [i for i, (k, n) in enumerate(relevant) if Fraction(k, n) == lowest]
    now = figure(*relevant[which[0]])
    band = place(now)
    moves: dict[str, set[int]] = {"near_boundary": set(), "one_case": set(), "few_cases": set()}
    for boundary, below in ((50, 0), (65, 1), (80, 2)):
        if abs(now - boundary) <= 5 and band in (below, below + 1):
            moves["near_boundary"].add(below if band == below + 1 else below + 1)
    for i in which:
        k, n = relevant[i]
        for other in (k - 1, k + 1):
            if 0 <= other <= n:
                then = min(figure(*one) for one in [*relevant[:i], (other, n), *relevant[i + 1 :]])
                if place(then) != band:
                    moves["one_case"].add(band + (1 if place(then) > band else -1))
        if n <= 5:
            moves["few_cases"] |= {band - 1, band + 1} & {0, 1, 2, 3}
    return band, {ground: bands for ground, bands in moves.items() if bands}


def entered(type_: str, **fields: Any) -> Entry:
    return load_entry(type_, {"entry": f"{type_}-{fields.get('criterion', '')}", "occurred_on": "2024-03-01",
                              "recorded_at": "2024-03-01T10:00:00+00:00", **fields})  # fmt: skip


def opened(framework: str) -> Entry:
    return entered("InspectionOpened", title="T", area="A", framework=framework)


@pytest.mark.parametrize("name", TODAY)
def test_todays_frameworks_have_the_standards_of_the_reference(name: str) -> None:
    framework, said = frameworks()[name], TODAY[name]
    assert tuple(s.id for s in framework.sections if s.rated_by == "evidence") == said.by_evidence
    assert {s.id: len(s.criteria) for s in framework.sections if s.is_rated and s.criteria} == dict(said.by_cases)
    assert [(b.title, b.least, b.points) for b in framework.bands] == list(zip(NAMES, CUTS, range(4), strict=True))
    assert {one.sure for one in (*framework.bands, *framework.discretion, *framework.totals)} == {"R"}
    assert framework.lowest_decides is not None and framework.lowest_decides.sure == "R"
    assert framework.band_of is not None and framework.band_of.sure == "U" and framework.band_of.remark
    assert all(len(criterion.questions) == 1 for criterion in framework.criteria), "a key question has one answer"
    assert {b.words for b in framework.bands} == {f"{title} (recalled)" for title in NAMES}


@pytest.mark.parametrize("name", TODAY)
@pytest.mark.parametrize("how", ["printed", "exact"])
def test_a_thousand_sheets_of_today_come_out_as_by_hand(name: str, how: Literal["printed", "exact"]) -> None:
    shipped, said, drawn = frameworks()[name], TODAY[name], random.Random(f"{name} {how}")
    framework = replace(shipped, band_of=BandOf(how, "", "U"))
    moved = 0
    for number in range(SHEETS):
        answers = sheet(framework, drawn)
        rated = {s: drawn.randrange(4) for s in said.by_evidence if number % 5 or drawn.random() > 0.1}
        entries = [entered("StandardRated", criterion=s, band=NAMES[b], reason="r") for s, b in rated.items()]
        want: dict[str, int | None] = {s: rated.get(s) for s in said.by_evidence}
        for section in framework.sections:
            if section.id in said.by_cases:
                worked = by_hand([answers[c.questions[0].id] for c in section.criteria], how)
                want[section.id] = None if worked is None else worked[0]
                if worked is not None and number % 2 and worked[1]:
                    ground = drawn.choice(sorted(worked[1]))
                    to = drawn.choice(sorted(worked[1][ground]))
                    entries.append(
                        entered("RatingAdjusted", criterion=section.id, to=NAMES[to], ground=ground, reason="r")
                    )
                    want[section.id] = to
                    moved += 1
        got = section_bands(Inspection.of([opened(name), *entries]), scored(framework, answers))
        check_grounds(framework, got, answers, how)
        assert {b.section.id: b.title for b in got if b.section.is_rated} == {
            s: None if band is None else NAMES[band] for s, band in want.items()
        }
        check_total(name, said, want, framework, got)
    assert moved > SHEETS / 4


def check_grounds(framework: Framework, got: list[SectionBand], answers: Sheet, how: str) -> None:
    for band in got:
        if band.section.criteria and band.section.is_rated:
            worked = by_hand([answers[c.questions[0].id] for c in band.section.criteria], how)
            want = {} if worked is None else {g: {NAMES[to] for to in bands} for g, bands in worked[1].items()}
            assert {ground: set(titles) for ground, titles in band.reach.items()} == want


def check_total(
    name: str, said: Today, want: Mapping[str, int | None], framework: Framework, got: list[SectionBand]
) -> None:
    summed = total(framework, got)
    assert summed is not None
    if said.totals is None:
        assert (summed.points, summed.band) == (None, None) and "No total" in summed.words
    elif None in want.values():
        assert (summed.points, summed.band) == (None, None) and "not rated" in summed.words
    else:
        points = sum(band or 0 for band in want.values())
        assert summed.points == points and summed.most == MARK[name]
        assert summed.words == f"{points} of {MARK[name]} points: {NAMES[place(points, said.totals)]} (recalled)"


@pytest.mark.parametrize(
    ("k", "n", "printed", "exact"),
    [(49, 100, 0, 0), (323, 500, 2, 1), (33, 100, 0, 0), (599, 1000, 1, 1), (4, 5, 3, 3)],
)
def test_forty_nine_is_below_and_64_6_depends_on_what_is_placed(k: int, n: int, printed: int, exact: int) -> None:
    shipped = frameworks()["pdu-2023"]
    answers = dict.fromkeys(shipped.questions, (9, 10)) | {"planning-safety": (k, n)}
    for how, want in (("printed", printed), ("exact", exact)):
        framework = replace(shipped, band_of=replace(shipped.band_of, figure=how))  # type: ignore[type-var]
        got = {b.section.id: b for b in section_bands(None, scored(framework, answers))}
        assert got["2.2"].title == NAMES[want]
    assert shipped.band_of is not None and shipped.band_of.figure == "printed", "the default that is stated"


def test_a_third_on_the_lowest_key_question_is_inadequate_while_the_total_requires_improvement() -> None:
    """A pattern of 2025 under the standards of 2023."""
    framework = frameworks()["pdu-2023"]
    answers = dict.fromkeys(framework.questions, (6, 10)) | {"assessment-safety": (20, 60)}
    rated = [
        entered("StandardRated", criterion=s, band="Requires improvement", reason="r") for s in ("1.1", "1.2", "1.3")
    ]
    got = section_bands(Inspection.of([opened("pdu-2023"), *rated]), scored(framework, answers))
    assert [(b.section.id, b.printed, b.title) for b in got if b.section.id in ("2.1", "2.2")] == [
        ("2.1", 33, "Inadequate"), ("2.2", 60, "Requires improvement"),
    ]  # fmt: skip
    summed = total(framework, got)
    assert summed is not None and summed.words == "6 of 21 points: Requires improvement (recalled)"


@pytest.mark.parametrize("name", [name for name, f in frameworks().items() if f.lowest_decides])
def test_a_key_question_left_out_lifts_no_standard(name: str) -> None:
    """What was not assessed could be the lowest: the standard has no figure, no band and no ground; there is no total."""
    framework = frameworks()[name]
    section = next(s for s in framework.sections if s.is_rated and s.criteria)
    out, answers = section.criteria[0].id, dict.fromkeys(framework.questions, (9, 10))
    score = scored(framework, answers, left_out={out})
    assert next(s.printed for s in score.sections if s.section.id == section.id) is None
    bands = section_bands(None, score)
    band = next(b for b in bands if b.section.id == section.id)
    assert (band.band, dict(band.reach), band.left_out) == (None, {}, (out,))
    summed = total(framework, bands)
    assert summed is None or summed.points is None
    whole = scored(framework, answers)
    assert next(s.printed for s in whole.sections if s.section.id == section.id) == 90


def test_a_move_stands_only_on_a_ground_that_is_named_and_holds() -> None:
    framework = frameworks()["pdu-2023"]
    answers = dict.fromkeys(framework.questions, (6, 10)) | {"assessment-safety": (46, 100)}
    for ground, stands in (("near_boundary", True), ("few_cases", False), ("one_case", False)):
        move = entered("RatingAdjusted", criterion="2.1", to="Requires improvement", ground=ground, reason="r")
        got = section_bands(Inspection.of([opened("pdu-2023"), move]), scored(framework, answers))
        assert next(b.title for b in got if b.section.id == "2.1") == NAMES[stands], ground


@pytest.mark.parametrize("within", [0, 1, 4, 5, 10])
@pytest.mark.parametrize("at_most", [1, 5, 8])
def test_the_limits_of_discretion_are_parameters(within: int, at_most: int) -> None:
    rules = (Discretion("near_boundary", "", "R", within=within), Discretion("few_cases", "", "R", at_most=at_most))
    framework = replace(frameworks()["pdu-2023"], discretion=rules)
    for k, n in ((9, 20), (5, 10), (2, 4), (6, 8), (51, 100), (64, 100), (3, 5)):
        answers = dict.fromkeys(framework.questions, (1, 1)) | {"assessment-safety": (k, n)}
        got = next(b for b in section_bands(None, scored(framework, answers)) if b.section.id == "2.1")
        figure = whole(Fraction(100 * k, n))
        near = {
            cut for cut in (50, 65, 80) if abs(figure - cut) <= within and place(figure) in (place(cut), place(cut) - 1)
        }
        assert len(got.reach.get("near_boundary", ())) == len(near)
        assert ("few_cases" in got.reach) == (n <= at_most)


def test_what_is_partial_rates_nothing() -> None:
    framework, drawn = frameworks()["dynamic-2025"], random.Random("dynamic-2025")
    assert [s.id for s in framework.sections] == ["C1", "C2"] and not framework.bands
    assert [[p.id for p in q.prompts] for q in framework.questions.values()] == [["a", "b", "c"]] * 2
    assert {p.sure for q in framework.questions.values() for p in q.prompts} == {"F"}
    for _ in range(SHEETS):
        answers = sheet(framework, drawn)
        found = scored(framework, answers)
        assert [s.printed for s in found.sections] == [
            None if n == 0 else whole(Fraction(100 * k, n)) for k, n in answers.values()
        ]
        assert section_bands(None, found) == [] and total(framework, []) is None


# ---------------------------------------------------------------- ESI, OMI and the ESI questions under later headings, by hand


def esi(sections: list[list[tuple[int, list[tuple[int, int]]]]], how: str) -> list[Fraction | None]:
    """Sections of criteria (weight, its answers): the mean of the questions; the weighted mean of the printed criteria."""
    found: list[Fraction | None] = []
    for criteria in sections:
        weighed = []
        for weight, answers in criteria:
            per_cents = [Fraction(100 * k, n) for k, n in answers if n]
            if per_cents:
                weighed += [whole(sum(per_cents, Fraction()) / len(per_cents), how)] * weight
        found.append(Fraction(sum(weighed), len(weighed)) if weighed else None)
    return found


def omi(sections: list[list[tuple[int, list[tuple[int, int]]]]], how: str) -> list[Fraction | None]:
    """The same, with the answers of each criterion pooled, and criteria as exact as they are."""
    found: list[Fraction | None] = []
    for criteria in sections:
        weighed = []
        for weight, answers in criteria:
            k, n = (sum(part) for part in zip(*answers, strict=True))
            weighed += [Fraction(100 * k, n)] * weight if n else []
        found.append(sum(weighed, Fraction()) / len(weighed) if weighed else None)
    return found


def later_headings(sections: list[list[tuple[int, list[tuple[int, int]]]]], how: str) -> list[Fraction | None]:
    """The lowest of the printed criteria, each the mean of its questions."""
    found: list[Fraction | None] = []
    for criteria in sections:
        per_criterion = [[Fraction(100 * k, n) for k, n in answers if n] for _, answers in criteria]
        printed = [whole(sum(one, Fraction()) / len(one), how) for one in per_criterion if one]
        found.append(Fraction(min(printed)) if printed else None)
    return found


WEIGHT = {
    "B1": 2, "B2": 2, "B3": 2, "B4": 1, "C1": 2, "C2": 2, "C3": 2, "C4": 1, "C5": 2, "ROH": 2,
}  # fmt: skip
"""Critical 2, important 1, as printed (inspection.md, section 1). All other criteria of these frameworks weigh the same."""


@pytest.mark.parametrize(("name", "work"), [("esi-2003", esi), ("omi-2006", omi), ("hmip-2018", later_headings)])
@pytest.mark.parametrize("how", ["half_up", "half_even"])
def test_a_thousand_earlier_sheets_come_out_as_by_hand(
    name: str, work: Callable[..., list[Fraction | None]], how: Literal["half_up", "half_even"]
) -> None:
    framework, drawn = replace(frameworks()[name], rounding=how), random.Random(f"{name} {how}")
    for _, narrow in zip(range(SHEETS), cycle((False, True))):
        answers = sheet(framework, drawn)
        if narrow:  # most criteria with one question, so that halves come up
            answers = {question: (k, n) if drawn.random() < 0.3 else (0, 0) for question, (k, n) in answers.items()}
            answers[next(iter(answers))] = (1, 8)
        sections = [
            [(WEIGHT.get(c.id, 1), [answers[q.id] for q in c.questions]) for c in s.criteria]
            for s in framework.sections
        ]
        want = work(sections, how)
        found = scored(framework, answers)
        assert [s.score for s in found.sections] == want
        assert [s.printed for s in found.sections] == [None if w is None else whole(w, how) for w in want]
        if name == "hmip-2018":
            assert [b.title for b in section_bands(None, found)] == [
                None if w is None else NAMES[place(whole(w, how))] for w in want
            ]


def test_every_framework_has_its_test() -> None:
    assert set(frameworks()) == {*TODAY, "dynamic-2025", "esi-2003", "omi-2006", "hmip-2018"}
