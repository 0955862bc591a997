"""What the operator sets for the gate, by environment variables: private networks that may be reached, and a CA of one's own."""

import os
import ssl
from dataclasses import dataclass

from domain.destinations.addresses import Network, NotAllowed, networks_of

PRIVATE = "CASEAUDIT_DESTINATIONS_IN_PRIVATE_NETWORKS"
"""The variable that names private networks in which destinations may be, like ``10.1.2.0/24``; unset: none."""

CA_FILE = "CASEAUDIT_DESTINATIONS_CA_FILE"
"""The variable that names a file (PEM) of certificates that are believed besides those of the system."""


@dataclass(frozen=True)
class GateSettings:
    """``private``: networks that may be reached though they are private. ``ca_file``: empty for none."""

    private: tuple[Network, ...] = ()
    ca_file: str = ""

    @classmethod
    def read(cls) -> "GateSettings":
        """From the environment. ``NotAllowed`` says what is wrong."""
        found = cls(networks_of(os.environ.get(PRIVATE, ""), PRIVATE), os.environ.get(CA_FILE, ""))
        found.context()
        return found

    def context(self) -> ssl.SSLContext:
        """What a server is asked to prove: TLS 1.2 at least, and a certificate of its name. ``NotAllowed``."""
        context = ssl.create_default_context()
        if self.ca_file:
            try:
                context.load_verify_locations(self.ca_file)
            except (OSError, ssl.SSLError) as error:
                raise NotAllowed(
                    f"{CA_FILE}: {self.ca_file} holds no certificates that can be read ({error})"
                ) from error
        return context
