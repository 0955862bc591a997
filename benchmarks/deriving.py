"""How long deriving takes, against decoding the same stored facts with msgspec and doing nothing.

    python -m benchmarks.deriving [--cases N] [--rounds R]

On the cases of the demonstration's two samples, taken again from the first where N asks for more. Each round decodes every
case, decodes and derives it with hindsight, decodes and derives it on both axes of time; the best round of each counts. The
time is the process's own, so that other work on the machine disturbs it less.
"""

from collections.abc import Callable, Iterator
from itertools import cycle, islice
from time import process_time
from typing import Any

import click
import msgspec

from domain.facts import FACT_TYPES, Fact
from domain.schemas import load_fact
from projections.catalogue import catalogue
from projections.history import History
from projections.ledger import ledger
from projections.obligations import obligations
from web.samples import FOLLOW_UP, ORIGINAL, lines

Stored = list[tuple[str, bytes]]
"""The facts of one case as the store keeps them: the type beside the bytes of each."""

DECODE = {name: msgspec.json.Decoder(fact_type).decode for name, fact_type in FACT_TYPES.items()}


def decoded(case: Stored) -> list[Fact]:
    return [DECODE[name](state) for name, state in case]


def with_hindsight(case: Stored) -> Any:
    return obligations(History.of(decoded(case)), catalogue().clauses)


def on_both_axes(case: Stored) -> Any:
    return ledger(decoded(case))


def sample_cases() -> Iterator[Stored]:
    """The cases of the two samples, as stored."""
    for sample in (ORIGINAL, FOLLOW_UP):
        cases: dict[str, Stored] = {}
        for line in lines(sample):
            if FACT_TYPES[line["type"]].kept_on == "case":
                values = {name: value for name, value in line.items() if name not in ("case", "type")}
                fact = load_fact(line["type"], values)
                cases.setdefault(line["case"], []).append((line["type"], msgspec.json.encode(fact)))
        yield from cases.values()


def seconds(work: Callable[[Stored], Any], cases: list[Stored]) -> float:
    began = process_time()
    for case in cases:
        work(case)
    return process_time() - began


@click.command()
@click.option("--cases", default=120, show_default=True, help="How many cases.")
@click.option("--rounds", default=3, show_default=True, help="How often each is measured.")
def main(cases: int, rounds: int) -> None:
    """What deriving takes beside decoding the same facts."""
    stored = list(islice(cycle(list(sample_cases())), cases))
    work = {"decoding": decoded, "with hindsight": with_hindsight, "on both axes": on_both_axes}
    best = dict.fromkeys(work, float("inf"))
    for _ in range(rounds):
        for name, does in work.items():
            best[name] = min(best[name], seconds(does, stored))
    click.echo(f"{cases} cases of {sum(map(len, stored)) / cases:.0f} facts")
    for name, took in best.items():
        click.echo(f"{name:16} {took / cases * 1e6:8.0f} us a case   decoding is {best['decoding'] / took:.3f} of it")


if __name__ == "__main__":
    main()
