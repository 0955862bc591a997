"""A property that is worked out when it is first asked for, and kept with the object."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class worked_out(Generic[T]):
    """As ``functools.cached_property``, without its lock: two threads may both work it out, and come to the same."""

    def __init__(self, work_out: Callable[[Any], T]):
        self.work_out, self.name = work_out, work_out.__name__
        self.__doc__ = work_out.__doc__

    def __get__(self, holder: Any, _: type) -> T:
        """Python asks here only while the object has nothing of this name."""
        if holder is None:
            return self  # type: ignore[return-value]  # asked of the class
        found = holder.__dict__[self.name] = self.work_out(holder)
        return found
