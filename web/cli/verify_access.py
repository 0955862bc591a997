"""What ``verify`` says of the access log."""

from collections.abc import Sequence

import click

from domain.accounts.access_check import check_access, missing_guards, proof_of
from domain.accounts.access_lines import LogUnavailable
from domain.accounts.access_log import AccessLog
from domain.proof.checkpoints import Checkpoint, log_origin
from domain.proof.signed_notes import VerifierKey
from domain.store.hash_chain import BrokenChain
from domain.store.head_check import check_access_head
from domain.store.log_check import Known
from web.cli.progress_bars import progress_of
from web.presentation.formatting import count_noun


def prove_access(log: AccessLog, record: str, beside: Sequence[Known], keys: Sequence[VerifierKey]) -> None:
    """Check the access log of the record of this name and print what was checked; ``BrokenChain`` at the first fault.

    ``beside``: what checkpoints say of it. ``keys``: those of the record, none where nothing is signed.
    """
    try:
        guards = missing_guards(log)
        begun = proof_of(log).head.frontier.size
        with progress_of(begun, "Verifying the access log") as bar:
            for done in check_access(log, beside):
                bar.update(bar.task_ids[0], completed=done)
        found = proof_of(log)
    except LogUnavailable as error:
        raise BrokenChain(str(error)) from error
    head = found.head
    if keys and head.frontier.size:
        own = Checkpoint(log_origin(record, "access"), head.frontier.size, head.frontier.root, head.number)
        check_access_head(own, head.note, keys)
    if guards:
        raise BrokenChain(
            f"the access log: its triggers were missing or switched off: {', '.join(guards)}; what was changed meanwhile, only a "
            "checkpoint from before shows for certain"
        )
    later = f"; {found.unsealed:,} not in its tree yet" if found.unsealed else ""
    click.echo(f"{count_noun(begun, 'line')} of the access log verified{later}")
