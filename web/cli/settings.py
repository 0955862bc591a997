"""The settings of the environment that are no option of a command; and their check when a service is started.

All that is wrong is said at once: the setting, what was found (never a secret), and what is expected.
"""

import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from domain import outside_key
from domain.destinations.addresses import NotAllowed
from domain.key_files import KeyUnusable
from domain.policy import policy_folders
from domain.policy.cited_documents import PolicyError
from domain.proof import signing_key
from domain.store.checkpointing import WrongSetting, plan_of_environment
from web.admin import openid
from web.cli.option_variables import variable
from web.gate.gate_settings import GateSettings
from web.presentation.formatting import count_noun
from web.server import shared_folder
from web.site import installation, machines, service_log, traces


class Setting(NamedTuple):
    """A variable of the environment, and what it is for."""

    name: str
    words: str


SETTINGS = (
    Setting("CASEAUDIT_DATABASE", "the database, for every command: a file of SQLite, or `postgresql://...`"),
    Setting("CASEAUDIT_SECRET_KEY_FILE", "the file with the secret key of the site"),
    Setting("CASEAUDIT_SECRET_KEY", "the secret key itself; one of the two, or neither: then one is made and kept"),
    Setting("CASEAUDIT_SIGNING_KEY_FILE", "the file with the key that signs the heads of the record"),
    Setting("CASEAUDIT_KEY_STORE", "the file with the keys of persons, where they were moved out of the record"),
    Setting("CASEAUDIT_ERASED_FILE", "where it is marked who was erased, so that a backup does not bring them back"),
    Setting("CASEAUDIT_COLUMNS", "the folder of the files of columns"),
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
    Setting("CASEAUDIT_DESTINATIONS_IN_PRIVATE_NETWORKS", "private networks that may be pushed to, like `10.1.2.0/24`"),
    Setting("CASEAUDIT_DESTINATIONS_CA_FILE", "certificates (PEM) that are believed of destinations besides those of the system"),
    Setting("CASEAUDIT_OTLP_ENDPOINT", "the collector of traces (OTLP over HTTP), like `http://localhost:4318`"),
)  # fmt: skip

TOKEN = re.compile(r"[!-~]{16,}")

OURS = "CASEAUDIT_"

NEAR = 0.8
"""How like one another two names are, of which one may be meant for the other."""

Check = Callable[[], None]


class Fault(ValueError):
    """What is wrong with a setting: its name, what was found, what is expected."""


def faults() -> list[str]:
    """What is wrong with the settings of the environment, each in a sentence."""
    found = []
    for check in _CHECKS:
        try:
            check()
        except (Fault, KeyUnusable, PolicyError, WrongSetting, shared_folder.NoFolder, service_log.WrongLog,
                traces.WrongTraces, installation.WrongInstallation, machines.WrongLimit, openid.WrongAudience,
                NotAllowed) as error:  # fmt: skip
            found.append(str(error))
    return found


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


def _secret_key() -> None:
    if os.environ.get(outside_key.IN_TEXT) or os.environ.get(outside_key.IN_FILE):
        try:
            outside_key.outside_key("")
        except KeyUnusable as error:
            text = os.environ.get(outside_key.IN_TEXT)
            named = (
                f"{outside_key.IN_TEXT}: it has {count_noun(len(text.encode()), 'byte')}"
                if text
                else outside_key.IN_FILE
            )
            raise Fault(f"{named}: {error}") from error


def _signing_key() -> None:
    path = os.environ.get(signing_key.IN_FILE, "")
    if path and os.path.lexists(path):
        try:
            signing_key.read_signing_key(Path(path))
        except KeyUnusable as error:
            raise Fault(f"{signing_key.IN_FILE}: {error}") from error


def _policy() -> None:
    policy_folders.source()


def _open_id() -> None:
    given = {name: os.environ.get(f"CASEAUDIT_OPENID_{name}", "").strip() for name in
             ("ISSUER", "CLIENT_ID", "CLIENT_SECRET", "ACR", "BREAK_GLASS")}  # fmt: skip
    needed = ("ISSUER", "CLIENT_ID", "CLIENT_SECRET")
    missing = [f"CASEAUDIT_OPENID_{name}" for name in needed if not given[name]]
    said = [f"CASEAUDIT_OPENID_{name}" for name, value in given.items() if value]
    if said and missing:
        raise Fault(f"{', '.join(said)}: set, and {', '.join(missing)} not; set all of them, or none")
    if given["ISSUER"]:
        _check_issuer(given["ISSUER"])


def _check_issuer(issuer: str) -> None:
    try:
        parts = urlsplit(issuer)
        host = parts.hostname or ""
        _ = parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    local = host in ("localhost", "127.0.0.1", "::1")
    if not host or parts.scheme not in (("http", "https") if local else ("https",)) or parts.query or parts.fragment:
        raise Fault(
            f"CASEAUDIT_OPENID_ISSUER: '{issuer}' is not the address of an issuer; write it like https://login.example"
        )


def _columns() -> None:
    named = os.environ.get("CASEAUDIT_COLUMNS", "")
    if named and Path(named).exists() and not Path(named).is_dir():
        raise Fault(f"CASEAUDIT_COLUMNS: '{named}' is a file; name a folder")


def _scan() -> None:
    said = os.environ.get("CASEAUDIT_SCAN", "").strip()
    if not said:
        return
    try:
        command = shlex.split(said)[0]
    except ValueError as error:
        raise Fault(f"CASEAUDIT_SCAN: '{said}' is not a command ({error}); write one as in a shell") from error
    if shutil.which(command) is None:
        raise Fault(f"CASEAUDIT_SCAN: there is no program '{command}'; write its whole path")


def _token() -> None:
    said = os.environ.get("CASEAUDIT_METRICS_TOKEN", "").strip()
    if said and not TOKEN.fullmatch(said):
        raise Fault(
            f"CASEAUDIT_METRICS_TOKEN: it has {len(said)} characters; give at least 16, without spaces, such as those of:"
            " openssl rand -hex 16"
        )


def _log() -> None:
    service_log.level()


def _folder() -> None:
    shared_folder.place()


def _traces() -> None:
    traces.asked_for()


def _installation() -> None:
    installation.of_environment()


def _witness() -> None:
    plan_of_environment()


def _machines() -> None:
    machines.Limits.of_environment()
    openid.of_environment()


def _destinations() -> None:
    GateSettings.read()


_CHECKS: tuple[Check, ...] = (
    _secret_key, _signing_key, _policy, _installation, _witness, _open_id, _columns, _scan, _log, _token, _folder, _traces,
    _machines, _destinations,
)  # fmt: skip
