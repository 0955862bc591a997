"""Why an entry was not taken into a file. Each error names the field, what is wrong and what to do."""


class Refused(ValueError):
    """An entry that a file cannot take. ``field`` is the interchange field at fault."""

    def __init__(self, field: str, reason: str):
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class NoSuchCase(Refused):
    """The file does not begin with ``SupervisionStarted`` (or, for an inspection, ``InspectionOpened``)."""


class AlreadyStarted(Refused):
    """A second beginning for the same file."""


class EntryRepeats(Refused):
    """The same entry id with other content: what was recorded stands; correct it with ``EntryCorrected``."""


class NoSuchEntry(Refused):
    """A reference to an entry that is not in this file: ``entry`` is the id that it names."""

    def __init__(self, field: str, reason: str, entry: str):
        super().__init__(field, reason)
        self.entry = entry


class WrongKindOfEntry(Refused):
    """A reference to an entry of another type than the field speaks of."""


class ImpossibleDate(Refused):
    """A date before birth, a recording before the event or in the future, an end before the beginning."""


class OutOfRange(Refused):
    """A score outside the range of its instrument."""


class BadCorrection(Refused):
    """A correction that would make its subject a line that could not have been recorded."""


class BusyFile(RuntimeError):
    """Others kept writing to the same file; nothing was recorded. Try again."""
