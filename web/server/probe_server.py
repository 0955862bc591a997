"""An address that answers probes and nothing else, for a process that is no site: on a thread of its own."""

import logging
import socket
import threading
from typing import TYPE_CHECKING, Any

from waitress import wasyncore

from web.server.body_limit import BodyLimit
from web.server.listener import listening

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

NOTHING = BodyLimit(0, 0)


class _NoBodies:
    """Nobody sends a probe anything."""

    def of(self, method: str, path: str) -> BodyLimit:
        return NOTHING

    def knows(self, environ: dict[str, Any]) -> bool:
        return False


def answer(app: "WSGIApplication", host: str, port: int) -> None:
    """Answer there as long as this process lives. ``OSError``: the address is not free."""
    opened = socket.create_server(
        (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, reuse_port=False
    )
    served: dict[int, Any] = {}
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    listening(app, [opened], 1, _NoBodies(), served)

    def loop() -> None:
        while True:
            wasyncore.loop(timeout=1, use_poll=True, map=served, count=1)

    threading.Thread(target=loop, daemon=True, name="probes").start()
