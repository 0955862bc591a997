"""Policy kept between runs, so that YAML files are read once. Only policy that loaded without a fault is kept.

Its objects are pickled, since they hold types of entries, sets, and entry patterns that exist only once each. Unpickling
makes objects of the classes of ``domain`` and of no others, whatever the file contains.
"""

import io
import pickle
from collections.abc import Callable
from copyreg import __newobj__  # type: ignore[attr-defined]
from dataclasses import fields, is_dataclass
from importlib import import_module
from typing import Any, TypeVar

from domain.cache_folder import Unusable, kept
from domain.entries.case_entries import Entry
from domain.policy.conditions import EntryPattern, described
from domain.policy.kept_texts import KeptTexts
from domain.policy.policy_folders import policy_digest, source

T = TypeVar("T")

PLAIN = {("datetime", "date"), ("builtins", "frozenset")}

OURS = __name__.partition(".")[0] + "."
"""The package whose data classes and types of entries policy is made of, with a dot."""


def kept_policy(name: str, read: Callable[[], T]) -> T:
    """The result of ``read``, or of an earlier run of it on the same policy files, laid-over ones included.

    What is read from texts that a record keeps has a file of its own for each set of them.
    """
    over = source()
    own = f"-{over.digest[:16]}" if isinstance(over, KeptTexts) else ""
    policy: T = kept(f"policy-{name}{own}", policy_digest(), read, dump=_dumped, load=_loaded)
    return policy


class _Pickler(pickle.Pickler):
    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, EntryPattern):
            return described, tuple(getattr(obj, part.name) for part in fields(EntryPattern))
        if (
            is_dataclass(obj) and not isinstance(obj, type) and hasattr(obj, "__dict__")
        ):  # not what it has looked up since
            return __newobj__, (type(obj),), {field.name: getattr(obj, field.name) for field in fields(obj)}
        return NotImplemented


class _Unpickler(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str, /) -> Any:
        if (module_name, global_name) in PLAIN:
            return super().find_class(module_name, global_name)
        found = vars(import_module(module_name)).get(global_name) if module_name.startswith(OURS) else None
        if found is described or (isinstance(found, type) and (is_dataclass(found) or issubclass(found, Entry))):
            return found
        raise pickle.UnpicklingError(f"{module_name}.{global_name} is no part of policy")


def _dumped(policy: Any) -> bytes:
    out = io.BytesIO()
    _Pickler(out, pickle.HIGHEST_PROTOCOL).dump(policy)
    return out.getvalue()


def _loaded(content: bytes) -> Any:
    try:
        return _Unpickler(io.BytesIO(content)).load()
    except pickle.UnpicklingError as error:
        raise Unusable from error
