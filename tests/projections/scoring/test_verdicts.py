"""The verdict table against the rule in plain words, one case at a time and as arrays, in every situation there is."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from domain.policy.frameworks.framework import Derivation, Question
from domain.policy.frameworks.framework_files import frameworks
from projections.columns.case_answers import ABSENT_OF, VERDICT_OF
from projections.columns.score_counts import ABSENT, COUNTED, COUNTED_AS
from projections.scoring.verdicts import (
    NOT_JUDGED,
    RULINGS,
    TABLE,
    VERDICTS,
    DerivedCounts,
    RequiredCounts,
    Ruling,
    Verdict,
    situation,
)

ASKED = next(iter(frameworks()["esi-2003"].questions.values()))
SHARES = (0.5, 0.8, 1.0)
JUDGED: tuple[Verdict | None, ...] = (None, "sufficient", "insufficient", "not_applicable")

Case = tuple[RequiredCounts | None, DerivedCounts | None, Verdict | None, bool]


def asked(share: float | None, scored_by: str) -> Question:
    derive = None if share is None else Derivation(("contact",), "done", share)
    return replace(ASKED, derive=derive, required=("plan",), scored_by=scored_by)  # type: ignore[arg-type]


QUESTIONS = [asked(share, basis) for share in (None, *SHARES) for basis in ("derived", "judged")]


def cases(question: Question) -> Iterator[Case]:
    """Every case with at most two duties of those required and three of those that it is answered from."""
    some = [RequiredCounts(*n) for n in product(range(3), repeat=3) if n[1] <= n[0] and n[2] <= n[0]]
    fallen = [DerivedCounts(*n) for n in product(range(4), repeat=3) if n[1] <= n[2] <= n[0]]
    yield from product((None, *some), fallen if question.derive else (None,), JUDGED, (False, True))


def said(question: Question, case: Case) -> tuple[Verdict, str, bool]:
    """What the rule says in words: answer, basis and whether it is absent."""
    required, derived, judged, overrules = case
    if required and required.fell_due and not required.done:
        return "insufficient", "derived", True
    if judged and (derived is None or overrules or question.scored_by == "judged"):
        return judged, "judged", False
    if derived is not None and question.derive is not None:
        if not derived.fell_due:
            return "not_applicable", "derived", False
        if derived.held / derived.fell_due >= question.derive.share:
            return "sufficient", "derived", False
        return "insufficient", "derived", not derived.done
    return "not_applicable" if required and not required.arisen else "not_answered", "judged", False


def number(judged: Verdict | None) -> int:
    return NOT_JUDGED if judged is None else 1 + VERDICTS.index(judged)


def ruling(question: Question, case: Case) -> Ruling:
    required, derived, judged, overrules = case
    return RULINGS[situation(question, required, derived, number(judged), overrules)]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: f"{q.derive and q.derive.share}-{q.scored_by}")
def test_the_table_says_what_the_rule_says(question: Question) -> None:
    for case in cases(question):
        found = ruling(question, case)
        assert (found.answer, found.basis, found.absent) == said(question, case), case


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: f"{q.derive and q.derive.share}-{q.scored_by}")
@pytest.mark.parametrize("requires", [False, True])
def test_arrays_find_the_same_rows(question: Question, requires: bool) -> None:
    every = [case for case in cases(question) if (case[0] is not None) == requires]
    required, derived = (
        kind(*(np.array(column, np.int32) for column in zip(*(case[at] for case in every), strict=True)))  # type: ignore[arg-type, misc]
        if every[0][at] is not None
        else None
        for at, kind in ((0, RequiredCounts), (1, DerivedCounts))
    )
    judged, overrules = np.array([number(c[2]) for c in every], np.uint8), np.array([c[3] for c in every])
    found = situation(question, required, derived, judged, overrules)  # type: ignore[arg-type]
    assert found.dtype == np.uint8
    assert [RULINGS[at] for at in found] == [ruling(question, case) for case in every]
    assert [VERDICTS[n] for n in VERDICT_OF.take(found)] == [said(question, case)[0] for case in every]
    assert list(ABSENT_OF.take(found)) == [said(question, case)[2] for case in every]


def test_every_row_is_of_use_and_every_situation_has_exactly_one() -> None:
    reached = {ruling(question, case).ground for question in QUESTIONS for case in cases(question)}
    assert reached == {row.ground for row in TABLE}
    assert len(RULINGS) == 256
    for here in product((False, True), repeat=7):
        fitting = [r for r in TABLE if all(w is None or w == is_so for w, is_so in zip(r.where, here, strict=True))]
        assert len(fitting) == 1, here


def test_a_sample_counts_each_ruling_once() -> None:
    for at, found in enumerate(RULINGS):
        assert COUNTED[COUNTED_AS[at]] == ("absent" if found.absent else found.answer)
        assert not found.absent or found.answer == "insufficient"
    assert COUNTED[ABSENT] == "absent"
