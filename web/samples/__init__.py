"""The two Gloucestershire samples: believable cases, written as ordinary interchange files from a seed.

People, officers and teams are invented; what each file shows is dealt out so that an honest reading of all sixty
gives the figures that the report prints. Nothing here is known to the engine: the files go through the ordinary
importer and are scored like any others.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from web.samples.dealing import deal
from web.samples.findings import FOLLOW_UP, ORIGINAL, Sample
from web.samples.writing import write_case

SEED = 2006


def lines(sample: Sample) -> Iterator[dict[str, Any]]:
    """Every line of one sample's file: its cases in turn, then the inspection that read them."""
    dealt = deal(sample, SEED)
    for brief in dealt:
        yield from write_case(sample, brief)
    yield {
        "inspection": sample.inspection,
        "entry": "opened",
        "type": "InspectionOpened",
        "occurred_on": sample.sample_date.isoformat(),
        "recorded_at": f"{sample.sample_date.isoformat()}T09:00:00+01:00",
        "recorded_by": "information-manager",
        "title": sample.title,
        "area": "Gloucestershire",
        "framework": "esi-2003",
        "cases": [brief.reference for brief in dealt],
        "knowledge": "stood",
        "evidence": "case files and case managers only",
        **({"follows": sample.follows} if sample.follows else {}),
    }


def write_samples(folder: Path) -> list[Path]:
    """Both samples as NDJSON files in this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for sample in (ORIGINAL, FOLLOW_UP):
        path = folder / f"{sample.inspection}.ndjson"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines(sample)), encoding="utf-8")
        written.append(path)
    return written
