"""Where the command ``caseaudit`` begins: before anything else it looks whether its packages are its own.

They are called ``domain``, ``projections`` and ``web``, as others' are too. So the program wants an environment of its own.
"""

import sys
from importlib.util import find_spec
from pathlib import Path

HERE = Path(__file__).resolve().parent

OWN = {
    "domain": "Entries of a supervised case",
    "projections": "Pure functions from the entries of a file",
    "web": "What people and systems use",
}
"""Each of our packages, and how its first line begins."""


def others() -> list[str]:
    """Where another's package, or none, stands in the place of one of ours."""
    found = []
    for name, says in OWN.items():
        spec, own = find_spec(name), HERE / name / "__init__.py"
        at = None if spec is None else spec.origin
        if at is None or Path(at).resolve() != own:
            found.append(f"{name}: {at or 'nothing'} is found first, where {own} should be")
        elif says not in own.read_text(encoding="utf-8", errors="replace"):
            found.append(f"{name}: {own} is another's: its package was installed over this one")
    return found


def run() -> None:
    """Run the command line as a process. Exit code 2 where another's packages would be run in place of ours."""
    wrong = others()
    if wrong:
        sys.stderr.write(
            "Error: caseaudit cannot start, as other packages have the names of its own:\n  "
            + "\n  ".join(wrong)
            + "\nInstall it into an environment of its own, with nothing else in it (pipx, or python -m venv; docs/deploying.md), "
            "and set no PYTHONPATH.\n"
        )
        sys.exit(2)
    from web.cli import run

    run()


if __name__ == "__main__":
    run()
