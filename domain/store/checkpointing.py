"""Handing checkpoints to the witness that the operator has named: at once, or on a schedule. It stops nothing where it fails."""

import logging
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple, Protocol, cast

from domain.proof.checkpoints import Checkpoint, log_origin
from domain.proof.signed_notes import NotAKey, Note, VerifierKey, read_keys
from domain.proof.witness import Heard, Log, NotHeard, is_address, put_in_folder
from domain.proof.witness_address import ask_witness, shown
from domain.store.application import Files
from domain.store.hash_chain import BrokenChain
from domain.store.log_reader import LogReader
from domain.store.record_keys import record_name, signing_state
from domain.store.witnessed import Witnessed, Witnessing

WITNESS, HOURS, KEYS = "CASEAUDIT_WITNESS", "CASEAUDIT_WITNESS_HOURS", "CASEAUDIT_WITNESS_KEY_FILE"
"""The environment variables that name the witness, how often it is given a checkpoint, and the file with its public keys."""

EVERY_HOURS, LONGEST_HOURS = 24.0, 24.0 * 366

AGAIN = timedelta(minutes=15)
"""After this time a witness that did not take a checkpoint is asked again."""

CHECKED = 60.0
"""Seconds between looking whether a checkpoint is due."""

UNHEARD = timedelta(days=1)
"""A witness that has taken nothing for longer than this, and an hour, is shown as not heard."""


LOG = logging.getLogger("caseaudit.witness")


class WrongSetting(ValueError):
    """An environment variable about the witness cannot be used; the message says which and why."""


class HeadedLog(Log, Protocol):
    """A log, by its origin, and its newest checkpoint."""

    @property
    def origin(self) -> str: ...

    def note(self) -> Note:
        """The newest checkpoint, signed where the key is there."""


@dataclass(frozen=True)
class WitnessPlan:
    """Which witness (a folder or an address), how often, and by which keys it signs."""

    witness: str
    every: timedelta = timedelta(hours=EVERY_HOURS)
    keys: Sequence[VerifierKey] = ()

    @property
    def called(self) -> str:
        """The witness as it is printed and kept."""
        return shown(self.witness) if is_address(self.witness) else str(Path(self.witness).absolute())

    def hand_over(self, log: HeadedLog, kept: Witnessed, now: datetime) -> Heard:
        """Hand the newest checkpoint of a log to the witness, and keep what it took. ``NotHeard``: it did not, and why."""
        try:
            note = log.note()
            size = Checkpoint.read(note.text).size
            last = kept.last(log.origin, self.called)
            if is_address(self.witness):
                heard = ask_witness(self.witness, note, log, last.size if last else 0, self.keys)
            else:
                heard = put_in_folder(Path(self.witness), note, log, now)
        except (BrokenChain, LookupError) as error:
            raise NotHeard(f"the log is broken; run caseaudit verify ({error})") from error
        kept.keep(Witnessing(log.origin, size, self.called, now, str(heard.note), heard.where))
        return heard

    def tend(self, log: HeadedLog, kept: Witnessed, now: datetime) -> Heard | None:
        """Hand over the newest checkpoint where one is due and no other process does so. None: none was, or it failed."""
        last, tried = kept.last(log.origin, self.called), kept.last_try(log.origin, self.called)
        if last is not None and now - last.at < self.every:
            return None
        if (tried is not None and now - tried.at < AGAIN) or not kept.begin(log.origin, self.called, tried, now):
            return None
        try:
            return self.hand_over(log, kept, now)
        except NotHeard as error:
            kept.failed(log.origin, self.called, str(error))
            LOG.warning("the witness has taken no checkpoint; the page Proof says why")
            return None


def plan_of_environment() -> WitnessPlan | None:
    """The witness that the environment names; None: none. ``WrongSetting``."""
    witness = os.environ.get(WITNESS, "").strip()
    if not witness:
        if alone := [name for name in (HOURS, KEYS) if os.environ.get(name, "").strip()]:
            raise WrongSetting(f"{', '.join(alone)}: set, and {WITNESS} not; name the witness, or leave them out")
        return None
    return WitnessPlan(witness, hours_of_environment(), keys_of_environment())


