"""A copy of a record that goes on by itself gets a name of its own; else two honest heads of one name would look like fraud."""

from datetime import datetime

from domain.entries.record_entries import BRANCHES, RecordBranched
from domain.store.application import Files
from domain.store.entry_codec import register_row
from domain.store.preparation import new_origin
from domain.store.record_keys import record_name


def branch(files: Files, *, reason: str, at: datetime, actor: str) -> str:
    """Give the record a new name, and enter from which one it branched, and where. Its key signs no more: it has none yet."""
    recorder, was = files.recorder, record_name(files)
    name = new_origin()
    number = recorder.last_version(BRANCHES) + 1
    with recorder.datastore.transaction(commit=True) as c:
        head = recorder.log.head(c, lock=recorder.log.kind == "postgresql")
        fact = RecordBranched(
            at=at, branched_from=was, leaves=head.frontier.size, root=head.frontier.root.hex(), name=name, reason=reason
        )
        recorder.log.name(c, name)
        recorder.log.signing.forget()
        recorder.append_in(c, [register_row(BRANCHES, number, fact)], actor)
    recorder.log.signing.forget()
    return name
