"""The commands ``hold``, ``erase`` and ``redact``: what is kept of a person, and what is destroyed for good."""

import re
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import date, datetime
from typing import Any, NamedTuple

import click

from domain.accounts.access_lines import OPERATOR
from domain.accounts.account_register import AccountRegister
from domain.accounts.confirming import confirmers
from domain.accounts.requests import LIFE, Request, RequestKind
from domain.calendar.london_time import day_of
from domain.entries.entry import CASE
from domain.entries.person_entries import HoldLifted, HoldPlaced, PersonErased, TextRedacted, person_file
from domain.sealing.person_key import Where
from domain.store import erasing
from domain.store.erasing import NotErased, cases_of, check_sealed, check_text, linked_crns
from domain.store.person_register import all_holds, holds_on
from domain.store.stored_by import StoredBy
from projections.cases.case_repository import CaseRepository
from projections.cases.erasure_check import (
    BACKUPS,
    RESTRICT_FIRST,
    WHAT_IS_LEFT,
    handed_out,
    hindrances,
    holds_against,
    may_confirm_for,
    published_with,
)
from projections.exports.made_exports import exports_holding
from web.cli import command_log, command_options
from web.site import system_clock

POSTGRES = (
    "On PostgreSQL the old rows stay in the files of the tables until the owner runs: VACUUM FULL person_keys, text_keys; and in "
    "archived write-ahead logs for as long as these are kept."
)

WAITS = "Nothing is destroyed yet: a second person must confirm it within {} days on the page Requests."
ALONE = "No account could confirm it: it holds at once, and is marked as done alone."


class _Shell(NamedTuple):
    """What the commands work on."""

    book: CaseRepository
    register: AccountRegister
    now: datetime

    @property
    def day(self) -> date:
        return day_of(self.now)

    def cases(self, crn: str) -> list[str]:
        found = cases_of(self.book.files, crn)
        if not found:
            raise click.UsageError(f"no case of {crn} is on record")
        return found


class Subject(click.ParamType[str]):
    """A CRN, or with ``case`` the reference of a case too."""

    name = "CRN"

    def __init__(self, *, case: bool = False):
        self._case = case

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if not re.fullmatch(CASE, f"{value}/1") and not (self._case and re.fullmatch(CASE, value)):
            also = ", or a case, like X123456/1" if self._case else ""
            self.fail(f"'{value}' is no CRN; write it like X123456{also}", param, ctx)
        return value


@click.command()
@click.argument("subject", type=Subject(case=True), required=False, metavar="CASE|CRN")
@click.option(
    "--reason", metavar="TEXT", help="Why it is held, or why the hold is lifted; the record keeps it for good."
)
@click.option(
    "--until", type=command_options.Day(), metavar="DAY", help="The last day of the hold. Default: until lifted."
)
@click.option("--lift", is_flag=True, help="Lift the hold on this case or CRN.")
@click.option("--list", "listed", is_flag=True, help="List every hold that is not lifted.")
@command_options.database
def hold(subject: str | None, reason: str | None, until: date | None, lift: bool, listed: bool, database: str) -> None:
    """Hold what is kept of a person: nothing of it is erased or redacted until the hold is lifted or its day is over."""
    with _opened(database) as shell:
        if listed:
            _list_holds(shell, database)
            return
        if subject is None or not reason:
            raise click.UsageError("name the case or CRN, and say why with --reason; or --list")
        _hold(shell, subject, reason, until, lift=lift)