def hours_of_environment() -> timedelta:
    """How often the witness is handed a checkpoint. ``WrongSetting``."""
    said = os.environ.get(HOURS, "").strip()
    try:
        hours = float(said or EVERY_HOURS)
    except ValueError:
        hours = 0.0
    if not 0 < hours <= LONGEST_HOURS:
        raise WrongSetting(f"{HOURS}: '{said}' is no number of hours above 0 and up to {LONGEST_HOURS:g}")
    return timedelta(hours=hours)


def keys_of_environment() -> Sequence[VerifierKey]:
    """The public keys of the witness. ``WrongSetting``."""
    path = os.environ.get(KEYS, "").strip()
    if not path:
        return ()
    try:
        return read_keys(Path(path).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, NotAKey) as error:
        raise WrongSetting(f"{KEYS}: {path}: {error}") from error


class EntriesLog:
    """The log of entries of a record, for a witness."""

    def __init__(self, files: Files):
        self._files, self._log = files, LogReader(files.recorder)

    @property
    def origin(self) -> str:
        return log_origin(record_name(self._files), "entries")

    def note(self) -> Note:
        """The newest checkpoint: as it was signed when it was stored, or else signed now, where the key is there."""
        head = self._log.head()
        if head.note:
            return Note.read(head.note)
        checkpoint = Checkpoint(
            log_origin(head.origin, "entries"), head.frontier.size, head.frontier.root, head.position
        )
        signer = signing_state(self._files).signer
        return Note.read(str(checkpoint) if signer is None else signer.sign(checkpoint))

    def root_at(self, size: int) -> bytes:
        return self._log.root_at(size)

    def consistency(self, first: int, second: int) -> list[bytes]:
        return self._log.consistency(first, second)


class Schedule:
    """Hands over checkpoints whenever they are due, as long as somebody calls ``tend``. It opens what it needs at first use.

    ``more``: logs beside that of entries.
    """

    def __init__(
        self, plan: WitnessPlan, address: str, files: Files, clock: Callable[[], datetime], more: Sequence[HeadedLog] = ()
    ):  # fmt: skip
        self._plan, self._address, self._clock = plan, address, clock
        self._logs, self._kept = (EntriesLog(files), *more), cast(Witnessed | None, None)
        self._looked_at: float | None = None

    def tend(self) -> None:
        """Hand over what is due, at most once in ``CHECKED`` seconds. What fails is logged, and tried again."""
        if self._looked_at is not None and time.monotonic() < self._looked_at + CHECKED:
            return
        self._looked_at = time.monotonic()
        if self._kept is None:
            self._kept = Witnessed(self._address)
        for log in self._logs:
            self._plan.tend(log, self._kept, self._clock())


class Standing(NamedTuple):
    """How a log stands with its witness. ``last``: what it took last. ``fault``: why it is not heard; empty where it is."""

    origin: str
    last: Witnessing | None
    fault: str


def standing(plan: WitnessPlan, origin: str, kept: Witnessed, now: datetime) -> Standing:
    """How a log stands with its witness now: a fault where it was not heard for a day and an hour, or for longer than asked."""
    last, tried = kept.last(origin, plan.called), kept.last_try(origin, plan.called)
    longest = max(UNHEARD, plan.every) + timedelta(hours=1)
    why = tried.fault if tried is not None and (last is None or tried.at > last.at) else ""
    if last is not None and now - last.at <= longest:
        return Standing(origin, last, "")
    since = (
        "has never taken a checkpoint"
        if last is None
        else f"has taken none since {last.at.isoformat(timespec='minutes')}"
    )
    return Standing(origin, last, f"the witness {plan.called} {since}" + (f": {why}" if why else ""))
