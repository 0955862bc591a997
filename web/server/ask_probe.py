"""Ask a probe of a service and say it with the exit code, for health checks of containers: no other program is needed.

    python -m web.server.ask_probe 127.0.0.1:9100/readyz

0: it answered that it is so; 1: it did not, in time or at all. What it answered is printed. Nothing is imported but what comes
with Python.
"""

import sys
from http.client import HTTPConnection, HTTPException

SECONDS = 4.0
"""How long an answer may take. Health checks give up after five."""


def asked(target: str) -> tuple[bool, str]:
    """Whether a probe answers well, and what it said or why it did not. ``target``: HOST:PORT/PATH."""
    address, slash, path = target.partition("/")
    try:
        connection = HTTPConnection(address, timeout=SECONDS)
        connection.request("GET", f"{slash}{path}")
        answer = connection.getresponse()
        said = answer.read(500).decode("utf-8", "replace").strip()
    except (OSError, HTTPException, ValueError) as error:
        return False, f"{address} does not answer: {error}"
    return answer.status == 200, said


def run() -> int:
    """The whole of the program; its exit code."""
    if len(sys.argv) != 2 or "/" not in sys.argv[1]:
        sys.stderr.write("write the probe like 127.0.0.1:9100/readyz\n")
        return 2
    well, said = asked(sys.argv[1])
    sys.stdout.write(f"{said}\n")
    return 0 if well else 1


if __name__ == "__main__":
    sys.exit(run())