def _hold(shell: _Shell, subject: str, reason: str, until: date | None, *, lift: bool) -> None:
    files, (crn, _, number) = shell.book.files, subject.partition("/")
    case = subject if number else None
    if subject not in (*shell.cases(crn), crn):
        raise click.UsageError(f"there is no case {subject}")
    standing = [one.subject for one in holds_on(files, crn)]
    if lift and subject not in standing:
        raise click.UsageError(f"nothing holds {subject}; holds on this person: {', '.join(standing) or 'none'}")
    if until is not None and until < shell.day:
        raise click.UsageError(f"--until: {until} is over")
    fact = HoldLifted(at=shell.now, case=case, reason=reason) if lift else HoldPlaced(
        at=shell.now, case=case, reason=reason, until=until)  # fmt: skip
    files.enter(person_file(crn), fact, actor=_actor())
    shell.register.log.add(shell.now, OPERATOR, "recorded", references=[case] if case else shell.cases(crn),
                           route="hold", detail="lifted" if lift else "held")  # fmt: skip
    click.echo(
        f"The hold on {subject} is lifted."
        if lift
        else next(one.words for one in holds_on(files, crn) if one.subject == subject)
    )


def _list_holds(shell: _Shell, database: str) -> None:
    found = all_holds(shell.book.files)
    over = ["" if one.stands_on(shell.day) else " (over)" for one in found]
    command_log.said(database, [one.words + said for one, said in zip(found, over, strict=True)] or ["nothing is held"])


@click.command()
@click.argument("crn", type=Subject())
@click.option("--reason", required=True, metavar="TEXT", help="Why; the record keeps it for good.")
@click.option("--linked/--not-linked", default=None, help="Erase every linked CRN too, or none, without being asked.")
@click.option("--yes", is_flag=True, help="Do not ask whether to go on.")
@command_options.database
def erase(crn: str, reason: str, linked: bool | None, yes: bool, database: str) -> None:
    """Destroy the keys of a person's names, dates of birth and texts: they never open again. Two people.

    Refused while a case is current, in an inspection that is not published, or held. It says what it cannot reach.
    """
    with _opened(database) as shell:
        try:
            check_sealed(shell.book.files)
        except NotErased as error:
            raise click.ClickException(str(error)) from error
        wanted = [crn, *(one for one in linked_crns(shell.book.files, crn) if _take_too(shell, one, linked))]
        against = [why for one in wanted for why in hindrances(shell.book, one, shell.day)]
        if against:
            raise click.ClickException("nothing is erased:\n" + "\n".join(f"  {why}" for why in against))
        click.echo(RESTRICT_FIRST)
        cases = [case for one in wanted for case in shell.cases(one)]
        _say_out_of_reach(shell, wanted, cases)
        if not yes and not click.confirm(f"Erase {', '.join(wanted)} for good?"):
            raise click.Abort
        for one in wanted:
            _erase_one(shell, one, reason)


def _take_too(shell: _Shell, crn: str, linked: bool | None) -> bool:
    """Whether a linked CRN is erased too; each is named, with what stands against it."""
    if not cases_of(shell.book.files, crn):
        click.echo(f"{crn} is linked; no case of it is on record.")
        return False
    against = hindrances(shell.book, crn, shell.day)
    words = f"{crn} is linked: it is, or was once said to be, the same person's."
    click.echo(words + (f" It cannot be erased: {'; '.join(against)}." if against else ""))
    if against and linked is not True:
        return False
    return click.confirm(f"Erase {crn} too?") if linked is None else linked


def _erase_one(shell: _Shell, crn: str, reason: str) -> None:
    def done() -> None:
        fact = PersonErased(at=shell.now, reason=reason, asked_by=OPERATOR.username)
        found = erasing.erase(shell.book.files, crn, fact, actor=_actor())
        shell.register.forget(crn)
        click.echo(f"{crn} is erased.")
        if found.not_marked:
            click.echo(
                f"Warning: {found.not_marked}. An older copy of the database that is put back brings it back.", err=True
            )
        if shell.book.files.database.kind == "postgresql":
            click.echo(POSTGRES)

    _ask(shell, "person erased", crn, {"cases": shell.cases(crn)}, reason, shell.cases(crn), done)


