"""What is needed without the limits of versions, for the weekly run with the newest of everything (``.ci/weekly``).

python -m tools.unbounded requirements.in requirements-dev.in      the packages, one a line
python -m tools.unbounded --newer requirements-dev.lock FROZEN     which of a ``pip freeze`` are others than the lock has
"""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

NEEDED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*(?:\[[a-z,]+\])?)\s*(?:[<>=!~].*)?")
PINNED = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)==(\S+)")

KEPT = ("playwright",)
"""Packages whose limit stays: a browser of the same version is needed beside them."""


def unbounded(lines: Iterable[str]) -> Iterator[str]:
    """The packages of a file ``requirements*.in``, without the versions that they are bound to. ``ValueError``: no such line."""
    for line in lines:
        said = line.partition("#")[0].strip()
        if not said or said.startswith("-r "):
            continue
        found = NEEDED.fullmatch(said)
        if found is None:
            raise ValueError(f"'{said}' is no package with limits of its version")
        yield said if found[1] in KEPT else found[1]


def newer(lock: Iterable[str], frozen: Iterable[str]) -> Iterator[str]:
    """The packages that are frozen with another version than the lock's, with both."""
    locked, found = _pins(lock), _pins(frozen)
    for name in sorted(found.keys() & locked.keys()):
        if found[name] != locked[name]:
            yield f"{name} {locked[name]} -> {found[name]}"


def _pins(lines: Iterable[str]) -> dict[str, str]:
    pinned = (PINNED.match(line) for line in lines)
    return {re.sub(r"[._-]+", "-", one[1]).lower(): one[2] for one in pinned if one is not None}


def main(arguments: list[str]) -> None:
    """Write what the arguments ask for (see above)."""
    if arguments[:1] == ["--newer"]:
        lock, frozen = (Path(name).read_text(encoding="utf-8").splitlines() for name in arguments[1:])
        sys.stdout.write(("\n".join(newer(lock, frozen)) or "nothing") + "\n")
        return
    for name in arguments:
        sys.stdout.writelines(f"{one}\n" for one in unbounded(Path(name).read_text(encoding="utf-8").splitlines()))


if __name__ == "__main__":
    main(sys.argv[1:])
