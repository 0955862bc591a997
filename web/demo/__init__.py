"""The two Gloucestershire samples: believable cases, written as ordinary interchange files from a seed.

People, officers and teams are invented; what each file shows is dealt out so that an honest reading of all sixty
gives the figures that the report prints. Nothing here is known to the engine: the files go through the ordinary
importer and are scored like any others.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from web.demo.allocate_findings import deal
from web.demo.inspection_file import write_inspection
from web.demo.published_findings import FOLLOW_UP, ORIGINAL, Sample
from web.demo.sample_writer import write_case

SEED = 2006


def lines(sample: Sample) -> Iterator[dict[str, Any]]:
    """Every line of one sample's file: its cases in turn, then the inspection that read them."""
    dealt = deal(sample, SEED)
    for brief in dealt:
        yield from write_case(sample, brief)
    yield from write_inspection(sample, dealt)


def write_samples(folder: Path) -> list[Path]:
    """Both samples as NDJSON files in this folder."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for sample in (ORIGINAL, FOLLOW_UP):
        path = folder / f"{sample.inspection}.ndjson"
        path.write_text("".join(json.dumps(line) + "\n" for line in lines(sample)), encoding="utf-8")
        written.append(path)
    return written
