"""Holding a policy folder against the language of policy before it is laid over: every file, and what they give together."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from domain.policy.cited_documents import PolicyError
from domain.policy.frameworks.framework_files import frameworks_over
from domain.policy.frameworks.framework_schema import read_framework
from domain.policy.policy_folders import NAMED_BY, Kind, check_folder, names_in, unfit
from domain.policy.standards.edition_files import standards_over
from domain.policy.standards.edition_schema import read_edition


@dataclass(frozen=True)
class CheckedFile:
    """A file of a policy folder, and its faults, each with file, line and words; none: it is sound."""

    path: Path
    kind: Kind
    faults: tuple[str, ...]


def check_policy(folder: Path) -> tuple[list[CheckedFile], list[str]]:
    """Every file of a folder, and the faults of all of them together with what ships. ``PolicyError``: it is no policy folder."""
    check_folder(folder)
    checked = [
        CheckedFile(path, kind, tuple(_faults(path, kind, folder)))
        for kind in NAMED_BY
        for path in names_in(folder, kind)
    ]
    if any(one.faults for one in checked):
        return checked, []
    return checked, list(dict.fromkeys(_together(folder)))  # frameworks ask for the editions too


def _faults(path: Path, kind: Kind, folder: Path) -> Iterator[str]:
    if (why := unfit(path, folder)) is not None:
        yield why
        return
    try:
        read_edition(path) if kind == "standards" else read_framework(path)
    except PolicyError as error:
        yield from str(error).splitlines()


def _together(folder: Path) -> Iterator[str]:
    for laid in (standards_over, frameworks_over):
        try:
            laid([folder])
        except PolicyError as error:
            yield from str(error).splitlines()
