"""The verdict table: the answer to a question about a case, from counts of duties and the last judgement.

This is the only statement of the rule. ``answers`` uses it for one case, ``case_answers`` for thousands at once: counts may
be integers, or arrays with one element for each case. Nothing here needs NumPy.

Absent when required is insufficient, never *not applicable*. Unknown is *not answered*, and counts as neither.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any, Literal, NamedTuple

from domain.policy.frameworks.framework import Basis, Question

Verdict = Literal["sufficient", "insufficient", "not_applicable", "not_answered"]
VERDICTS: tuple[Verdict, ...] = ("sufficient", "insufficient", "not_applicable", "not_answered")

Ground = Literal["missing", "judged", "nothing due", "enough", "too few", "none done", "not required", "not judged"]

CountOrArray = Any
"""The count of one case (an integer), or of each case of a block (an array)."""


class RequiredCounts(NamedTuple):
    """The duties of which a question requires that one is done: how many had arisen, fell due, are done."""

    arisen: CountOrArray
    fell_due: CountOrArray
    done: CountOrArray


class DerivedCounts(NamedTuple):
    """The duties from which a question is answered: how many fell due; of these, how many are met as the question measures
    it (``held``), and how many are done in time or late."""

    fell_due: CountOrArray
    held: CountOrArray
    done: CountOrArray


class VerdictRow(NamedTuple):
    """A row of the table: the answer for the cases that fit ``where``, column by column.

    ``answer``: None: the answer that was judged. ``absent``: insufficient because what was required is missing altogether.
    """

    ground: Ground
    where: tuple[bool | None, ...]
    answer: Verdict | None
    basis: Basis
    absent: bool = False


class Ruling(NamedTuple):
    """An answer, and the row of the table that gives it."""

    ground: Ground
    answer: Verdict
    basis: Basis
    absent: bool


YES, NO, ANY = True, False, None

TABLE = (
    #                    missing judged derived  due   enough  done  required
    VerdictRow("missing",      (YES,    ANY,   ANY,     ANY,   ANY,   ANY,   ANY), "insufficient", "derived", absent=True),
    VerdictRow("judged",       (NO,     YES,   ANY,     ANY,   ANY,   ANY,   ANY), None, "judged"),
    VerdictRow("nothing due",  (NO,     NO,    YES,     NO,    ANY,   ANY,   ANY), "not_applicable", "derived"),
    VerdictRow("enough",       (NO,     NO,    YES,     YES,   YES,   ANY,   ANY), "sufficient", "derived"),
    VerdictRow("too few",      (NO,     NO,    YES,     YES,   NO,    YES,   ANY), "insufficient", "derived"),
    VerdictRow("none done",    (NO,     NO,    YES,     YES,   NO,    NO,    ANY), "insufficient", "derived", absent=True),
    VerdictRow("not required", (NO,     NO,    NO,      ANY,   ANY,   ANY,   NO),  "not_applicable", "judged"),
    VerdictRow("not judged",   (NO,     NO,    NO,      ANY,   ANY,   ANY,   YES), "not_answered", "judged"),
)  # fmt: skip
"""Exactly one row fits each case. The columns:

* ``missing``: what the question requires fell due, and none of it is done;
* ``judged``: somebody judged it, and that counts (it scores, it overrules, or nothing is derived);
* ``derived``: the question is answered from duties; ``due``: one of them fell due; ``enough``: as many were met as the
  question wants of those that fell due; ``done``: one that fell due is done;
* ``required``: one of the duties that the question requires had arisen, or it requires none.
"""

NOT_JUDGED = 0
"""The number of *not judged*. The number of a judgement is the index of its verdict in ``VERDICTS`` plus one."""

NOT_FOR_CASE = 1 + VERDICTS.index("not_applicable")
"""The number that stands for a case that a question is not for (``applies_if``), whatever was judged: it does not apply."""


def situation(
    question: Question,
    required: RequiredCounts | None,
    derived: DerivedCounts | None,
    judged: CountOrArray,
    overrules: CountOrArray,
) -> Any:
    """The index in ``RULINGS`` of one case; or of each case, an array of ``uint8``.

    ``required``: None where the question requires nothing. ``derived``: None where it is not answered from duties.
    ``judged``: the number of the last judgement (``NOT_JUDGED``: none; an array is of ``uint8``). ``overrules``: whether it
    replaces the derived answer.
    """
    missing, due, enough, done, arisen = NO, NO, NO, NO, YES
    if required is not None:
        missing, arisen = (required.fell_due > 0) & (required.done == 0), required.arisen > 0
    if derived is not None and question.derive is not None:
        due, done = derived.fell_due > 0, derived.done > 0
        share = question.derive.share
        wanted = derived.fell_due if share == 1 else share * derived.fell_due
        enough = derived.held >= wanted
        if question.scored_by != "judged":
            judged = judged * overrules
    # In this order of operations an array stays ``uint8``, as ``judged`` is.
    return 2 * (2 * (2 * (2 * (2 * (2 * judged + missing) + (derived is not None)) + due) + enough) + done) + arisen


def _rulings() -> Iterator[Ruling]:
    """The rulings of all situations, in the order of the indices that ``situation`` returns."""
    for judged, missing, *others in product(range(4), *[(NO, YES)] * 6):
        here = (missing, judged != NOT_JUDGED, *others)
        row = next(r for r in TABLE if all(w is ANY or w == is_so for w, is_so in zip(r.where, here, strict=True)))
        yield Ruling(row.ground, row.answer or VERDICTS[judged - 1], row.basis, row.absent)


RULINGS: tuple[Ruling, ...] = tuple(_rulings())
