"""Who stored an entry: what stands in the column ``actor``, read and written.

By hand it is the account's user name. A command stores as ``operator (USER[, login N] on HOST: COMMAND)``: what the system
knows of who ran it, which proves no person. What is stored for a registered source begins with ``source NAME, ``, and with
``source NAME, taking over, `` while its first load is taken over. Texts of older versions (``import``, ``demo``) are read as
they stand: like user names.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

SOURCE = r"[A-Za-z][A-Za-z0-9_-]{0,49}"
"""The pattern of the names of sources: those that a mapping of an extract may give."""

DEMONSTRATION = "demo"
"""Who stores the samples. No account can have this name."""

SAMPLES = "samples"
"""The source of the samples, which is taken over."""

_WRITTEN = re.compile(
    rf"(?:source (?P<source>{SOURCE}), (?P<taking_over>taking over, )?)?"
    r"(?:operator \((?P<operator>.+)\)|(?P<account>.*))",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class StoredBy:
    """Who stored an entry: an ``account`` (its user name) or an ``operator``, for a ``source`` or for none.

    ``taking_over``: while the source's first load was declared to be taken over.
    """

    account: str = ""
    source: str = ""
    taking_over: bool = False
    operator: str = ""

    @classmethod
    @lru_cache(1024)
    def read(cls, text: str) -> "StoredBy":
        """What the column says. Every text can be read."""
        found = _WRITTEN.fullmatch(text)
        assert found is not None
        account, source = found["account"] or "", found["source"] or ""
        return cls(account, source, found["taking_over"] is not None, found["operator"] or "")

    @property
    def who(self) -> str:
        """The account, or the operator in words."""
        return f"operator ({self.operator})" if self.operator else self.account

    @property
    def tried_out(self) -> bool:
        """Whether a person recorded it by hand in the demonstration: it counts as of the samples, so it is never late."""
        return self.taking_over and self.source == SAMPLES and self.account not in ("", DEMONSTRATION)

    def __str__(self) -> str:
        source = f"source {self.source}, " if self.source else ""
        return source + ("taking over, " if self.source and self.taking_over else "") + self.who


def is_own_doing(account: str) -> bool:
    """Whether the program stored this by itself, when it prepared a database of an older version. No account has such a name."""
    return account.startswith("caseaudit (")
