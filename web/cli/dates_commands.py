"""The command ``dates``: dates of a sentence that are worked out, each with its source."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import get_args

import click

from domain.entries.code_lists import HandoverKind
from domain.policy.cited_documents import SURE
from domain.policy.sentence_dates import SentenceDate, eligibility, final_third, handover, recall_ends
from web.cli import command_options
from web.presentation.formatting import long_date

_day = command_options.Day()


@click.group()
def dates() -> None:
    """Dates of a sentence: the final third, a fixed-term recall, the handover from custody. Nothing is read or stored."""


@dates.command("third")
@click.option("--begins", type=_day, required=True, metavar="D", help="The day of the order, or of the first release.")
@click.option("--ends", type=_day, required=True, metavar="D", help="The last day of the order or the licence.")
@click.option("--licence", is_flag=True, help="On licence there is one follow-up.")
def third(begins: date, ends: date, licence: bool) -> None:
    """When the final third begins, and the one follow-up on licence."""
    with _together():
        _show(final_third(begins, ends, licence=licence))


@dates.command("recall")
@click.option("--returned", type=_day, required=True, metavar="D", help="The day of return to custody.")
@click.option("--under-twelve-months", is_flag=True, help="The sentence is under twelve months.")
@click.option("--young", is_flag=True, help="A relevant young offender.")
@click.option(
    "--normal-release", type=_day, metavar="D", help="Recalled from home detention curfew: the normal release."
)
def recall(returned: date, under_twelve_months: bool, young: bool, normal_release: date | None) -> None:
    """The last day of a fixed-term recall."""
    with _together():
        _show(
            [recall_ends(returned, under_twelve_months=under_twelve_months, young=young, normal_release=normal_release)]
        )
    for rule in eligibility(returned):
        click.echo(f"Told of who is given one: {rule.says}\n    {rule.citation}: {SURE[rule.sure]} ({rule.remark})")


@dates.command("handover")
@click.option("--kind", type=click.Choice(get_args(HandoverKind)), required=True)
@click.option("--sentenced", type=_day, required=True, metavar="D")
@click.option(
    "--release", type=_day, required=True, metavar="D", help="Earliest release, tariff, hearing or parole date."
)
def hand_over(kind: HandoverKind, sentenced: date, release: date) -> None:
    """When a case goes from prison to the community."""
    with _together():
        _show(handover(kind, sentenced, release))


@contextmanager
def _together() -> Iterator[None]:
    """A usage error for dates that cannot be true together, or that lead out of the calendar."""
    try:
        yield
    except OverflowError:
        raise click.UsageError("what follows from these days lies beyond the calendar") from None
    except ValueError as error:
        raise click.UsageError(str(error)) from None


def _show(found: Iterable[SentenceDate]) -> None:
    for one in found:
        remark = f" ({one.rule.remark})" if one.rule.remark else ""
        click.echo(f"{long_date(one.on)}: {one.what}")
        click.echo(f"    {one.rule.citation}: {SURE[one.rule.sure]}{remark}")


COMMANDS = [dates]
