"""How long deriving takes, against decoding the same stored facts with msgspec and doing nothing.

    python -m benchmarks.deriving [--cases N] [--rounds R]

On the cases of the demonstration's two samples, taken again from the first where N asks for more. Each round decodes every
case and derives it, one case after another, with hindsight and on both axes of time. Beside them stands one question: five
clauses of the longest case, as it was known at the end of one day, and the state of each duty on that day.
Deriving begins with the facts decoded; the best round of each counts. The time is the process's own, so that other work
disturbs it less.
"""

import gc
from collections.abc import Callable, Iterator
from datetime import date
from itertools import cycle, islice
from time import process_time
from typing import Any

import click
import msgspec

from domain.entries.case_entries import ENTRY_TYPES, Entry
from domain.entries.schemas import load_entry
from domain.policy.clauses import Clause
from domain.policy.standards.edition_files import national_standards
from projections.history.history import History, end_of_day
from projections.ledger.ledger import ledger
from projections.obligations.clause_catalogue import catalogue
from projections.obligations.derive import obligations
from projections.obligations.duty_state import State
from web.demo import FOLLOW_UP, ORIGINAL, lines

Stored = list[tuple[str, bytes]]
"""The facts of one case as the store keeps them: the type beside the bytes of each."""

READ_ON = date(2005, 7, 1)
"""The day of the one question: in summer, when London is ahead of UTC."""

FIVE = (
    "first-contact", "risk-of-harm-assessment", "likelihood-of-reoffending-assessment", "initial-supervision-plan",
    "absence-decision",
)  # fmt: skip
"""Its clauses, all of the kind ``within``: the start raises four of them once, each absence raises the fifth."""

ASKED = 100
"""How often it is asked in a round."""

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


def five_clauses(case: list[Entry]) -> tuple[Clause, ...]:
    """The clauses of the one question, as in force on the first day of a case."""
    first = History.of(case).first_day
    return tuple(clause for clause in national_standards().clauses if clause.id in FIVE and clause.in_force(first))


def states(case: list[Entry], clauses: tuple[Clause, ...]) -> list[State | None]:
    """The state of each duty of a case on one day, as known at its end."""
    history = History.of(case, end_of_day(READ_ON))
    return [duty.state(READ_ON) for duty in obligations(history, clauses)]


@click.command()
@click.option("--cases", default=120, show_default=True, help="How many cases.")
@click.option("--rounds", default=8, show_default=True, help="How often each is measured.")
def main(cases: int, rounds: int) -> None:
    """What deriving takes beside decoding the same facts."""
    stored = list(islice(cycle(list(sample_cases())), cases))
    facts, clauses = [decoded(case) for case in stored], catalogue().clauses
    longest = max(facts, key=len)
    five = five_clauses(longest)
    work: dict[str, tuple[int, Callable[[], Any]]] = {
        "decoding": (cases, lambda: [len(decoded(case)) for case in stored]),
        "hindsight": (cases, lambda: [len(obligations(History.of(case), clauses)) for case in facts]),
        "both axes": (cases, lambda: [len(ledger(case).duties) for case in facts]),
        "one day, five clauses": (ASKED, lambda: [len(states(longest, five)) for _ in range(ASKED)]),
    }
    best = dict.fromkeys(work, float("inf"))
    for _, does in work.values():
        does()  # what is read first is not counted
    for _ in range(rounds):
        for name, (times, does) in work.items():
            best[name] = min(best[name], seconds(does) / times)
    decoding, one = best.pop("decoding"), best.pop("one day, five clauses")
    click.echo(f"{cases} cases of {sum(map(len, stored)) / cases:.0f} facts; decoding {decoding * 1e6:.0f} us a case")
    for name, took in best.items():
        click.echo(
            f"{name:12}{took * 1e6:7.0f} us a case   decoding is {decoding / took:.3f} of it, "
            f"{decoding / (decoding + took):.3f} of both together"
        )
    click.echo(
        f"one day of one case of {len(longest)} facts, {len(five)} clauses, {len(states(longest, five))} duties: {one * 1e6:.0f} us"
    )


if __name__ == "__main__":
    main()
