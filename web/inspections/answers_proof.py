"""Comparing the answers of an inspection as CSV with those that the record gives, cell by cell."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from projections.cases.case_repository import CaseRepository
from web.inspections.answers_table import ANSWER, CASES, answer_columns, answers_table, cases_words
from web.inspections.report_data import InspectionReport
from web.inspections.report_fields import check_place
from web.presentation.table_files import csv_cell

PLACE = ("Record up to", "Chain")
"""The columns that say how far the record went when the file was made."""

Cells = dict[str, str]
"""Column -> cell of one row."""


@dataclass
class AnswersFound:
    """The inspection of a file of answers, None where it is not in this record; what is said of the file, and what differs."""

    inspection: str | None = None
    said: list[str] = field(default_factory=list)
    differs: list[str] = field(default_factory=list)


def check_answers(
    book: CaseRepository, text: str, made_again: Callable[[str], InspectionReport], says_cases: Callable[[str], bool]
) -> AnswersFound | None:
    """What is to be said of a file of answers; None where it is not one.

    ``says_cases``: whether every file of this inspection's answers says how many cases it holds; those of before do not.
    """
    try:
        header, *lines = csv.reader(io.StringIO(text), strict=True)
    except (csv.Error, ValueError):
        return None
    if not lines or 2 * len(set(header) & {*ANSWER, "Inspection", "Sample date", *PLACE}) < len(ANSWER):
        return None
    known = book.inspections
    names = Counter(cell for line in lines for cell in line if cell in known)
    if not names:
        return AnswersFound(differs=["Inspection: no row names an inspection of this record"])
    name = names.most_common(1)[0][0]
    without = None if says_cases(name) or CASES in header else CASES
    return AnswersFound(name, *_compare(book, name, made_again(name), header, lines, without=without))


def _compare(
    book: CaseRepository,
    name: str,
    now: InspectionReport,
    header: Sequence[str],
    lines: Sequence[Sequence[str]],
    *,
    without: str | None,
) -> tuple[list[str], list[str]]:
    """What is said of the file as a whole, and what differs. ``without``: a column that it need not have."""
    table = answers_table(now, now.scored.readings)
    columns = [column.heading for column in table.columns if column.heading != without]
    differs = list(_columns(header, columns))
    rows: dict[int, Cells] = {}
    for number, line in enumerate(lines, start=2):
        rows[number] = dict(zip(header, line, strict=False))
        if len(line) != len(header):
            differs.append(f"line {number}: {len(line)} cells in place of {len(header)}")
    given = [dict(zip((c.heading for c in table.columns), map(csv_cell, row), strict=True)) for row in table.rows]
    of_answer = [name for name in answer_columns(now.scored.framework) if name in header]
    differs += _answers(rows, {(row["Case"], row["Question"]): row for row in given}, of_answer)
    held = {row.get("Case", "") for row in rows.values()} & {row["Case"] for row in given}
    stamp = {**given[0], CASES: cases_words(len(held), now)} if given else {}
    differs += _stamps(rows, {c: stamp[c] for c in columns if c not in (*of_answer, *PLACE) and c in stamp})
    differs += _place(book, name, rows)
    missing = len(now.scored.readings) - len(held)
    return ([f"it holds {len(held)} of {len(now.scored.readings)} cases"] if missing else []), differs


def _columns(header: Sequence[str], columns: Sequence[str]) -> Iterator[str]:
    """The columns that are missing, added or there twice."""
    yield from (f"column {name}: missing" for name in columns if name not in header)
    yield from (f"column {name!r}: added; no file of answers has it" for name in header if name not in columns)
    yield from (f"column {name}: stands twice" for name, times in Counter(header).items() if times > 1)


def _answers(rows: dict[int, Cells], given: dict[tuple[str, str], Cells], columns: Sequence[str]) -> Iterator[str]:
    """The answers that differ, are missing, added or there twice."""
    seen: dict[tuple[str, str], int] = {}
    for number, row in rows.items():
        key = row.get("Case", ""), row.get("Question", "")
        said = f"line {number} ({', '.join(key)})"
        if key not in given:
            yield f"{said}: not among the answers"
        elif key in seen:
            yield f"{said}: stands twice, also in line {seen[key]}"
        else:
            for name in columns:
                if row.get(name, "") != given[key][name]:
                    yield f"{said}, {name}: {row.get(name, '')!r} in the file, {given[key][name]!r} today"
        seen.setdefault(key, number)
    cases = {case for case, _ in seen}
    yield from (
        f"{case}, {question}: missing" for case, question in given if case in cases and (case, question) not in seen
    )


def _stamps(rows: dict[int, Cells], stamp: Cells) -> Iterator[str]:
    """The cells that every row repeats and that are not what the inspection has, each value once."""
    for name, is_now in stamp.items():
        wrong = Counter(row[name] for row in rows.values() if name in row and row[name] != is_now)
        yield from (f"{name}: {value!r} in {_rows(times)}, {is_now!r} today" for value, times in wrong.items())


def _place(book: CaseRepository, name: str, rows: dict[int, Cells]) -> Iterator[str]:
    """Whether the record went through the position and hash of the file, which every row repeats."""
    common = {}
    for column in PLACE:
        values = Counter(row[column] for row in rows.values() if column in row)
        if not values:
            return
        common[column] = values.most_common(1)[0][0]
        yield from (
            f"{column}: {value!r} in {_rows(times)}, {common[column]!r} in the others"
            for value, times in values.items()
            if value != common[column]
        )
    digits = re.sub(r"\D", "", common["Record up to"]) or "0"
    yield from check_place(book, name, int(digits[:19]), common["Chain"])


def _rows(times: int) -> str:
    return "1 row" if times == 1 else f"{times} rows"
