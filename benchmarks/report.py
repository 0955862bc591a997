"""One table of what was measured: a line a figure, a column a size."""

from collections.abc import Callable, Mapping

from benchmarks.measures import Figures

Found = Mapping[str, Figures]
"""The figures of one size, by step."""


def _seconds(step: str, name: str) -> Callable[[Found], str]:
    return lambda found: _time(found[step][name])


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
    """How long all of those cases would take to replay."""

    def reckoned(found: Found) -> float:
        many = found["columns"]["cases"] if cases == "all" else found["answer"][f"cases of one area{words}"]
        return many * found["replay"][f"seconds a case{words}"]

    return reckoned


def _answer(name: str) -> Callable[[Found], float]:
    return lambda found: found["answer"][name]


TABLE = "table by team and question"
LINES: list[tuple[str, Callable[[Found], str]]] = [
    ("cases", _count("columns", "cases")),
    ("duties (as now known)", _count("columns", "duties")),
    ("versions of duties, superseded ones included", _count("columns", "versions of duties")),
    ("columns in files", _bytes("columns", "bytes")),
    ("ledger of a case, derived (both axes)", _seconds("derive", "seconds a case")),
    ("ledger rows gathered into columns, a second", _count("columns", "rows a second from ledgers")),
    ("columns joined and written", _seconds("columns", "seconds to join and write")),
    ("a case replayed from the store and answered", _seconds("replay", "seconds a case")),
    *(
        line
        for words in ("", ", as known")
        for line in (
            (f"score of all cases{words}", _seconds("answer", f"score of all{words}")),
            (f"replay / columns, all cases{words}", _over(_replay(words, "all"), _answer(f"score of all{words}"))),
            (f"score of one area{words}", _seconds("answer", f"score of one area{words}")),
            (f"replay / columns, one area{words}", _over(_replay(words, "one"), _answer(f"score of one area{words}"))),
            (f"table by team and question{words}", _seconds("answer", TABLE + words)),
            (f"bare DuckDB scan by team and clause{words}", _seconds("answer", f"DuckDB scan{words}")),
            (f"table / DuckDB scan{words}", _over(_answer(TABLE + words), _answer(f"DuckDB scan{words}"))),
            (f"bare DuckDB scan by case first{words}", _seconds("answer", f"DuckDB by case{words}")),
            (f"table / DuckDB by case{words}", _over(_answer(TABLE + words), _answer(f"DuckDB by case{words}"))),
            (f"bare NumPy scan{words}", _seconds("answer", f"NumPy scan{words}")),
            (f"table / NumPy scan{words}", _over(_answer(TABLE + words), _answer(f"NumPy scan{words}"))),
            (f"counts by officer and month{words}", _seconds("answer", f"counts by officer and month{words}")),
        )
    ),
    ("100 changed cases laid over", _seconds("change", "seconds to lay over 100 cases")),
    ("score of all cases after that", _seconds("change", "score of all after")),
    ("worker: greatest size", _bytes("memory", "peak")),
    ("worker: of that its own", _bytes("memory", "own")),
    ("worker: own before it opened the columns", _bytes("memory", "own before")),
]


def printed(found: Mapping[str, Found]) -> str:
    """The table, as Markdown."""
    lines = [f"| | {' | '.join(found)} |", f"|---|{'---:|' * len(found)}"]
    lines += [f"| {words} | {' | '.join(value(of_size) for of_size in found.values())} |" for words, value in LINES]
    return "\n".join(lines)
