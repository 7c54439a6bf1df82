"""Meta-analysis of pairwise comparisons: effects, pooling, and what is done beyond.

>>> from analysis.stats import effects, pool
>>> es = effects("RR", ai=[4, 6, 3], n1i=[123, 306, 231], ci=[11, 29, 11], n2i=[139, 303, 220])
>>> print(pool(es, method="REML", test="knha"))  # doctest: +ELLIPSIS
Random-effects model (tau^2: REML); inverse variance (k = 3), RR, RevMan 2025
...
"""

from .baujat import Baujat, baujat
from .bias import BIAS_TESTS, BiasTest, asymmetry, egger, rank_test
from .effects import effects
from .errors import StatsError
from .failsafe import FailSafeN, fail_safe_n
from .influence import Influence, influence
from .line import FittedLine, fitted_line
from .measures import MEASURES, measure
from .options import PRESETS, Options, preset
from .pool import pool
from .regression import Regression, regress
from .results import Effects, Pooled
from .sensitivity import PooledSeries, cumulate, leave_one_out
from .subgroup import Subgroups, subgroups
from .trimfill import TrimAndFill, trim_and_fill

__all__ = [
    "BIAS_TESTS", "MEASURES", "PRESETS", "Baujat", "BiasTest", "Effects", "FailSafeN", "FittedLine", "Influence", "Options", "Pooled",
    "PooledSeries", "Regression", "StatsError", "Subgroups", "TrimAndFill", "asymmetry", "baujat", "cumulate", "effects",
    "egger", "fail_safe_n", "fitted_line", "influence", "leave_one_out", "measure", "pool", "preset", "rank_test", "regress", "subgroups",
    "trim_and_fill",
]  # fmt: skip
