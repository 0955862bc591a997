"""Machine accounts under test: an account, a token of it, and requests to the API with that."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from domain.accounts.roles import Account, Right
from domain.entries.register_entries import SourceRegistered
from domain.store.sources import file_of
from web.services import current_cases
from web.site import access_control, clock

MACHINE = Account(
    "feed", "Nightly feed", "machine", ("Gloucestershire",), rights=("read", "reports", "record"), place_level="area",
    source="crams",
)  # fmt: skip


def machine(
    app: Flask, account: Account = MACHINE, areas: Sequence[str] = ("Gloucestershire",), delay: int = 7
) -> Account:
    """A machine account, open for a year, that its source (registered for these areas) lets record."""
    with app.app_context():
        made = replace(account, until=account.until or clock.day() + timedelta(days=365))
        if made.source is not None:
            said = SourceRegistered(at=clock.now(), accounts=[made.username], areas=list(areas), normal_delay=delay)
            current_cases.repository().files.enter(file_of(made.source), said, actor="test")
        access_control.register().add(made)
    return made


def token(
    app: Flask, account: Account = MACHINE, rights: Iterable[Right] = (), name: str = "night", days: int = 30
) -> str:
    """A token of an account, with all of its rights unless others are named."""
    with app.app_context():
        register = access_control.register()
        held = register.account(account.username)
        until = clock.day() + timedelta(days=days)
        return register.tokens.make(held, name, tuple(rights) or held.rights, until, by="test", now=clock.now())


class MachineClient:
    """Asks the API with a token, and with no cookie."""

    def __init__(self, app: Flask, secret: str):
        self.client: FlaskClient = app.test_client()
        self.headers = {"Authorization": f"Bearer {secret}"}

    def get(self, path: str, **more: Any) -> Any:
        return self.client.get(path, headers=self.headers | more)

    def send(
        self,
        lines: Iterable[Mapping[str, Any]],
        path: str = "/api/v1/entries",
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send entries as NDJSON."""
        body = "\n".join(map(json.dumps, lines))
        return self.client.post(
            path, data=body, content_type="application/x-ndjson", headers=self.headers | dict(headers or {})
        )


def opened(app: Flask, account: Account = MACHINE, rights: Iterable[Right] = ()) -> MachineClient:
    """A client of a machine account that is made for it."""
    return MachineClient(app, token(app, machine(app, account), rights))
