"""For whom an import stores: for a registered source, by who may import for it, or for none."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.importing.source_areas import SourceAreas
from domain.store.application import Files
from domain.store.sources import Source, file_of, source_named
from domain.store.stored_by import StoredBy


class MayNotImport(ValueError):
    """The source is not registered, or does not let this person import."""


@dataclass(frozen=True, slots=True)
class Importer:
    """Who imports: the ``account`` of the site (its user name), or at the shell the system's ``user`` (``operator``: in words)."""

    account: str = ""
    user: str = ""
    operator: str = ""


@dataclass(frozen=True, slots=True)
class ImportedFor:
    """Who is on record as having stored what an import stores. ``areas``: those that it may give; None: all."""

    by: StoredBy
    areas: SourceAreas | None = None
    unregistered: bool = False


def imported_for(
    files: Files, name: str | None, importer: Importer, now: datetime, *, ordinary: bool = False, from_mapping: bool = False
) -> ImportedFor:  # fmt: skip
    """For whom an import stores now. ``name``: of the source (None: none). Raises ``MayNotImport``.

    While a taking over is open, what its source gives is taken over, unless the import is said to be ``ordinary``.
    ``from_mapping``: an extract's mapping names the source, which need not be registered.
    """
    if name is None:
        return ImportedFor(StoredBy(importer.account, operator=importer.operator))
    try:
        file_of(name)
    except ValueError as error:
        raise MayNotImport(str(error)) from error
    source = source_named(files, name)
    if source.registered is None:
        if from_mapping:
            return ImportedFor(StoredBy(importer.account, name, operator=importer.operator), unregistered=True)
        raise MayNotImport(f"no source '{name}' is registered; register it with: caseaudit sources add {name}")
    _check(source, importer)
    taken = None if ordinary else source.taking_over(now)
    by = StoredBy(importer.account, name, taken is not None, importer.operator)
    if taken is not None and taken.areas:
        listed = ", ".join(taken.areas)
        return ImportedFor(by, SourceAreas(taken.areas, f"is not being taken over by {name} (only {listed}); "
                                                        "import it as an ordinary import: --ordinary"))  # fmt: skip
    if source.areas:
        listed = ", ".join(sorted(source.areas))
        return ImportedFor(by, SourceAreas(source.areas, f"is no area for which {name} imports (only {listed})"))
    return ImportedFor(by)


def sources_of(sources: Iterable[Source], account: str) -> list[str]:
    """The names of those sources for which an account may import."""
    return [one.name for one in sources if one.registered is not None and account in one.registered.accounts]


def _check(source: Source, importer: Importer) -> None:
    """``MayNotImport`` where the registration does not name who imports."""
    said = source.registered
    assert said is not None
    if importer.account in said.accounts or (not importer.account and importer.user in said.users):
        return
    who = importer.account or f"the system's user {importer.user}"
    may = [*said.users, *said.accounts]
    raise MayNotImport(
        f"{who} may not import for {source.name}; who may: {', '.join(may) or 'nobody'}. An administrator can change "
        "that on the page Sources, an operator with `caseaudit sources add`"
    )
