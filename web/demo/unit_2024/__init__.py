"""The second demonstration: an invented probation delivery unit, inspected early in 2024 under the standards of 2023.

Unit, people and cases are invented. The files are ordinary interchange files, made from a seed; what each case shows is chosen so
that its sixty readings give the figures that ``docs/second-demonstration.md`` works by hand.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from domain.aggregates.kept_policy import texts_to_keep
from domain.policy.frameworks.framework_files import frameworks
from domain.private_folder import OUR_FOLDER, open_ours
from web.demo.unit_2024.unit_cases import deal, write_cases
from web.demo.unit_2024.unit_inspection import FRAMEWORK, NAME, write_inspection

FILE = f"{NAME}.ndjson"


def write_unit(folder: Path, policy: Sequence[dict[str, Any]] | None = None) -> Path:
    """Write the unit's cases and their inspection as one NDJSON file in this folder.

    ``policy``: the texts of policy that it is frozen with (None: those in force).
    """
    folder.mkdir(mode=OUR_FOLDER, parents=True, exist_ok=True)
    cases = deal()
    inspection, notes = write_inspection(cases, texts_to_keep(frameworks()[FRAMEWORK]) if policy is None else policy)
    path = folder / FILE
    with open(path, "w", encoding="utf-8", opener=open_ours) as stream:
        for line in (*write_cases(cases, notes), *inspection):
            stream.write(json.dumps(line) + "\n")
    return path
