"""How long something takes: by the clock, and in the processor's time."""

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

Figures = dict[str, float]

ENOUGH = 10.0
"""Seconds after which a page is not taken again, if it was twice."""


class Took(NamedTuple):
    """How long something took: by the clock, and in the processor's time of this process, all its threads together."""

    clock: float
    processor: float


def took(take: Callable[[], Any]) -> Took:
    clock, processor = time.perf_counter(), time.process_time()
    take()
    return Took(time.perf_counter() - clock, time.process_time() - processor)


def best(name: str, every: Sequence[Took]) -> Figures:
    """The least of several runs: what the machine's other work adds is left out as far as can be."""
    return {name: min(t.clock for t in every), f"{name} (processor)": min(t.processor for t in every)}


def best_in_turns(takes: Mapping[str, Callable[[], Any]], times: int) -> Figures:
    """The best of each. They are taken in turn, so that what else the machine does is shared."""
    every: dict[str, list[Took]] = {name: [] for name in takes}
    for _ in range(times):
        for name, take in takes.items():
            every[name].append(took(take))
    found: Figures = {}
    for name, runs in every.items():
        found |= best(name, runs)
    return found


class Figure(NamedTuple):
    """Seconds. ``cold``: by the clock, before anything of it was kept; then warm, by the clock: the middle of several runs and
    what 95 of 100 do not exceed; the least and the middle of the processor's time. ``beside``: of the processor, the least of
    what it is compared with.
    """

    cold: float
    warm: float
    ninety_five: float
    least: float
    middle: float
    beside: float


def several(take: Callable[[], object], times: int) -> tuple[float, float, float, float, float]:
    """Take something once, and then so often: the first five parts of a ``Figure``."""
    cold, runs = took(take).clock, list[Took]()
    began = time.perf_counter()
    while len(runs) < times and (len(runs) < min(2, times) or time.perf_counter() - began < ENOUGH):
        runs.append(took(take))
    processor, clock = [run.processor for run in runs], sorted(run.clock for run in runs)
    warm, ninety_five = statistics.median(clock), clock[-(-len(clock) * 95 // 100) - 1]
    return cold, warm, ninety_five, min(processor), statistics.median(processor)
