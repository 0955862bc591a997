"""The two Gloucestershire samples: plausible cases, written as ordinary interchange files from a seed.

People, officers and teams are invented. What each file shows is chosen so that an honest reading of all sixty files
gives the figures that the report prints. The rest of the program knows nothing of them: they are imported and scored
like any other files.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from domain.private_folder import OUR_FOLDER, open_ours
from web.demo.allocate_findings import deal
from web.demo.inspection_file import write_inspection
from web.demo.published_findings import FOLLOW_UP, ORIGINAL, PublishedSample
from web.demo.sample_writer import write_case

SEED = 2006


def lines(sample: PublishedSample) -> Iterator[dict[str, Any]]:
    """The lines of one sample's file: its cases one after the other, then the inspection that read them."""
    dealt = deal(sample, SEED)
    for brief in dealt:
        yield from write_case(sample, brief)
    yield from write_inspection(sample, dealt)


def write_samples(folder: Path) -> list[Path]:
    """Write both samples as NDJSON files in this folder."""
    folder.mkdir(mode=OUR_FOLDER, parents=True, exist_ok=True)
    written = []
    for sample in (ORIGINAL, FOLLOW_UP):
        path = folder / f"{sample.inspection}.ndjson"
        with open(path, "w", encoding="utf-8", opener=open_ours) as stream:
            stream.write("".join(json.dumps(line) + "\n" for line in lines(sample)))
        written.append(path)
    return written
