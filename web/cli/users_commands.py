"""The command ``users``: an operator adds, lists and changes accounts, such as the first one of a site."""

import os
from contextlib import closing
from dataclasses import replace
from typing import Any

import click

from domain.accounts.access_lines import OPERATOR
from domain.accounts.account_register import AccountRegister, account_values
from domain.accounts.account_rules import changes_kind
from domain.accounts.kept_accounts import AccountExists, By, KeyTaken, NoSuchAccount, StaleAccount
from domain.accounts.requests import RequestKind
from domain.accounts.roles import MACHINES, PLACE_LEVELS, RIGHTS, ROLES, Account
from domain.accounts.widening import widened
from domain.store.database import NotPrepared
from domain.store.stored_by import StoredBy
from web.admin.account_form import read_account
from web.cli import command_log, command_options
from web.cli.account_hints import warn_of_unknown
from web.site import passwords, system_clock


@click.group()
def users() -> None:
    """Who may sign in to the site: add, list, change, password, recover."""


def _described(command: Any) -> Any:
    for option in (
        click.option("--grade", metavar="G", help="What countersignatures carry: po, pso, spo, senior_practitioner."),
        click.option("--until", metavar="DAY",
                     help="The last day of the account, like 2027-03-31; an inspector and a machine must have one."),
        click.option("--subject", metavar="ID",
                     help="The subject of the client's access tokens, where the issuer gives another than its id."),
        click.option("--client", metavar="ID", help="The client of your organisation's sign-in that a machine is."),
        click.option("--source", metavar="NAME", help="The registered source that a machine records as."),
        click.option("--place-level", type=click.Choice(PLACE_LEVELS), help="What the places of a machine are."),
        click.option("--right", "rights", multiple=True, type=click.Choice(RIGHTS),
                     help="What a machine may do; again for more."),
        click.option("--staff", multiple=True, metavar="KEY",
                     help="How case files know the person: an id, or the name where files give no ids; again for more."),
        click.option("--inspection", "inspections", multiple=True, metavar="ID",
                     help="One that an inspector reads; again for more."),
        click.option("--place", "places", multiple=True, metavar="PLACE",
                     help="A team, division or area that the person answers for (an inspector: an area); again for more."),
        click.option("--name", metavar="NAME", help="The name as it is printed, such as 'Ruth Ablewhite'."),
        click.option("--role", type=click.Choice(ROLES)),
    ):  # fmt: skip
        command = option(command)
    return command


@users.command()
@click.argument("username")
@_described
@click.option("--password", help="Asked for when not given. A machine has none.")
@command_options.database
def add(username: str, password: str | None, database: str, **given: Any) -> None:
    """Make an account. A machine's tokens are made in the browser, on its page."""
    account, problems = read_account(_form(username, given))
    machine = given["role"] in MACHINES
    if machine and password is not None:
        raise click.UsageError("--password: leave it out; a machine has none and never signs in")
    if not machine:
        password = password or str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
    if password and (fault := passwords.fault(password, username, given.get("name") or "")):
        problems["password"] = fault
    if account is None or problems:
        raise click.UsageError("; ".join(f"{name}: {words}" for name, words in problems.items()))
    with _register(database, make=True) as register:
        first = not register.accounts()
        try:
            register.add(account, passwords.hashed(register.key, username, password) if password else "", by=_by())
        except (AccountExists, KeyTaken) as error:
            raise click.UsageError(str(error)) from error
        if not first:
            _alone(register, "account made", username, {"account": account_values(account)})
        register.log.add(system_clock.now(), OPERATOR, "account made", detail=f"{username}: {account.role}")
    uses = "use the API" if machine else "sign in"
    click.echo(f"{username} may {uses} as {account.role.replace('_', ' ')}")
    warn_of_unknown(database, account)


@users.command("list")
@command_options.database
def list_(database: str) -> None:
    """All accounts."""
    with _register(database) as register:
        wrong = register.differences()
        for a in register.accounts():
            level = f"{a.place_level}: " if a.place_level else ""
            source = (f"records as {a.source}",) if a.source else ()
            scope = ", ".join(
                (*a.rights, *(f"{level}{place}" for place in a.places), *a.inspections, *a.staff, *source)
            )
            state = " closed" if a.disabled else f" until {a.until}" if a.until else ""
            keyless = " no staff key: sees no case" if a.holds_cases and not a.staff else ""
            click.echo(f"{a.username:<20} {a.role:<20} {a.name}{f' ({scope})' if scope else ''}{state}{keyless}")
        for username, fault in wrong.items():
            click.echo(f"{username} SIGNS NOBODY IN: {fault}", err=True)


@users.command()
@click.argument("username")
@_described
@click.option("--close/--open", "closed", default=None, help="Nobody can sign in with a closed account.")
@command_options.database
def change(username: str, closed: bool | None, database: str, **given: Any) -> None:
    """Change what an account is, or close it. What is not named stays.

    What widens an account takes effect at once, and is marked as done alone until somebody confirms it on the site.
    """
    with _register(database) as register:
        standing = _found(register, username)
        if given["role"] and changes_kind(standing, given["role"]):
            raise click.UsageError(
                "--role: an account of a person never becomes a machine's, nor the other way; add another"
            )
        kept = account_values(standing) | _client(standing)
        issuer = "" if given["client"] else kept.get("issuer", "")
        account, problems = read_account(
            _form(username, {k: v or kept[k] for k, v in given.items()} | {"issuer": issuer})
        )
        if account is None:
            raise click.UsageError("; ".join(f"{name}: {words}" for name, words in problems.items()))
        disabled = standing.disabled if closed is None else closed
        changed = replace(account, disabled=disabled, must_change=standing.must_change, revision=standing.revision)
        try:
            register.change(changed, by=_by())
        except (KeyTaken, StaleAccount) as error:
            raise click.UsageError(str(error)) from error
        if wider := widened(standing, changed):
            change = {"account": account_values(changed), "was": account_values(standing), "widened": wider}
            _alone(register, "account changed", username, {**change, "revision": standing.revision})
        register.log.add(system_clock.now(), OPERATOR, "account changed", detail=username)
    click.echo(f"{username} is changed")
    if any(given[name] for name in ("places", "place_level", "staff", "source", "role")):
        warn_of_unknown(database, changed)


