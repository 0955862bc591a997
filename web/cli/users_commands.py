"""The command ``users``: an operator adds, lists and changes accounts, such as the first one of a site."""

from contextlib import closing
from dataclasses import replace
from typing import Any

import click

from domain.accounts.access_lines import OPERATOR
from domain.accounts.account_register import AccountExists, AccountRegister, NoSuchAccount
from domain.accounts.roles import ROLES
from web.admin.account_form import read_account
from web.cli import command_options
from web.site import passwords, system_clock


@click.group()
def users() -> None:
    """Who may sign in to the site: add, list, change, password."""


def _described(command: Any) -> Any:
    for option in (
        click.option("--grade", metavar="G", help="What countersignatures carry: po, pso, spo, senior_practitioner."),
        click.option("--inspection", "inspections", multiple=True, metavar="ID",
                     help="One that an inspector reads; again for more."),
        click.option("--place", "places", multiple=True, metavar="PLACE",
                     help="A team, division or area that the person answers for; again for more."),
        click.option("--name", metavar="NAME", help="The name in the case files, such as 'Ruth Ablewhite'."),
        click.option("--role", type=click.Choice(ROLES)),
    ):  # fmt: skip
        command = option(command)
    return command


@users.command()
@click.argument("username")
@_described
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for when not given.")
@command_options.database
def add(username: str, password: str, database: str, **given: Any) -> None:
    """Make an account."""
    account, problems = read_account(_form(username, given))
    if fault := passwords.fault(password, username, given.get("name") or ""):
        problems["password"] = fault
    if account is None or problems:
        raise click.UsageError("; ".join(f"{name}: {words}" for name, words in problems.items()))
    with _register(database, make=True) as register:
        try:
            register.add(account, passwords.hashed(password))
        except AccountExists as error:
            raise click.UsageError(str(error)) from error
        register.log.add(system_clock.now(), OPERATOR, "account made", detail=f"{username}: {account.role}")
    click.echo(f"{username} may sign in as {account.role.replace('_', ' ')}")


@users.command("list")
@command_options.database
def list_(database: str) -> None:
    """All accounts."""
    with _register(database) as register:
        for a in register.accounts():
            scope = ", ".join((*a.places, *a.inspections))
            click.echo(
                f"{a.username:<20} {a.role:<20} {a.name}{f' ({scope})' if scope else ''}{' closed' if a.disabled else ''}"
            )


@users.command()
@click.argument("username")
@_described
@click.option("--close/--open", "closed", default=None, help="Nobody can sign in with a closed account.")
@command_options.database
def change(username: str, closed: bool | None, database: str, **given: Any) -> None:
    """Change what an account is, or close it. What is not named stays."""
    with _register(database) as register:
        standing = _found(register, username)
        kept = {"name": standing.name, "role": standing.role, "grade": standing.grade, "places": standing.places,
                "inspections": standing.inspections}  # fmt: skip
        account, problems = read_account(_form(username, {k: v or kept[k] for k, v in given.items()}))
        if account is None:
            raise click.UsageError("; ".join(f"{name}: {words}" for name, words in problems.items()))
        disabled = standing.disabled if closed is None else closed
        register.change(replace(account, disabled=disabled, must_change=standing.must_change))
        register.log.add(system_clock.now(), OPERATOR, "account changed", detail=username)
    click.echo(f"{username} is changed")


@users.command()
@click.argument("username")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for when not given.")
@command_options.database
def password(username: str, password: str, database: str) -> None:
    """Give an account a new password, to be changed at the next sign-in."""
    with _register(database) as register:
        account = _found(register, username)
        if fault := passwords.fault(password, username, account.name):
            raise click.UsageError(fault)
        register.set_password(username, passwords.hashed(password), must_change=True)
        register.log.add(system_clock.now(), OPERATOR, "password changed", detail=f"for {username}")
    click.echo(f"{username} has a new password")


def _form(username: str, given: dict[str, Any]) -> dict[str, str]:
    lists = {name: "\n".join(given.get(name) or ()) for name in ("places", "inspections")}
    return {"username": username, **{n: given.get(n) or "" for n in ("name", "role", "grade")}, **lists}


def _register(database: str, *, make: bool = False) -> closing[AccountRegister]:
    command_options.open_files(database, make=make).close()
    return closing(AccountRegister(command_options.database_at(database).address))


def _found(register: AccountRegister, username: str) -> Any:
    try:
        return register.account(username)
    except NoSuchAccount:
        known = ", ".join(a.username for a in register.accounts())
        raise click.UsageError(f"there is no account '{username}'; there are: {known or 'none yet'}") from None


COMMANDS = [users]
