"""Why an entry was refused. Each error names the field, what is wrong and what to do."""

from typing import ClassVar, Literal


class Refused(ValueError):
    """An entry that a file refuses. ``field`` is the interchange field at fault, ``reason`` what is wrong with it."""

    later_may_mend: ClassVar[bool] = False
    """Whether an entry that is still to come, such as a correction or withdrawal, may set it right."""

    def __init__(self, field: str, reason: str):
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class NoSuchCase(Refused):
    """The file does not begin with ``SupervisionStarted`` (or, for an inspection, ``InspectionOpened``)."""


class AlreadyStarted(Refused):
    """A second first entry for the same file, while the first one stands."""

    later_may_mend = True


class EntryRepeats(Refused):
    """An entry id that the file has, with other content. The recorded entry is kept; ``EntryCorrected`` changes it."""


class NoSuchEntry(Refused):
    """A reference to an entry that is not in this file: ``entry`` is the id that it names."""

    def __init__(self, field: str, reason: str, entry: str):
        super().__init__(field, reason)
        self.entry = entry


class WrongKindOfEntry(Refused):
    """A reference to an entry of a type that the field may not name."""


class ImpossibleDate(Refused):
    """A date before birth, a recording before the event or in the future, an end before the beginning."""


class ClashOfDates(ImpossibleDate):
    """A date that cannot be true together with that of another entry: an end before the start."""

    later_may_mend = True


class AnotherPerson(Refused):
    """A case or CRN of somebody who is not known to be the person of this case."""

    later_may_mend = True


class OutOfRange(Refused):
    """A score outside the range of its instrument."""


class BadCorrection(Refused):
    """A correction after which the corrected entry could not have been recorded."""


class Unexplained(Refused):
    """An entry that sets aside what others gave, and does not say why."""


class OwnApproval(Refused):
    """A dispensation from a duty, given by the officer whose duty it is."""


Stage = Literal["published", "frozen", "read"]
"""How far an inspection has come: published, frozen, or at least one of its cases read."""


class TooLate(Refused):
    """An inspection takes no such entry any more. ``stage``: how far it has come."""

    def __init__(self, field: str, reason: str, stage: Stage):
        super().__init__(field, reason)
        self.stage = stage


class BusyFile(RuntimeError):
    """Other writers changed the same file at every attempt. Nothing was recorded; try again."""