@users.command()
@click.argument("username")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for when not given.")
@command_options.database
def password(username: str, password: str, database: str) -> None:
    """Give an account a new password for 72 hours, to be changed at the next sign-in. All its sessions end."""
    with _register(database) as register:
        account = _person(register, username)
        if fault := passwords.fault(password, username, account.name):
            raise click.UsageError(fault)
        until = system_clock.now() + passwords.GIVEN_FOR
        register.set_password(
            username, passwords.hashed(register.key, username, password, until=until), must_change=True
        )
        register.log.add(system_clock.now(), OPERATOR, "password changed", detail=f"for {username}")
    click.echo(f"{username} has a new password")


@users.command()
@click.argument("username")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for when not given.")
@command_options.database
def recover(username: str, password: str, database: str) -> None:
    """Let somebody in again who has lost their password or second factor: the way back where nobody else can help.

    The account gets this password, to be changed at the next sign-in. Its sessions end, its second factors are removed.
    """
    with _register(database) as register:
        account = _person(register, username)
        if fault := passwords.fault(password, username, account.name):
            raise click.UsageError(fault)
        until = system_clock.now() + passwords.GIVEN_FOR
        register.take_key()
        register.factors.reset(username)
        register.set_password(
            username, passwords.hashed(register.key, username, password, until=until), must_change=True
        )
        register.log.add(system_clock.now(), OPERATOR, "password changed", detail=f"recovered {username}")
    click.echo(f"{username} may sign in again, and must change the password")


@users.command()
@click.argument("username")
@command_options.database
def restore(username: str, database: str) -> None:
    """Make the row of an account in its table what the record says again, after somebody wrote past the record.

    Its password stays, if it is one that was set here; its sessions end. See `caseaudit users list` for which rows differ.
    """
    with _register(database) as register:
        _found(register, username)
        fault = register.differences().get(username, "")
        register.restore(username)
        register.log.add(
            system_clock.now(),
            OPERATOR,
            "account changed",
            detail=f"{username}: restored{f', as {fault}' if fault else ''}",
        )
    click.echo(f"{username} is what the record says" if fault else f"{username} was what the record says")


@users.command()
@click.argument("username")
@command_options.database
def invite(username: str, database: str) -> None:
    """Make a link that binds the account to a person of the organisation's own sign-in (OpenID Connect), once."""
    with _register(database) as register:
        account = _person(register, username)
        register.log.add(system_clock.now(), OPERATOR, "account changed", detail=f"{username}: invited")
        token = register.identities.invite(username, system_clock.now())
    click.echo(f"Hand this to {account.name} alone; it works once, for 7 days: https://YOUR-SITE/invitation/{token}")


def _form(username: str, given: dict[str, Any]) -> dict[str, str]:
    lists = {name: "\n".join(given.get(name) or ()) for name in ("places", "inspections", "staff", "rights")}
    texts = ("name", "role", "grade", "until", "place_level", "source", "client", "subject")
    issuer = given.get("issuer") or os.environ.get("CASEAUDIT_OPENID_ISSUER", "").strip().rstrip("/")
    return {"username": username, "issuer": issuer, **{name: given.get(name) or "" for name in texts}, **lists}


def _client(account: Account) -> dict[str, str]:
    """The client of a machine as the options give it."""
    if account.client is None:
        return {"client": "", "subject": ""}
    return {"client": account.client.id, "subject": account.client.subject, "issuer": account.client.issuer}


def _alone(register: AccountRegister, kind: RequestKind, username: str, change: dict[str, Any]) -> None:
    """Mark what the operator did as done alone, until a second person confirms it on the site."""
    register.requests.ask(
        kind, username, change, reason="at the shell", by=OPERATOR.username, at=system_clock.now(), alone=True
    )


def _by() -> By:
    """Who runs this command, as the record keeps it."""
    return By(str(StoredBy(operator=command_log.operator())), system_clock.now())


def _register(database: str, *, make: bool = False) -> closing[AccountRegister]:
    """The register; ``LogUnavailable`` where what is done to it could not be noted."""
    command_options.open_files(database, make=make).close()
    command_log.try_out(database)
    try:
        return closing(AccountRegister(command_options.database_at(database).address))
    except NotPrepared as error:
        raise click.UsageError(f"--database: {error}") from error


def _person(register: AccountRegister, username: str) -> Account:
    """The account of a person; a usage error for a machine's."""
    found = _found(register, username)
    if found.is_machine:
        raise click.UsageError(f"'{username}' is a machine: it has no password and never signs in")
    return found


def _found(register: AccountRegister, username: str) -> Account:
    try:
        return register.account(username)
    except NoSuchAccount:
        known = ", ".join(a.username for a in register.accounts())
        raise click.UsageError(f"there is no account '{username}'; there are: {known or 'none yet'}") from None


COMMANDS = [users]
