"""What ``caseaudit verify`` says of the samples of inspections: each is what its frame and seed give."""

import click

from domain.store.application import Files
from domain.store.draw_seeds import drawn_elsewhere, wrong_draws
from domain.store.hash_chain import BrokenChain


def prove_draws(files: Files) -> None:
    """Draw every sample on record again, and hold its seed against the log. ``BrokenChain`` where one is another.

    Prints which seeds this record cannot prove.
    """
    if wrong := [*wrong_draws(files)]:
        raise BrokenChain(f"a sample is not what frame and seed give: {'; '.join(wrong)}")
    for words in drawn_elsewhere(files):
        click.echo(words)
