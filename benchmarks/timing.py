"""How long something takes: by the clock, and in the processor's time."""

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

Figures = dict[str, float]


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
