"""Which figures are counted again only after a while? Those of large reviews, for which a page would wait."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache
from redis.exceptions import RedisError

Figure = TypeVar("Figure")
log = logging.getLogger(__name__)


def remembered(
    key: str, count: Callable[[], Figure], *, seconds: int, worth: Callable[[Figure], bool] = lambda found: True
) -> Figure:
    """What was counted under this key in the last seconds, or is counted now; kept only where it is worth it.

    key: names all that the figure rests on, also the member where not everybody may see it. Without its broker the site counts each time.
    """
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
