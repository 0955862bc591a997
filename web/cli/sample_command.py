"""The command ``sample``: repeat the draw of an inspection."""

import click

from domain.aggregates.sampling import CannotDraw, draw, ticket
from projections.cases.case_repository import CaseRepository
from web.cli import command_log, command_options
from web.presentation.formatting import count_noun, left_out_said


@click.command()
@click.argument("inspection")
@click.option("--size", type=click.IntRange(min=1), help="Cases in the sample. Default: as it was drawn.")
@click.option("--seed", help="Default: as it was drawn.")
@click.option("--per-officer", type=click.IntRange(min=1), help="At most so many cases of one officer.")
@click.option("--spares", type=click.IntRange(0, 100), help="Spare cases, per cent of the sample.")
@click.option("--every-sentence", is_flag=True, help="With the further sentences of a person that the frame left out.")
@command_options.database
def sample(
    inspection: str,
    size: int | None,
    seed: str | None,
    per_officer: int | None,
    spares: int | None,
    every_sentence: bool,
    database: str,
) -> None:
    """Draw an inspection's sample again from its frame, and say whether it is the one on record.

    Other sizes and seeds show what they would draw. Nothing is stored: draws are put on record in the browser.
    """
    book = CaseRepository(command_options.open_files(database))
    command_options.check_inspection(book, inspection)
    found = book.inspection(inspection)
    if found.frame is None:
        raise click.UsageError(
            f"{inspection} has no frame: its cases were chosen elsewhere, or nobody has taken one yet"
        )
    was = found.drawn
    if was is None and (size is None or seed is None):
        raise click.UsageError("nothing has been drawn yet: say --size and --seed")
    seed = seed or (was.seed if was else "")
    framed = [*found.frame.cases, *(found.frame.left_out if every_sentence else ())]
    try:
        drawn = draw(
            framed, size or (was.size if was else 0), seed,
            per_officer=per_officer or (was.per_officer if was else None),
            spare_per_cent=spares if spares is not None else (was.spare_per_cent if was else 20),
        )  # fmt: skip
    except CannotDraw as error:
        raise click.UsageError(str(error)) from error
    command_log.shows(database, [*drawn.cases, *drawn.spares])
    strata = {case.case: case.stratum for case in framed}
    for name, cases in (("drawn", drawn.cases), ("spare", drawn.spares)):
        for case in cases:
            click.echo(f"{name:<8}{case:<16}{strata[case]:<40}{ticket(seed, case)[:16]}")
    if found.frame.left_out and not every_sentence:
        click.echo(left_out_said(len(found.frame.left_out)))
    same = was is not None and (was.cases, was.spares) == (drawn.cases, drawn.spares)
    click.echo(
        f"{count_noun(len(drawn.cases), 'case')} drawn, {count_noun(len(drawn.spares), 'spare')}: "
        + ("the draw on record" if same else "not the draw on record" if was else "nothing is on record yet")
    )


COMMANDS = [sample]
