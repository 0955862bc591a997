"""The command ``sample``: repeat the draw of an inspection, and say what its seed was made from."""

import json
from typing import get_args

import click

from domain.aggregates.inspection import Inspection
from domain.aggregates.sampling import CannotDraw, Drawn, draw, ticket
from domain.entries.code_lists import DrawMethod
from domain.entries.inspection_entries import Framed
from domain.entries.refusals import Refused
from domain.store.application import Files
from domain.store.draw_seeds import check_seed, own_names
from projections.cases.case_repository import CaseRepository
from web.cli import command_log, command_options
from web.presentation.formatting import count_noun

LONGEST_SEED = 200
"""Characters of a seed."""


def _seed(_: click.Context, __: click.Parameter, given: str | None) -> str | None:
    if given is not None and not 0 < len(given) <= LONGEST_SEED:
        raise click.BadParameter(f"a seed has from 1 to {LONGEST_SEED} characters; this one has {len(given):,}")
    return given


@click.command()
@click.argument("inspection")
@click.option("--size", type=click.IntRange(min=1), help="Cases in the sample. Default: as it was drawn.")
@click.option("--seed", callback=_seed, help="Default: as it was drawn.")
@click.option("--per-officer", type=click.IntRange(min=1), help="At most so many cases of one officer.")
@click.option("--spares", type=click.IntRange(0, 100), help="Spare cases, per cent of the sample.")
@click.option(
    "--method", type=click.Choice(get_args(DrawMethod)), help="The rule of the shares. Default: as it was drawn."
)
@click.option("--every-sentence", is_flag=True, help="With the further sentences of a person that the frame left out.")
@command_options.form("text", "json")
@command_options.database
def sample(
    inspection: str,
    size: int | None,
    seed: str | None,
    per_officer: int | None,
    spares: int | None,
    method: DrawMethod | None,
    every_sentence: bool,
    form: str,
    database: str,
) -> None:
    """Draw an inspection's sample again from its frame, and say whether it is the one on record.

    Other sizes and seeds show what they would draw. Nothing is stored: draws are put on record in the browser, with the seed that
    the record gives. See docs/sampling.md.
    """
    from web.inspections.draw_words import draw_document, left_out_of

    book = CaseRepository(command_options.open_files(database))
    command_options.check_inspection(book, inspection)
    found = book.inspection(inspection)
    if found.frame is None:
        raise click.UsageError(
            f"{inspection} has no frame: its cases were chosen elsewhere, or nobody has taken one yet"
        )
    was = found.drawn
    if was is None and (form == "json" or size is None or seed is None):
        raise click.UsageError("nothing has been drawn yet: draw the sample in the browser, or say --size and --seed")
    if form == "json":
        command_log.shows(database, [framed.case for framed in found.frame.cases])
        click.echo(json.dumps(draw_document(inspection, found), indent=1, ensure_ascii=False))
        return
    further = [one for one in found.frame.left_out if one.why == "further_sentence"] if every_sentence else []
    framed: list[Framed] = [*found.frame.cases, *further]
    seed = seed or (was.seed if was else "")
    try:
        drawn = draw(
            framed, size or (was.size if was else 0), seed,
            per_officer=per_officer or (was.per_officer if was else None),
            spare_per_cent=spares if spares is not None else (was.spare_per_cent if was else 20),
            method=method or (was.method if was else "largest_remainder"),
        )  # fmt: skip
    except CannotDraw as error:
        raise click.UsageError(str(error)) from error
    command_log.shows(database, [*drawn.cases, *drawn.spares])
    _print(drawn, framed, seed)
    if not every_sentence and (said := left_out_of(found.frame)):
        click.echo(said)
    same = was is not None and (was.cases, was.spares) == (drawn.cases, drawn.spares)
    click.echo(
        f"{count_noun(len(drawn.cases), 'case')} drawn, {count_noun(len(drawn.spares), 'spare')}: "
        + ("the draw on record" if same else "not the draw on record" if was else "nothing is on record yet")
    )
    if was is not None:
        click.echo(_proved(book.files, inspection, found))


def _print(drawn: Drawn, framed: list[Framed], seed: str) -> None:
    strata = {case.case: case.stratum for case in framed}
    for name, cases in (("drawn", drawn.cases), ("spare", drawn.spares)):
        for case in cases:
            click.echo(f"{name:<8}{case:<16}{strata[case]:<40}{ticket(seed, case)[:16]}")


def _proved(files: Files, name: str, found: Inspection) -> str:
    """Where the seed on record came from, and whether this record proves it."""
    from web.inspections.draw_words import seed_said

    assert found.frame is not None and found.drawn is not None
    own, source = own_names(files), found.drawn.seed_from
    said = f"the seed on record: {seed_said(found.drawn, own)}"
    if source is None or source.record not in own:
        return said
    try:
        check_seed(files, files.read(name), found.frame, source)
    except Refused as error:
        return f"{said}; but {error.reason}"
    return f"{said}; this record proves it"


COMMANDS = [sample]
