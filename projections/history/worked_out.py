"""A property that is computed when it is first read, and then stored on the object."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class worked_out(Generic[T]):
    """Like ``functools.cached_property``, without its lock: two threads may both compute the value, which is the same."""

    def __init__(self, work_out: Callable[[Any], T]):
        self.work_out, self.name = work_out, work_out.__name__
        self.__doc__ = work_out.__doc__

    def __get__(self, holder: Any, _: type) -> T:
        """Compute and store the value. Python calls this only while the object has no attribute of this name."""
        if holder is None:
            return self  # type: ignore[return-value]  # asked of the class
        found = holder.__dict__[self.name] = self.work_out(holder)
        return found
