"""Write the list of what the program is made of (CycloneDX JSON) from its lock file and its assets: ``make sbom``. No network."""

import json
import subprocess
import sys
from pathlib import Path

from domain import __version__

VENDOR = Path(__file__).parent.parent / "web" / "assets" / "vendor"
"""Scripts and styles of others that the site sends to browsers: a folder NAME-VERSION each."""

ON_NPM = {"ministryofjustice-frontend": "@ministryofjustice/frontend"}
"""Folder -> the package's name on npm, where it is another."""


def write_sbom(lock: Path, target: Path) -> None:
    """Write every package of a lock file with its version, package URL and hashes, and what is in ``VENDOR``.

    The same lock gives the same file.
    """
    made = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "cyclonedx_py", "requirements", "--output-reproducible", "--of", "JSON", str(lock)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    document = json.loads(made.stdout)
    document["metadata"]["component"] = {
        "type": "application", "bom-ref": "caseaudit", "name": "caseaudit", "version": __version__,
    }  # fmt: skip
    document["components"] += vendored()
    packages = sorted(component["bom-ref"] for component in document["components"])
    document["dependencies"] = [*document.get("dependencies", ()), {"ref": "caseaudit", "dependsOn": packages}]
    target.write_text(json.dumps(document, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def vendored() -> list[dict[str, object]]:
    """The components in ``VENDOR``, as CycloneDX has them. Its README says how each differs from the package on npm."""
    found: list[dict[str, object]] = []
    for folder in sorted(path for path in VENDOR.iterdir() if path.is_dir()):
        own, _, version = folder.name.rpartition("-")
        name = ON_NPM.get(own, own)
        purl = f"pkg:npm/{name.replace('@', '%40')}@{version}"
        notes = f"changed as web/assets/vendor/README.txt says; in {folder.name}"
        found.append({
            "type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, "pedigree": {"notes": notes},
        })  # fmt: skip
    return found


if __name__ == "__main__":
    write_sbom(Path(sys.argv[1]), Path(sys.argv[2]))
