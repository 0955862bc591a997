"""The command ``digest``: send the weekly digests. Something else runs it once a week: cron, or a timer of systemd."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

import click

from domain.accounts.access_lines import LogUnavailable
from domain.accounts.account_register import AccountRegister
from domain.accounts.roles import WORKERS, Account
from domain.working.digests import DigestWish, week_of
from domain.working.seen_places import SeenUpTo
from projections.cases.recorded_limits import RecordedLimits
from projections.changes.record_tail import RecordTail
from projections.changes.since_seen import at_first
from projections.changes.told_changes import ToldChanges, told_changes
from projections.columns.case_selection import CaseSelection
from projections.lists.case_limits import closed_cases
from projections.lists.counted_cases import counted_cases
from projections.read_model.view_reader import ReadModel
from web.cli import command_log, command_options
from web.cli.command_columns import selection_of
from web.cli.command_read_model import current_read_model
from web.digest import digest_text
from web.gate.gate import Gate, Handed, Shut
from web.gate.mail_destinations import mail_destination, registered_mail_server
from web.gate.mail_server import Mail, MailServer, NotSent, ServerAway, Unsure, WrongServer, server_at
from web.site import system_clock

WORDS = {
    "sent": "sent",
    "nothing": "with nothing new",
    "already": "sent this week already",
    "elsewhere": "to an address of another domain",
    "closed": "of accounts that may not sign in",
    "failed": "not sent",
    "unsure": "perhaps sent",
}
"""What became of the digests, in words."""


@dataclass
class _Round:
    """One round of digests: whom they go to, and what each says. ``limited``: for each case whether access to it is limited.

    ``destination``: the number of the mail server at the gate.
    """

    register: AccountRegister
    views: ReadModel
    selection: CaseSelection
    destination: int = 0

    def __post_init__(self) -> None:
        self.gate = Gate(self.register)
        self.limits = RecordedLimits(self.views.stored).now()
        self.limited = closed_cases(self.selection.columns, self.limits, lambda staff: True)
        self.tail = RecordTail(self.views.stored)
        self.day = self.selection.moment.on
        position = self.selection.columns.position
        self.upto = SeenUpTo(position, self.views.stored.hash_at(position) or "", self.day, system_clock.now())

    def told(self, account: Account) -> ToldChanges | None:
        """What an account is told; None where nothing has changed."""
        counted = counted_cases(self.selection, self.limits, account, tuple)
        since = self.register.digests.last(account.username) or at_first(self.day)
        return told_changes(account, counted, self.limited, since, self.views.stored, self.tail)

    def wished(self) -> Iterator[tuple[DigestWish, Account | None]]:
        """Every wish, with its account; None where that may not sign in, or has no cases of its own any more."""
        for wish in self.register.digests.wishes():
            account = self.register.open_account(wish.username, system_clock.today())
            yield wish, account if account is not None and account.is_one_of(WORKERS) else None


@click.command()
@click.option("--to", "to", default="", metavar="SERVER", help="smtp://HOST:PORT, smtps://HOST:PORT, or "
              "notify://api.notifications.service.gov.uk/TEMPLATE. A user of SMTP stands before the host. Default: the mail "
              "server that two people registered on the page Destinations.")  # fmt: skip
@click.option(
    "--site", required=True, metavar="URL", help="The address of the site, to which the mails link: https://..."
)
@click.option("--sender", default="", metavar="ADDRESS", help="From which address mails by SMTP come.")
@click.option("--only", "domains", multiple=True, metavar="DOMAIN",
              help="Send to addresses of this domain alone. May be given several times.")  # fmt: skip
@click.option("--as-at", type=command_options.Day(), metavar="D", help="As at this day. Default: today.")
@click.option("--dry-run", is_flag=True, help="Print what each mail would say; nothing is sent and nothing noted.")
@click.option("--smtp-password", envvar="CASEAUDIT_SMTP_PASSWORD", default="", hidden=True)
@click.option("--notify-key", envvar="CASEAUDIT_NOTIFY_KEY", default="", hidden=True)
@command_options.database
def digest(
    to: str, site: str, sender: str, domains: tuple[str, ...], as_at: date | None, dry_run: bool, smtp_password: str,
    notify_key: str, database: str,
) -> None:  # fmt: skip
    """Send the weekly digests by mail: counts of what changed and a link, to each account that asked for one.

    Nobody is told the same twice, and nobody twice in one week. CASEAUDIT_SMTP_PASSWORD and CASEAUDIT_NOTIFY_KEY hold what the
    server asks for.
    """
    if not site.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        raise click.UsageError("--site: give the address of the site as people open it, like https://caseaudit.example")
    if to:
        _server(to, sender, smtp_password, notify_key)  # what is wrong with it is said before anything is opened
    with closing(current_read_model(database)) as views, closing(AccountRegister(database)) as register:
        found = _Round(register, views, selection_of(views, command_options.read_moment(as_at, None)))
        try:
            to = to or registered_mail_server(register)
            server = _server(to, sender, smtp_password, notify_key)
            if not dry_run:
                found.destination = mail_destination(found.gate, to, operator=command_log.who_runs_it()).number
        except Shut as error:
            raise click.ClickException(f"{error}. Nothing was sent") from error
        command_log.shows(database, (), detail="weekly digests")
        done = Counter(_one(found, server, wish, account, site.rstrip("/"), domains, dry_run)
                       for wish, account in found.wished())  # fmt: skip
    click.echo(
        "; ".join(f"{done[name]} {words}" for name, words in WORDS.items() if done[name]) or "nobody asked for a digest"
    )
    if done["failed"] or done["unsure"]:
        raise click.exceptions.Exit(1)


def _server(to: str, sender: str, password: str, key: str) -> MailServer:
    try:
        return server_at(to, sender=sender, password=password, key=key)
    except WrongServer as error:
        raise click.UsageError(f"--to: {error}") from error


def _one(
    found: _Round,
    server: MailServer,
    wish: DigestWish,
    account: Account | None,
    site: str,
    domains: tuple[str, ...],
    dry: bool,
) -> str:
    """What became of one digest: a key of ``WORDS``."""
    if account is None:
        return "closed"
    if domains and wish.address.rpartition("@")[2].lower() not in {domain.lower() for domain in domains}:
        return "elsewhere"
    told = found.told(account)
    if told is None:
        return "nothing"
    week, digests = week_of(found.day), found.register.digests
    if dry:
        click.echo(f"{digest_text.subject(told)}\n{digest_text.body(told, site)}\n")
        return "sent"
    if not digests.claim(account.username, week, found.upto):
        return "already"
    reference = sha256(f"{wish.stops} {week}".encode()).hexdigest()[:32]
    mail = Mail(
        wish.address,
        digest_text.subject(told),
        digest_text.body(told, site),
        f"{site}/digest/stop/{wish.stops}",
        reference,
    )
    try:
        outcome = _handed_over(found, server, account, mail, told)
    except (Shut, LogUnavailable) as error:
        digests.release(account.username, week)
        if isinstance(error, LogUnavailable):
            raise
        click.echo(f"{account.username}: not sent: {error}", err=True)
        return "failed"
    if outcome == "failed":
        digests.release(account.username, week)
    elif outcome == "sent":
        digests.sent(account.username, week)
    return outcome


def _handed_over(found: _Round, server: MailServer, account: Account, mail: Mail, told: ToldChanges) -> str:
    """Hand a mail over through the gate: ``sent``, ``failed`` or ``unsure``. ``Shut``, ``LogUnavailable``: nothing was sent."""
    errors = list[Exception]()

    def send() -> Handed:
        try:
            server.send(mail)
        except (NotSent, Unsure) as error:
            errors.append(error)
            return Handed(False, str(error))
        return Handed(True, "taken by the mail server")

    destination, delivery, handed = found.gate.out(
        found.destination, account, told.cases, events=1, what="the weekly digest", hand_over=send
    )
    if handed.taken:
        found.gate.taken(destination, delivery, handed.said, 0, "")
        return "sent"
    if isinstance(errors[0], ServerAway):
        found.gate.failed(destination, delivery, handed)
    else:
        found.gate.destinations.ended(delivery, "failed", handed.said)
    unsure = isinstance(errors[0], Unsure)
    said = "perhaps sent, and not tried again" if unsure else "not sent"
    click.echo(f"{account.username}: {said}: {handed.said}", err=True)
    return "unsure" if unsure else "failed"


COMMANDS = [digest]
