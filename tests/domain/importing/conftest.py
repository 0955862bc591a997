"""An extract to import."""

from pathlib import Path

import pytest

from tests.domain.importing.test_extracts import Source


@pytest.fixture
def source(tmp_path: Path) -> Source:
    return Source(tmp_path)
