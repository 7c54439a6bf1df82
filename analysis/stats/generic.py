"""What if a study reports its estimate ready made?"""

from __future__ import annotations

from .measures import Columns, Computed, register
from .options import Options

NO_VARIANCE = "the estimate has no finite variance"


def _as_given(c: Columns) -> Computed:
    variance = c["vi"] if "vi" in c else c["sei"] ** 2
    return Computed(c["yi"], variance, [""] * len(c["yi"]), NO_VARIANCE)


@register("GEN", "Generic effect", ("yi", "vi"), "identity", kind="gen")
def generic(c: Columns, o: Options) -> Computed:
    """Estimates as given, with sampling variances `vi` or standard errors `sei`."""
    return _as_given(c)


@register("HR", "Hazard ratio", ("yi", "vi"), "exp", kind="gen")
def hazard_ratio(c: Columns, o: Options) -> Computed:
    """Log hazard ratios as given, with sampling variances `vi` or standard errors `sei`."""
    return _as_given(c)
