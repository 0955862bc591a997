"""``serve``: who can reach the site, and what is said of it."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from web.cli import main, serve_commands


@pytest.mark.parametrize(
    ("options", "warned"),
    [
        ([], False),
        (["--host", "127.0.0.1"], False),
        (["--host", "127.8.0.1"], False),
        (["--host", "::1"], False),
        (["--host", "localhost"], False),
        (["--host", "0.0.0.0"], True),
        (["--host", "::"], True),
        (["--host", "192.0.2.7"], True),
        (["--host", "audit.example"], True),
        (["--host", "127.0.0.1.nip.io"], True),
        (["--host", "0.0.0.0", "--behind-proxy"], False),
    ],
)
def test_a_site_that_others_reach_without_tls_is_warned_of(
    options: list[str], warned: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served: list[Any] = []
    monkeypatch.setattr(serve_commands, "_serve", lambda *given, **site: served.append(given))
    database = str(tmp_path / "a.sqlite")
    assert CliRunner().invoke(main, ["migrate", "--database", database]).exit_code == 0
    done = CliRunner().invoke(main, ["serve", *options, "--database", database], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    assert ("nothing in front of it encrypts" in done.stderr) is warned
    assert len(served) == 1, "it is served all the same"
