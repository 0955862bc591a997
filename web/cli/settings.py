"""The settings of the environment that are no option of a command."""

import os
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import NamedTuple

from web.cli.option_variables import variable


class Setting(NamedTuple):
    """A variable of the environment, and what it is for."""

    name: str
    words: str


SETTINGS = (
    Setting("CASEAUDIT_DATABASE", "the database, for every command: a file of SQLite, or `postgresql://...`"),
    Setting("CASEAUDIT_SECRET_KEY_FILE", "the file with the secret key of the site"),
    Setting("CASEAUDIT_SECRET_KEY", "the secret key itself; one of the two, or neither: then one is made and kept"),
    Setting("CASEAUDIT_SIGNING_KEY_FILE", "the file with the key that signs the heads of the record"),
    Setting("CASEAUDIT_KEY_STORE", "the file with the keys of persons, where they were moved out of the record; its whole path"),
    Setting("CASEAUDIT_ERASED_FILE", "the file of marks of who was erased, so that no backup brings them back; its whole path"),
    Setting("CASEAUDIT_COLUMNS", "the folder of the files of columns; its whole path"),
    Setting("CASEAUDIT_POLICY", "folders of policy of one's own, with `:` between them"),
    Setting("CASEAUDIT_INSTALLATION", "who runs it: `area` or `inspectorate`"),
    Setting("CASEAUDIT_WITNESS", "where checkpoints are handed: a folder elsewhere, or an address"),
    Setting("CASEAUDIT_WITNESS_HOURS", "how often, in hours"),
    Setting("CASEAUDIT_WITNESS_KEY_FILE", "the public keys of that witness"),
    Setting("CASEAUDIT_OPENID_ISSUER", "the organisation's sign-in (OpenID Connect), an address with `https://`"),
    Setting("CASEAUDIT_OPENID_CLIENT_ID", "how the site is registered there"),
    Setting("CASEAUDIT_OPENID_CLIENT_SECRET", "the secret of that registration"),
    Setting("CASEAUDIT_OPENID_ACR", "the ways to sign in that are strong enough"),
    Setting("CASEAUDIT_OPENID_BREAK_GLASS", "the one account that may sign in with a password all the same"),
    Setting("CASEAUDIT_SCAN", "a command that scans each file that somebody sends"),
    Setting("CASEAUDIT_SMTP_PASSWORD", "what the mail server of the digest asks for"),
    Setting("CASEAUDIT_NOTIFY_KEY", "the same of GOV.UK Notify"),
    Setting("CASEAUDIT_LOG", "how the log is written: `text` or `json`"),
    Setting("CASEAUDIT_LOG_LEVEL", "from which level on: `debug`, `info`, `warning` or `error`"),
    Setting("CASEAUDIT_METRICS_TOKEN", "opens `/metrics` and `/info` on the site's own address; at least 16 characters"),
    Setting("CASEAUDIT_METRICS_FOLDER", "where workers keep what they measure while they run; default: in memory (`/dev/shm`)"),
    Setting("CASEAUDIT_API_AUDIENCE", "the audience of access tokens that your issuer makes for the API"),
    Setting("CASEAUDIT_API_REQUESTS", "how many requests a minute a machine account may make"),
    Setting("CASEAUDIT_API_ENTRIES", "how many entries one request may send"),
    Setting("CASEAUDIT_API_MEGABYTES", "how large such a request may be"),
    Setting("CASEAUDIT_DESTINATIONS_IN_PRIVATE_NETWORKS", "private networks that may be pushed to: `10.1.2.0/24,fd12::/48`"),
    Setting("CASEAUDIT_DESTINATIONS_CA_FILE", "certificates (PEM) that are believed of destinations besides those of the system"),
    Setting("CASEAUDIT_OTLP_ENDPOINT", "the collector of traces (OTLP over HTTP), like `http://localhost:4318`"),
)  # fmt: skip

OURS = "CASEAUDIT_"

NEAR = 0.8
"""How like one another two names are, of which one may be meant for the other."""


def misspelt(own: Iterable[str], commands: Iterable[str]) -> Iterator[str]:
    """A sentence for each variable that looks like one of ours and is none.

    ``own``: the variables of the command's options; ``commands``: the names of all commands, whose variables are let be.
    """
    names = {*(setting.name for setting in SETTINGS), *own}
    of_commands = tuple(variable((name,), "") for name in commands)
    for name in sorted(os.environ):
        if name.startswith(OURS) and name not in names:
            ends = {one.removeprefix(OURS): one for one in names}
            near = get_close_matches(name.removeprefix(OURS), ends, 1, NEAR)
            if near and (ends[near[0]] in own or not name.startswith(of_commands)):
                yield f"{name} is no setting; is {ends[near[0]]} meant?"
