"""How a delivery is signed: Standard Webhooks 1.0 with Ed25519 (``v1a``), by a key of each destination.

The private key is derived from the outside key and stands in no table. The public key is shown on the destination's page: who has
it can check a delivery, and sign none.
"""

import base64
from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from domain.outside_key import OutsideKey

PUBLIC = "whpk_"
"""What stands before a public key (Standard Webhooks, asymmetric signatures)."""


class WebhookKey:
    """The key by which the deliveries to one destination are signed."""

    def __init__(self, key: OutsideKey, destination: int):
        self._private = Ed25519PrivateKey.from_private_bytes(key.derive(f"webhook signatures {destination}"))

    @property
    def public(self) -> str:
        return PUBLIC + base64.b64encode(self._private.public_key().public_bytes_raw()).decode()

    def headers(self, body: bytes, at: int) -> dict[str, str]:
        """The three headers of a delivery. ``at``: seconds since 1970. The id is the same wherever the body is."""
        number = f"msg_{sha256(body).hexdigest()[:40]}"
        signature = self._private.sign(f"{number}.{at}.".encode() + body)
        return {
            "webhook-id": number, "webhook-timestamp": str(at),
            "webhook-signature": f"v1a,{base64.b64encode(signature).decode()}",
        }  # fmt: skip
