"""How long deriving takes, against decoding the same stored facts with msgspec and doing nothing.

    python -m benchmarks.deriving [--cases N] [--rounds R]

On the cases of the demonstration's two samples, taken again from the first where N asks for more. Each round decodes every
case and derives it, with hindsight and on both axes of time: one case after another in plain Python, as a page or the
follower does, and so many together by compiled code, into arrays of rows, and
these made the ledgers that a rebuild takes. Deriving begins with the facts
decoded; the best round of each counts. The time is the process's own, so that other work disturbs it less.
"""

import gc
from collections.abc import Callable, Iterator
from itertools import cycle, islice
from time import process_time
from typing import Any

import click
import msgspec

from domain.entries.case_entries import ENTRY_TYPES, Entry
from domain.entries.schemas import load_entry
from projections.compiled.coded import Coding
from projections.compiled.deriving import laid, ledgers_of
from projections.compiled.reading import Reading
from projections.history.history import History
from projections.ledger.ledger import ledger
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.derive import obligations
from web.demo import FOLLOW_UP, ORIGINAL, lines

Stored = list[tuple[str, bytes]]
"""The facts of one case as the store keeps them: the type beside the bytes of each."""

DECODE = {name: msgspec.json.Decoder(fact_type).decode for name, fact_type in ENTRY_TYPES.items()}


def decoded(case: Stored) -> list[Entry]:
    return [DECODE[name](state) for name, state in case]


def sample_cases() -> Iterator[Stored]:
    """The cases of the two samples, as stored."""
    for sample in (ORIGINAL, FOLLOW_UP):
        cases: dict[str, Stored] = {}
        for line in lines(sample):
            if ENTRY_TYPES[line["type"]].kept_on == "case":
                values = {name: value for name, value in line.items() if name not in ("case", "type")}
                fact = load_entry(line["type"], values)
                cases.setdefault(line["case"], []).append((line["type"], msgspec.json.encode(fact)))
        yield from cases.values()


def seconds(work: Callable[[], Any]) -> float:
    gc.collect()
    began = process_time()
    work()
    return process_time() - began


@click.command()
@click.option("--cases", default=240, show_default=True, help="How many cases.")
@click.option(
    "--together", default=120, show_default=True, help="How many of them are derived together by compiled code."
)
@click.option("--rounds", default=5, show_default=True, help="How often each is measured.")
def main(cases: int, together: int, rounds: int) -> None:
    """What deriving takes beside decoding the same facts."""
    stored = list(islice(cycle(list(sample_cases())), cases))
    facts = [decoded(case) for case in stored]
    batches = [facts[at : at + together] for at in range(0, cases, together)]
    clauses, coding = catalogue().clauses, Coding(Reading(catalogue().clauses))
    work: dict[str, Callable[[], Any]] = {
        "decoding": lambda: [len(decoded(case)) for case in stored],
        "hindsight, one by one": lambda: [len(obligations(History.of(case), clauses)) for case in facts],
        "both axes, one by one": lambda: [len(ledger(case).duties) for case in facts],
        "hindsight, compiled": lambda: [len(laid(coding, coding.standing(some)).rows) for some in batches],
        "both axes, compiled": lambda: [len(laid(coding, coding.growing(some)).rows) for some in batches],
        "the same as ledgers": lambda: [len(list(ledgers_of(coding, some))) for some in batches],
    }
    best = dict.fromkeys(work, float("inf"))
    for does in work.values():
        does()  # what is compiled or read first is not counted
    for _ in range(rounds):
        for name, does in work.items():
            best[name] = min(best[name], seconds(does))
    decoding = best.pop("decoding")
    click.echo(
        f"{cases} cases of {sum(map(len, stored)) / cases:.0f} facts; decoding {decoding / cases * 1e6:.0f} us a case"
    )
    for name, took in best.items():
        click.echo(
            f"{name:24}{took / cases * 1e6:7.0f} us a case   decoding is {decoding / took:.3f} of it, "
            f"{decoding / (decoding + took):.3f} of both together"
        )


if __name__ == "__main__":
    main()
