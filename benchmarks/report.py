"""One table of what was measured: a line a figure, a column a size."""

from collections.abc import Callable, Mapping

from benchmarks.changes import MANY
from benchmarks.timing import Figures

Found = Mapping[str, Figures]
"""The figures of one size, by step."""


def _seconds(step: str, name: str) -> Callable[[Found], str]:
    """By the clock, and in brackets in the processor's time, where both were taken."""

    def both(found: Found) -> str:
        processor = found[step].get(f"{name} (processor)")
        return _time(found[step][name]) + ("" if processor is None else f" ({_time(processor)})")

    return both


def _time(value: float) -> str:
    return f"{value:.2f} s" if value >= 1 else f"{value * 1000:.3g} ms"


def _bytes(step: str, name: str) -> Callable[[Found], str]:
    return lambda found: f"{found[step][name] / 1e6:,.0f} MB"


def _count(step: str, name: str) -> Callable[[Found], str]:
    return lambda found: f"{found[step][name]:,.0f}"


def _over(one: Callable[[Found], float], other: Callable[[Found], float]) -> Callable[[Found], str]:
    def ratio(found: Found) -> str:
        value = one(found) / other(found)
        return f"{value:,.0f}" if value >= 20 else f"{value:.2g}"

    return ratio


def _replay(words: str, cases: str) -> Callable[[Found], float]:
    """The processor time that all of those cases would take to replay, reckoned from some."""

    def reckoned(found: Found) -> float:
        many = found["columns"]["cases"] if cases == "all" else found["answer"][f"cases of one area{words}"]
        return many / found["sample"]["cases"] * found["answer"][f"replay{words} (processor)"]

    return reckoned


def _answer(name: str) -> Callable[[Found], float]:
    return lambda found: found["answer"][name]


def _lines(words: str) -> list[tuple[str, Callable[[Found], str]]]:
    """What was answered at one of the moments."""
    table = f"table by team and question{words}"
    found = [(f"a case replayed from the store and answered{words}", _a_case(words))]
    for name, cases in (("score of all", "all"), ("score of one area", "one")):
        found += [
            (f"{name}{words}", _seconds("answer", f"{name}{words}")),
            (f"replay / {name}{words}", _over(_replay(words, cases), _answer(f"{name}{words} (processor)"))),
        ]
    found.append((table, _seconds("answer", table)))
    for scan in ("DuckDB scan", "DuckDB by case", "NumPy scan"):
        name = f"{scan}{words}"
        found += [
            (f"bare {name}", _seconds("answer", name)),
            (f"table / {name}", _over(_answer(table), _answer(name))),
            (f"table / {name}, processor time", _over(_answer(f"{table} (processor)"), _answer(f"{name} (processor)"))),
        ]
    found.append((f"counts by officer and month{words}", _seconds("answer", f"counts by officer and month{words}")))
    return found


def _a_case(words: str) -> Callable[[Found], str]:
    def both(found: Found) -> str:
        clock, processor = (
            found["answer"][f"replay{words}{of}"] / found["sample"]["cases"] for of in ("", " (processor)")
        )
        return f"{_time(clock)} ({_time(processor)})"

    return both


def _one_more(words: str, above: str) -> list[tuple[str, Callable[[Found], str]]]:
    """What was answered after one more changed case. ``words``, ``above``: above which others; ratios only above none."""
    found = [(f"one more changed case laid over{above}", _seconds("one more", f"lay over one{words}"))]
    for known in ("", ", as known"):
        for name, whole in (("score", "score of all"), ("table", "table by team and question")):
            after, ratio = f"{name} after one more{known}", f"{whole}{known} (processor)"
            found.append((f"{whole} after one more{known}{above}", _seconds("one more", f"{after}{words}")))
            if not above:
                line = f"{whole} / the same after one more{known}"
                found.append((line, _over(_answer(ratio), _after(f"{after} (processor)"))))
    return found


def _after(name: str) -> Callable[[Found], float]:
    return lambda found: found["one more"][name]


LINES: list[tuple[str, Callable[[Found], str]]] = [
    ("cases", _count("columns", "cases")),
    ("duties, as now known", _count("columns", "duties")),
    ("their versions, superseded ones among them", _count("columns", "versions of duties")),
    ("columns in files", _bytes("columns", "bytes")),
    ("ledger of a case, both axes (processor time)", _seconds("derive", "seconds a case")),
    ("ledger rows gathered into columns, a second", _count("columns", "rows a second from ledgers")),
    ("columns spread out, joined and written", _seconds("columns", "seconds to join and write")),
    *_lines(""),
    *_lines(", as known"),
    ("100 changed cases laid over", _seconds("change", "lay over 100 cases")),
    ("score of all after that", _seconds("change", "score after")),
    *_one_more("", ""),
    *_one_more(" above many", f", above {MANY:,} changed ones"),
    ("worker: greatest size", _bytes("memory", "peak")),
    ("worker: of that its own", _bytes("memory", "own")),
    ("worker: its own before it opened the columns", _bytes("memory", "own before")),
    ("worker: its own at rest, a desk shown", _bytes("memory", "own at rest")),
    ("worker: its own at most, while figures of all are made", _bytes("memory", "own at most")),
]


def printed(found: Mapping[str, Found]) -> str:
    """The table, as Markdown."""
    lines = [f"| | {' | '.join(found)} |", f"|---|{'---:|' * len(found)}"]
    lines += [f"| {words} | {' | '.join(value(of_size) for of_size in found.values())} |" for words, value in LINES]
    return "\n".join(lines)
