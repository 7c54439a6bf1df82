"""How does a JSON document become the input of a figure?

By the type hints of its dataclass, so that the document's fields are the dataclass's and nothing is described twice.
"""

import json
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints


class Unreadable(ValueError):
    """The document does not fit; the message names the field and what was expected there."""


def read_file(path: Path) -> Any:
    """What a JSON file holds. Raises Unreadable with the line where it is no JSON, OSError where it cannot be opened."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise Unreadable(f"{path}: this is not text in UTF-8") from error
    except json.JSONDecodeError as error:
        raise Unreadable(f"{path}, line {error.lineno}: this is not JSON: {error.msg}") from error


def read(kind: Any, value: Any, where: str) -> Any:
    """The value as an instance of `kind`; `where` names it in errors. Raises Unreadable."""
    origin = get_origin(kind)
    if origin is UnionType:
        return _optional(kind, value, where)
    if is_dataclass(kind):
        return _dataclass(kind, value, where)
    if origin is tuple:
        return _items(get_args(kind), value, where)
    if origin in (frozenset, Sequence):
        items = _items((get_args(kind)[0], ...), value, where)
        return frozenset(items) if origin is frozenset else items
    if origin is Mapping:
        return _mapping(get_args(kind)[1], value, where)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _enum(kind, value, where)
    return _plain(kind, value, where)


PLAIN: dict[Any, tuple[tuple[type, ...], str]] = {
    str: ((str,), "text"),
    int: ((int,), "a whole number"),
    bool: ((bool,), "true or false"),
    float: ((int, float), "a number"),
    Hashable: ((str,), "text"),
}


def _plain(kind: Any, value: Any, where: str) -> Any:
    accepted, words = PLAIN[kind]
    if not isinstance(value, accepted) or (kind in (int, float) and isinstance(value, bool)):
        raise Unreadable(f"{where}: must be {words}, not {value!r}")
    return value


def _optional(kind: Any, value: Any, where: str) -> Any:
    if value is None:
        return None
    (other,) = (part for part in get_args(kind) if part is not NoneType)
    return read(other, value, where)


def _dataclass(kind: Any, value: Any, where: str) -> Any:
    if not isinstance(value, dict):
        raise Unreadable(f"{where}: must be an object, not {value!r}")
    hints = get_type_hints(kind)
    unknown = ", ".join(name for name in value if name not in hints)
    if unknown:
        raise Unreadable(f"{where}: there is no field {unknown}; there are {', '.join(hints)}")
    needed = [f.name for f in fields(kind) if f.default is MISSING and f.default_factory is MISSING]
    missing = ", ".join(name for name in needed if name not in value)
    if missing:
        raise Unreadable(f"{where}: {missing} is missing")
    try:
        return kind(**{name: read(hints[name], part, f"{where}.{name}") for name, part in value.items()})
    except Unreadable:
        raise
    except ValueError as error:
        raise Unreadable(f"{where}: {error}") from error


def _items(kinds: tuple[Any, ...], value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise Unreadable(f"{where}: must be a list, not {value!r}")
    if kinds[-1] is Ellipsis:
        kinds = kinds[:1] * len(value)
    if len(kinds) != len(value):
        raise Unreadable(f"{where}: must have {len(kinds)} items, not {len(value)}")
    return tuple(read(kind, part, f"{where}[{i}]") for i, (kind, part) in enumerate(zip(kinds, value, strict=True)))


def _mapping(kind: Any, value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable(f"{where}: must be an object, not {value!r}")
    return {name: read(kind, part, f"{where}[{name!r}]") for name, part in value.items()}


def _enum(kind: type[Enum], value: Any, where: str) -> Enum:
    known = {member.value: member for member in kind}
    if value not in known:
        raise Unreadable(f"{where}: must be one of {', '.join(known)}, not {value!r}")
    return known[value]
