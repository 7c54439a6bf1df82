"""Where does the line of a meta-regression on one number run, and how sure is it?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import FloatArray
from .distributions import critical
from .errors import StatsError
from .formula import INTERCEPT
from .options import Options
from .regression import Regression
from .results import Effects, Result

POINTS = 41


@dataclass(frozen=True, eq=False)
class FittedLine(Result):
    """The fitted mean at evenly spaced values `x` of one `moderator`, smallest to largest, with its confidence band.

    All arrays (n) are on the analysis scale; `natural` gives estimate and band on the natural one.
    """

    moderator: str
    x: FloatArray
    estimate: FloatArray
    ci_lb: FloatArray
    ci_ub: FloatArray
    level: float
    effects: Effects
    options: Options

    def natural(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Estimate and band on the natural scale of the measure: three arrays (n)."""
        return tuple(self.effects.natural(each) for each in (self.estimate, self.ci_lb, self.ci_ub))  # type: ignore[return-value]


def fitted_line(fit: Regression, points: int = POINTS) -> FittedLine:
    """The line of a regression with an intercept and one column. Raises StatsError for any other.

    >>> from analysis.stats import effects, fitted_line, regress
    >>> es = effects("GEN", yi=[-0.9, -1.6, -0.2, -0.8], vi=[0.3, 0.2, 0.05, 0.01])
    >>> line = fitted_line(regress(es, "~ latitude", {"latitude": [44, 55, 13, 27]}, method="DL"), points=2)
    >>> line.x, line.estimate.round(2)
    (array([13., 55.]), array([-0.31, -1.66]))
    """
    if len(fit.names) != 2 or fit.names[0] != INTERCEPT:
        raise StatsError(f"A line needs one moderator that is a number, not the columns {', '.join(fit.names)}.")
    moderator = fit.x[:, 1]
    x = np.linspace(moderator.min(), moderator.max(), points)
    columns = np.column_stack([np.ones(points), x])
    estimate = columns @ fit.estimate
    half = critical(fit.level, fit.df) * np.sqrt(np.einsum("ij,jk,ik->i", columns, fit.vcov, columns))
    return FittedLine(fit.names[1], x, estimate, estimate - half, estimate + half, fit.level, fit.effects, fit.options)
