"""Handing a digest to a mail server by SMTP, or to GOV.UK Notify by its HTTP API.

Connections are those of the gate: made to an address that was checked, over TLS but on this machine, following nothing.
"""

import base64
import hashlib
import hmac
import json
import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from ipaddress import ip_address, ip_network
from typing import Any, Protocol
from urllib.parse import urlsplit

from domain.destinations.addresses import HTTPS_PORT, NotAllowed, Target, check_address
from web.gate import safe_connection
from web.gate.safe_connection import NoAnswer, NotReached, Way, check_here
from web.site import system_clock

SECONDS = 30
"""How long a server may take for one answer."""

POLICY = SMTP.clone(max_line_length=998)
"""Headers in one line, as long as RFC 5322 allows: an address in angle brackets is encoded where it is folded, and useless."""

ONE_CLICK = "List-Unsubscribe=One-Click"
"""RFC 8058: the body of the request that unsubscribes."""


ANYWHERE = tuple(map(ip_network, ("0.0.0.0/0", "::/0")))
"""Where a mail server may be: the relay of one's own network too. Link-local and metadata addresses are refused even so."""


class NotSent(Exception):
    """The mail was certainly not taken: it can be tried again."""


class ServerAway(NotSent):
    """No connection was made to the server, or it let nobody in."""


class Unsure(Exception):
    """Nobody knows whether the mail was taken: it is not tried again."""


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. ``stop``: the address at which a POST unsubscribes. ``reference``: tells it apart; it names nobody."""

    to: str
    subject: str
    body: str
    stop: str
    reference: str


class MailServer(Protocol):
    def send(self, mail: Mail) -> None:
        """Hand a mail over. ``NotSent``, ``Unsure``."""


class WrongServer(ValueError):
    """The address of a mail server cannot be read; the text says what to write."""


@dataclass(frozen=True)
class SmtpServer:
    """A server for SMTP. ``security``: ``tls`` from the start, ``starttls``, or ``none`` on this machine alone."""

    host: str
    port: int
    security: str
    user: str
    password: str
    sender: str

    def send(self, mail: Mail) -> None:
        message = EmailMessage(policy=POLICY)
        message["From"], message["To"], message["Subject"] = self.sender, mail.to, mail.subject
        message["List-Unsubscribe"], message["List-Unsubscribe-Post"] = f"<{mail.stop}>", ONE_CLICK
        message["Message-ID"] = f"<{mail.reference}@{self.sender.rpartition('@')[2]}>"
        message["Date"] = system_clock.now()
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(mail.body)
        server = _before_sending(self._connected)
        try:
            server.send_message(message)
        except (
            smtplib.SMTPRecipientsRefused,
            smtplib.SMTPSenderRefused,
            smtplib.SMTPDataError,
            smtplib.SMTPHeloError,
        ) as error:
            raise NotSent(type(error).__name__) from error
        except (smtplib.SMTPException, OSError) as error:
            raise Unsure(type(error).__name__) from error
        finally:
            with suppress(smtplib.SMTPException, OSError):
                server.quit()

    def _connected(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.security == "tls":
            server: smtplib.SMTP = _SmtpTls(self.host, self.port, timeout=SECONDS, context=context)
        else:
            server = (_Smtp if self.security == "starttls" else _SmtpHere)(self.host, self.port, timeout=SECONDS)
        if self.security == "starttls":
            server.starttls(context=context)
        if self.user:
            server.login(self.user, self.password)
        return server


def _anywhere(address: str) -> None:
    check_address(address, ANYWHERE)


def _checked(host: str, port: int, check: Callable[[str], None]) -> socket.socket:
    """A connection to one of the host's addresses, every one checked."""
    connection = safe_connection.connected(host, port, check, SECONDS)
    connection.settimeout(SECONDS)
    return connection


class _Smtp(smtplib.SMTP):
    """SMTP over a connection of the gate."""

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        return _checked(host, port, _anywhere)


class _SmtpHere(smtplib.SMTP):
    """SMTP in the clear, to this machine alone."""

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        return _checked(host, port, check_here)


