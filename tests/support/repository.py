"""Where the files of this repository are."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
"""The folder that holds ``domain``, ``projections``, ``web``, ``docs`` and ``tests``."""
