"""The mappings of extracts that ship with the program (``mappings``): each for the tables of the example of its name."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "mappings"


@cache
def shipped_mappings() -> Mapping[str, Path]:
    """The file of each by the name of its source, in order."""
    return {path.stem: path for path in sorted(FOLDER.glob("*.yaml"))}