class _SmtpTls(smtplib.SMTP_SSL):
    """The same, over TLS from the start."""

    def _get_socket(self, host: str, port: int, timeout: Any) -> socket.socket:
        return self.context.wrap_socket(_checked(host, port, _anywhere), server_hostname=host)


def _before_sending(connect: Callable[[], smtplib.SMTP]) -> smtplib.SMTP:
    try:
        return connect()
    except (NotReached, NotAllowed) as error:
        raise ServerAway(str(error)) from error
    except (smtplib.SMTPException, OSError) as error:
        raise ServerAway(type(error).__name__) from error


@dataclass(frozen=True)
class Notify:
    """GOV.UK Notify. ``key``: an API key, as Notify gives it: a name, the service's id and a secret, with hyphens between.

    ``template``: the id of a template with the fields ``subject`` and ``body``.
    """

    host: str
    port: int
    template: str
    key: str

    def send(self, mail: Mail) -> None:
        sent = {
            "email_address": mail.to, "template_id": self.template, "reference": mail.reference,
            "personalisation": {"subject": mail.subject, "body": mail.body}, "one_click_unsubscribe_url": mail.stop,
        }  # fmt: skip
        headers = {"Authorization": f"Bearer {self._token()}", "Content-Type": "application/json"}
        target = Target(self.host, self.port, "/v2/notifications/email")
        try:
            way = Way(_anywhere, None if is_here(self.host) else ssl.create_default_context())
            answer = safe_connection.post(target, json.dumps(sent).encode(), headers, way, SECONDS)
        except (NotReached, NotAllowed) as error:
            raise ServerAway(str(error)) from error
        except NoAnswer as error:
            raise Unsure(str(error)) from error
        if answer.status != 201:
            raise (NotSent if 300 <= answer.status < 500 else Unsure)(f"Notify answered {answer.status}")

    def _token(self) -> str:
        """A JSON web token, HS256 (RFC 7519), that holds for half a minute."""
        service, secret = self.key[-73:-37], self.key[-36:]
        parts = ({"typ": "JWT", "alg": "HS256"}, {"iss": service, "iat": int(system_clock.now().timestamp())})
        said = ".".join(_encoded(json.dumps(part).encode()) for part in parts)
        return f"{said}.{_encoded(hmac.new(secret.encode(), said.encode(), hashlib.sha256).digest())}"


def _encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).rstrip(b"=").decode()


WRITE = "write smtp://HOST:PORT, smtps://HOST:PORT or notify://api.notifications.service.gov.uk/TEMPLATE"


def server_at(address: str, *, sender: str, password: str, key: str) -> MailServer:
    """The server at this address. ``password``: of the user whom an address of SMTP names. ``key``: for Notify.

    A mail is never handed over in the clear but on this machine. ``WrongServer``.
    """
    try:
        asked = urlsplit(address)
        host = asked.hostname or ""
        here, port = is_here(host), asked.port
    except ValueError as error:
        raise WrongServer(f"{WRITE}: {error}") from error
    if asked.scheme in ("smtp", "smtps") and host and not asked.path.strip("/"):
        if "@" not in sender or not sender.isprintable():
            raise WrongServer("say with --sender from which address the mails come")
        secure = "tls" if asked.scheme == "smtps" else "none" if here else "starttls"
        return SmtpServer(host, port or {"tls": 465, "starttls": 587, "none": 25}[secure], secure, asked.username or "",
                          password, sender)  # fmt: skip
    if asked.scheme == "notify" and host and asked.path.strip("/"):
        if len(key) < 74:
            raise WrongServer("give the key of the API of GOV.UK Notify in CASEAUDIT_NOTIFY_KEY")
        return Notify(host, port or (80 if here else HTTPS_PORT), asked.path.strip("/"), key)
    raise WrongServer(WRITE)


def server_place(address: str) -> tuple[str, int]:
    """Host and port of a mail server's address. ``WrongServer``; what is secret of it, or a sender, is not asked for."""
    found = server_at(address, sender="nobody@localhost", password="", key="-" * 74)
    assert isinstance(found, SmtpServer | Notify)
    return found.host, found.port


def is_here(host: str) -> bool:
    """Whether a host is named as this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
