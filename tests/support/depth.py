"""How much is tried of what is tried at random. One rule for properties, for histories made by hand and for killings.

``make test`` tries an eighth, and the same each time. ``make test-deep`` tries all of it, from fresh seeds: it loads the
hypothesis profile ``deep`` (``pytest --hypothesis-profile deep``). A failing example is printed with how to repeat it: a
property's by ``@reproduce_failure``, anything else's by the seed at the head of the run: ``CASEAUDIT_SEED=N`` before the
same command.
"""

import os
from random import Random, SystemRandom

from hypothesis import HealthCheck, settings

SHARE = 8
"""What a full number of examples is divided by where the run is not deep."""

PLAIN = 100
"""Full number of examples of a property that names none."""

# How long anything takes, drawing included, is for benchmarks: a busy machine must fail no test.
settings.register_profile(
    "quick",
    derandomize=True,
    deadline=None,
    max_examples=-(-PLAIN // SHARE),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.register_profile("deep", settings.get_profile("quick"), derandomize=False, max_examples=PLAIN, print_blob=True)


def deep() -> bool:
    return settings.get_current_profile_name() == "deep"


def times(number: int, least: int = 1) -> int:
    """So many of what is repeated in a deep run, an eighth of it (at least ``least``) in others."""
    return number if deep() else max(least, -(-number // SHARE))


def kills(number: int) -> int:
    """How often a victim is killed: as ``times``, or as often as ``CASEAUDIT_KILLS`` says (200 for a night)."""
    return int(os.environ.get("CASEAUDIT_KILLS") or times(number, least=2))


def examples(number: int) -> settings:
    """For a property: so many examples in a deep run, an eighth of them in others."""
    return settings(max_examples=times(number))


def dice(seed: int) -> Random:
    """Chance for what hypothesis does not draw: the same each time, or in a deep run from the seed of the run."""
    return Random(f"{os.environ['CASEAUDIT_SEED']} {seed}") if deep() else Random(seed)


def fresh_seed() -> str:
    """Before tests are collected: the seed of a deep run, unless one was given; every process of the run has the same."""
    return os.environ.setdefault("CASEAUDIT_SEED", str(SystemRandom().getrandbits(32)))
