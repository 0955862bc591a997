"""The duties that fell due in a period, kept by what was asked: the pages of a report ask for the same clauses again and again."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from threading import Lock

from projections.columns.duty_scan import DutyRun

BYTES_KEPT = 48 << 20
"""Bytes that the runs kept of one column store may take."""

Runs = tuple[DutyRun, ...]


class KeptRuns:
    """Runs of duties by period, places and clause (a number). Safe to share between threads."""

    def __init__(self, most: int = BYTES_KEPT) -> None:
        self._most, self._bytes, self._lock = most, 0, Lock()
        self._kept: OrderedDict[Hashable, Runs] = OrderedDict()

    def of(
        self, asked: Hashable, clauses: Sequence[int], scan: Callable[[list[int]], Iterable[DutyRun]]
    ) -> Iterator[DutyRun]:
        """The runs of each clause in turn. ``scan``: gives those of some clauses; it is asked for what is not kept."""
        with self._lock:
            found = {clause: self._kept[asked, clause] for clause in clauses if (asked, clause) in self._kept}
        missing = [clause for clause in dict.fromkeys(clauses) if clause not in found]
        new: dict[int, list[DutyRun]] = {clause: [] for clause in missing}
        for run in scan(missing) if missing else ():
            new[run.clause].append(run)
        for clause, runs in new.items():
            found[clause] = self._keep((asked, clause), tuple(runs))
        return (run for clause in clauses for run in found[clause])

    def _keep(self, key: Hashable, runs: Runs) -> Runs:
        with self._lock:
            if key not in self._kept:
                self._kept[key] = runs
                self._bytes += _bytes_of(runs)
            while self._bytes > self._most:
                self._bytes -= _bytes_of(self._kept.popitem(last=False)[1])
        return runs


def _bytes_of(runs: Runs) -> int:
    """Roughly; also what an empty entry takes."""
    return 200 + sum(
        run.case.nbytes + run.state.nbytes + (0 if isinstance(run.at, slice) else run.at.nbytes) for run in runs
    )
