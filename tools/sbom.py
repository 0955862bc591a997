"""Write the list of what the program is made of (CycloneDX JSON) from its lock file: ``make sbom``. Needs no network."""

import json
import subprocess
import sys
from pathlib import Path

from domain import __version__


def write_sbom(lock: Path, target: Path) -> None:
    """Write every package of a lock file with its version, package URL and hashes; the same lock gives the same file."""
    made = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "cyclonedx_py", "requirements", "--output-reproducible", "--of", "JSON", str(lock)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    document = json.loads(made.stdout)
    document["metadata"]["component"] = {
        "type": "application", "bom-ref": "caseaudit", "name": "caseaudit", "version": __version__,
    }  # fmt: skip
    packages = sorted(component["bom-ref"] for component in document["components"])
    document["dependencies"] = [*document.get("dependencies", ()), {"ref": "caseaudit", "dependsOn": packages}]
    target.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write_sbom(Path(sys.argv[1]), Path(sys.argv[2]))
