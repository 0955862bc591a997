"""The entries of a file as somebody sees them: with their texts."""

from domain.entries.entry import Entry
from domain.store.application import Files


def opened(files: Files, reference: str) -> dict[str, Entry]:
    """The entries of a file by id, with their texts."""
    return {fact.entry: fact for fact in files.texts.opened(reference, files.read(reference).entries.values())}
