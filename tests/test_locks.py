"""The two lock files: one version of each package, and no host that it came from."""

from pathlib import Path

HOME = Path(__file__).parents[1]


def pins(name: str) -> set[str]:
    """What a lock pins: package, version, and where it is for."""
    lines = (HOME / name).read_text(encoding="utf-8").splitlines()
    return {line.removesuffix(" \\") for line in lines if line and not line.startswith((" ", "#", "-"))}


def test_what_the_program_needs_has_the_same_versions_in_both_locks() -> None:
    assert pins("requirements.lock")
    assert pins("requirements.lock") < pins("requirements-dev.lock")


def test_a_lock_names_no_host() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (HOME / name).read_text(encoding="utf-8")
        assert "://" not in text
        assert "--index-url" not in text