@click.command()
@click.argument("case", type=Subject(case=True), metavar="CASE")
@click.argument("entry")
@click.argument("field")
@click.option("--reason", required=True, metavar="TEXT", help="Why; the record keeps it for good.")
@command_options.database
def redact(case: str, entry: str, field: str, reason: str, database: str) -> None:
    """Destroy the key of one text, such as the note of an entry that names somebody else. Two people.

    FIELD: which text, such as note, or actions.0 for the first of several. The other texts of the person still open.
    What a source says of that text later is not taken in.
    """
    with _opened(database) as shell:
        if "/" not in case:
            raise click.UsageError("name the case, like X123456/1")
        try:
            check_text(shell.book.files, Where(case, entry, field))
        except NotErased as error:
            raise click.ClickException(str(error)) from error
        if against := holds_against(shell.book, case, shell.day):
            raise click.ClickException("nothing is redacted:\n" + "\n".join(f"  {why}" for why in against))

        def done() -> None:
            fact = TextRedacted(
                at=shell.now, case=case, entry=entry, path=field, reason=reason, asked_by=OPERATOR.username
            )
            erasing.redact(shell.book.files, fact, actor=_actor())
            shell.register.drafts.forget(case.partition("/")[0])
            click.echo(f"The text {field} of entry {entry} of {case} is redacted.")

        _ask(shell, "text redacted", case, {"entry": entry, "path": field}, reason, [case], done)


def _ask(shell: _Shell, kind: RequestKind, subject: str, change: Mapping[str, Any], reason: str,
         cases: list[str], done: Any) -> None:  # fmt: skip
    """Ask a second person; where no account could confirm it, do it at once and mark it as done alone."""
    register = shell.register
    every = register.requests.every()
    if any(one.kind == kind and one.subject == subject and one.change == change and one.is_open(shell.now) and not one.alone
           for one in every):  # fmt: skip
        raise click.UsageError("this was asked for already, and waits on the page Requests for a second person")
    meant = Request(0, kind, subject, change, reason, OPERATOR.username, shell.now, alone=False)
    able = confirmers(meant, register.accounts(), every, shell.day)
    alone = not any(may_confirm_for(shell.book, who, cases, shell.day) for who in able)
    asked = register.requests.ask(kind, subject, change, reason=reason, by=OPERATOR.username, at=shell.now, alone=alone)
    said = f"request {asked.number}: {kind}{' (alone)' if alone else ''}"
    register.log.add(shell.now, OPERATOR, "asked", references=cases, route=kind.split(" ")[0], detail=said)
    click.echo(ALONE if alone else WAITS.format(LIFE.days))
    if alone:
        done()


def _say_out_of_reach(shell: _Shell, crns: list[str], cases: list[str]) -> None:
    """What no erasing reaches: what left the service, as far as it knows."""
    roles = {account.username: account.role for account in shell.register.accounts()}
    lines = [line for crn in crns for line in shell.register.log.lines(person=crn)]
    out = handed_out(lines, roles)
    click.echo("Not reached:")
    for title in published_with(shell.book, cases):
        click.echo(f"  the published report {title}, and every copy of it")
    for one in out:
        click.echo(f"  {one}")
    for export in exports_holding(shell.book, crns):
        click.echo(f"  {export.words(shell.day)}")
    if not out:
        click.echo("  (the access log names no download or export of these cases)")
    click.echo(f"  {BACKUPS}")
    click.echo(WHAT_IS_LEFT)


@contextmanager
def _opened(database: str) -> Iterator[_Shell]:
    with closing(command_options.open_files(database)) as files, closing(_register(database)) as register:
        yield _Shell(CaseRepository(files), register, system_clock.now())


def _register(database: str) -> AccountRegister:
    """The register of accounts; ``LogUnavailable`` where what is done could not be noted."""
    command_log.try_out(database)
    return AccountRegister(command_options.database_at(database).address)


def _actor() -> str:
    return str(StoredBy(operator=command_log.operator()))


COMMANDS = [hold, erase, redact]
