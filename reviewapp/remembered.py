"""Which figures are counted again only after a while? Those of large reviews, for which a page would wait."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterable, Mapping
from functools import cache as once_a_process
from pathlib import Path
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError

Figure = TypeVar("Figure")
log = logging.getLogger(__name__)


def remembered(
    key: str, count: Callable[[], Figure], *, seconds: int, worth: Callable[[Figure], bool] = lambda found: True
) -> Figure:
    """What was counted under this key in the last seconds, or is counted now; kept only where it is worth it.

    key: names all that the figure rests on, also the member where not everybody may see it; with another release it is counted anew.
    Without its broker the site counts each time.
    """
    key = f"{counted_by()}-{key}"
    try:
        found = cache.get(key)
        if found is None:
            found = count()
            if worth(found):
                cache.set(key, found, seconds)
    except RedisError as error:
        log.warning("figures are counted anew, because the broker is away: %s", error)
        return count()
    return found


def remembered_each(
    keys: Iterable[str], count: Callable[[list[str]], Mapping[str, Figure]], *, seconds: int
) -> dict[str, Figure]:
    """What was counted under each of these keys in the last seconds; what is missing is counted now, all of it at once.

    count: takes the keys that are missing, in their order, and gives what belongs to each.
    """
    wanted, by = list(dict.fromkeys(keys)), f"{counted_by()}-"
    try:
        found = {key.removeprefix(by): each for key, each in cache.get_many([by + key for key in wanted]).items()}
        missing = [key for key in wanted if key not in found]
        if missing:
            counted = count(missing)
            cache.set_many({by + key: each for key, each in counted.items()}, seconds)
            found |= counted
    except RedisError as error:
        log.warning("figures are counted anew, because the broker is away: %s", error)
        return dict(count(wanted))
    return found


@once_a_process
def counted_by() -> str:
    """A digest of the program's code: another release may count otherwise, and stores figures of another shape."""
    parts = ("reviewapp", "screening", "extraction", "analysis")
    files = sorted(path for part in parts for path in Path(settings.BASE_DIR, part).rglob("*.py"))
    return hashlib.sha256(b"\x1f".join(each.read_bytes() for each in files)).hexdigest()[:16]
