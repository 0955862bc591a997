"""The addresses to which something may be sent: https, and a place in the public network. Pure rules.

An address is checked twice: as it is written, when it is registered; and as its name resolves, each time before a connection is
made to the very address that was checked.
"""

import re
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

LONGEST = 500
"""Characters of an address, at most."""

HTTPS_PORT = 443

NAME = re.compile(r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*")
ENDS_IN_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
"""A host that browsers and resolvers read as an IPv4 address, in whatever spelling (URL Standard, "ends in a number")."""

NEVER = tuple(map(ip_network, ("169.254.0.0/16", "fe80::/10", "168.63.129.16/32", "100.100.100.200/32", "fd00:ec2::/32",
                               "192.0.0.192/32")))  # fmt: skip
"""Link-local addresses, and those at which clouds tell a machine its secrets: no setting allows them."""

OLD_TUNNELS = tuple(map(ip_network, ("2002::/16", "2001::/32", "::/96", "64:ff9b:1::/48")))
"""IPv6 that stands for an IPv4 address which cannot be checked here: 6to4, Teredo, IPv4-compatible, local translation."""

TRANSLATED = IPv6Network("64:ff9b::/96")
"""IPv6 that a network translates to the IPv4 address in its last 32 bits (RFC 6052)."""

SECRET = re.compile(
    r"token|secret|passw|pwd|credential|auth|signature|api.?key|(?:^|[_-])(?:key|sig|code|pass)$", re.IGNORECASE
)
"""What the name of a parameter says that holds a secret."""

WRITE = "write https://HOST/PATH, like https://hooks.example/caseaudit"


class NotAllowed(ValueError):
    """Nothing is sent to this address; the text says why, and what to write."""


class Target(NamedTuple):
    """Where a delivery goes. ``path``: with its query."""

    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """Host and port as the header ``Host`` has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == HTTPS_PORT else f"{host}:{self.port}"


def target_of(address: str) -> Target:
    """The target of an address as somebody wrote it. ``NotAllowed`` where it is not https, or written in an odd way."""
    if not address or len(address) > LONGEST:
        raise NotAllowed(f"{WRITE}, of at most {LONGEST} characters")
    if not address.isascii() or any(not "!" <= one <= "~" or one in '\\"<>^`{|}' for one in address):
        raise NotAllowed(f"there is a blank or another character in the address that none has: {WRITE}")
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise NotAllowed(f"this is no address: {WRITE}") from error
    if parts.scheme != "https":
        raise NotAllowed(f"deliveries go by https alone: {WRITE}")
    if "@" in parts.netloc:
        raise NotAllowed("leave out what stands before the @: a delivery is signed, no password is sent")
    if "#" in address:
        raise NotAllowed("leave out what follows the #: it is never sent")
    if port == 0 or parts.netloc.endswith(":"):
        raise NotAllowed("write the port as a number from 1 to 65535, or leave it out for 443")
    check_host(host)
    return Target(host, port or HTTPS_PORT, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def secret_in(address: str) -> str | None:
    """The first parameter of an address that is named like a secret; None where none is. An address is shown and logged."""
    names = (name for name, _ in parse_qsl(urlsplit(address).query, keep_blank_values=True))
    return next((name for name in names if SECRET.search(name)), None)


def check_host(host: str) -> None:
    """``NotAllowed`` where a host is no name and no IP address in its usual form, so that all who read it read the same."""
    if host.endswith("."):
        raise NotAllowed("leave out the dot at the end of the host")
    if ":" in host or ENDS_IN_NUMBER.fullmatch(host):
        try:
            ip = ip_address(host)
        except ValueError:
            raise NotAllowed(
                f"{host} is an IP address in another spelling: write a name, or the address as usual"
            ) from None
        if "%" in host or str(ip) != host.lower() or (isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None):
            usual = ip.ipv4_mapped if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None else ip
            raise NotAllowed(
                f"{host} is an IP address in another spelling: write {str(usual).partition('%')[0]}, or a name"
            )
    elif not NAME.fullmatch(host):
        raise NotAllowed(f"there is no host in the address that can be one: {WRITE}")


def networks_of(setting: str, name: str) -> tuple[Network, ...]:
    """The networks of a setting: ``10.1.2.0/24, fd12::/64``. ``NotAllowed``, with the ``name`` of the setting, for others."""
    found = []
    for part in setting.replace(",", " ").split():
        try:
            found.append(ip_network(part))
        except ValueError as error:
            raise NotAllowed(
                f"{name}: '{part}' is no network; write networks like 10.1.2.0/24, with commas between"
            ) from error
    return tuple(found)


def check_address(address: str, allowed: Iterable[Network] = ()) -> None:
    """``NotAllowed`` for an IP address that is not one of the public network.

    ``allowed``: networks that the operator has named; what is in one may be private. Link-local, multicast and metadata
    addresses may never be reached.
    """
    ip = _plain(ip_address(address.partition("%")[0]))
    if ip.is_multicast or ip.is_unspecified or _is_in(ip, NEVER):
        raise NotAllowed(f"{ip} is a link-local, multicast or metadata address, to which nothing is sent")
    if _is_in(ip, allowed):
        return
    if _is_in(ip, OLD_TUNNELS) or not ip.is_global or getattr(ip, "is_site_local", False):
        raise NotAllowed(f"{ip} is no address of the public network, and the operator has not allowed it")


def _plain(ip: Address) -> Address:
    """The IPv4 address that an IPv6 address stands for, where it does."""
    if isinstance(ip, IPv6Address):
        if ip.ipv4_mapped is not None:
            return ip.ipv4_mapped
        if ip in TRANSLATED:
            return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip


def _is_in(ip: Address, networks: Iterable[Network] | Sequence[Network]) -> bool:
    return any(ip.version == one.version and ip in one for one in networks)
