"""``datapackage.json``: what is in the folder of an export, table by table and field by field, in the form of Data Package 1."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from domain import __version__
from projections.exports.export_facts import ExportFacts
from projections.exports.exported_fields import Table

NAME = "datapackage.json"

PERSONAL = (
    "Rows of one person are personal data, however few or many there are: dates, orders and events can tell who it is to "
    "somebody who knows the person. Keep the folder where only those can read it who need it, for the purpose it was made "
    "for, and destroy it when that is over. A figure made from it that leaves the group needs the same care as any figure "
    "about few people: none of fewer than five."
)

NOT_IN_IT = {
    False: "In place of references, CRNs and staff keys stand digests under a key of this export: the same case has the same "
    "digest in all its tables, and another one in another export. No name, no date of birth and no free text is in it. Dates "
    "are as recorded.",
    True: "Cases, persons and staff are named. No free text is in it.",
}


def described(
    facts: ExportFacts, tables: Mapping[str, tuple[Table, Sequence[str], int]], others: Mapping[str, Any] | None = None
) -> bytes:
    """The content of the file. ``tables``: by name the table, the paths of its files, and how many rows they hold.

    ``others``: what is said of the export besides.
    """
    until = f" To be destroyed by {facts.until}." if facts.until else ""
    document: dict[str, Any] = {
        "profile": "data-package",
        "name": f"caseaudit-{facts.export}",
        "title": f"caseaudit: {facts.of}",
        "description": f"{PERSONAL} {NOT_IN_IT[facts.identified]}{until}",
        "version": "1",
        "created": facts.made_at.isoformat(),
        "contributors": [{"title": f"caseaudit {__version__}", "role": "wrangler"}],
        "keywords": ["probation", "case audit", "personal data"],
        "export": {
            "id": facts.export, "as_at": facts.as_at.isoformat(),
            "known_at": facts.known_at.isoformat() if facts.known_at else "hindsight", "position": facts.position,
            "areas": list(facts.areas), "teams": list(facts.teams), "frameworks": list(facts.frameworks),
            "identified": facts.identified, "recipient": facts.recipient, "purpose": facts.purpose,
            "until": facts.until.isoformat() if facts.until else None, "kept_up": facts.kept_up,
            **(others or {}),
        },
        "resources": [_resource(*one) for one in tables.values()],
    }  # fmt: skip
    return json.dumps(document, indent=2, ensure_ascii=False).encode() + b"\n"


def _resource(table: Table, paths: Sequence[str], rows: int) -> dict[str, Any]:
    found: dict[str, Any] = {
        "profile": "tabular-data-resource", "name": table.name, "title": table.title,
        "description": table.says, "path": paths[0], "format": "parquet", "mediatype": "application/vnd.apache.parquet",
        "scheme": "file", "rows": rows, "schema": table.described,
    }  # fmt: skip
    return found | ({"extrapaths": list(paths[1:])} if len(paths) > 1 else {})
