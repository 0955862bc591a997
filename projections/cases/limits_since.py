"""Who may not open a case, for the cases whose limits of access the columns may not have yet: from the record itself."""

from collections.abc import Mapping

from domain.store.record_reader import RecordReader
from projections.history.access_limits import excluded_by


def limits_since(record: RecordReader, position: int, head: int | None = None) -> Mapping[str, frozenset[str]]:
    """The staff who may not open a case, for each case whose limits entries after a position may have changed.

    By reference, as the record has it now; an empty set: the limits were lifted or withdrawn. ``head``: the record's last
    position where the caller has just asked for it; nothing is read where it is no later than the position.
    """
    if head is not None and head <= position:
        return {}
    changed = record.limits_changed_after(position)
    return {file.reference: excluded_by(file.entries.values()) for file in record.files(changed)}
