"""How large is the effect in a two-by-two table: RR, OR, RD and Peto's odds ratio?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .arrays import BoolArray, FloatArray, IntArray, all_of, any_of
from .corrections import corrected, log_or_nan
from .measures import Columns, Computed, first_reason, register
from .options import Options

NO_ARM = "a group has no participants"
NO_EVENTS = "nobody has the event in either group"
ALL_EVENTS = "everybody has the event in both groups"
ZERO_CELL = "a cell of the table is zero and no correction is added"


@dataclass(frozen=True)
class Tables:
    """Two-by-two tables, one per study: `a` of `n1` and `c` of `n2` have the event."""

    a: FloatArray
    b: FloatArray
    c: FloatArray
    d: FloatArray

    @property
    def n1(self) -> FloatArray:
        """Participants of group 1."""
        return self.a + self.b

    @property
    def n2(self) -> FloatArray:
        """Participants of group 2."""
        return self.c + self.d

    @property
    def has_zero(self) -> BoolArray:
        """Whether a cell is zero."""
        return any_of(self.a == 0, self.b == 0, self.c == 0, self.d == 0)

    @property
    def no_arm(self) -> BoolArray:
        """Whether a group is empty."""
        return any_of(self.n1 == 0, self.n2 == 0)

    @property
    def no_events(self) -> BoolArray:
        """Whether nobody has the event."""
        return all_of(self.a == 0, self.c == 0)

    @property
    def all_events(self) -> BoolArray:
        """Whether everybody has the event."""
        return all_of(self.b == 0, self.d == 0)

    def plus(self, group1: FloatArray, group2: FloatArray) -> Tables:
        """Each group's two cells raised by that group's correction."""
        return Tables(self.a + group1, self.b + group1, self.c + group2, self.d + group2)

    def where(self, keep: IntArray) -> Tables:
        """The tables of the studies in the places `keep`."""
        return Tables(self.a[keep], self.b[keep], self.c[keep], self.d[keep])


def tables(columns: Columns) -> Tables:
    """The tables behind `columns`, which give each group as events and total, or as the two cells."""
    a, c = columns["ai"], columns["ci"]
    b = columns["bi"] if "bi" in columns else columns["n1i"] - a
    d = columns["di"] if "di" in columns else columns["n2i"] - c
    return Tables(a, b, c, d)


def corrections(
    t: Tables, add: float | str, to: str, counted: BoolArray | None = None
) -> tuple[FloatArray, FloatArray]:
    """What is added to both cells of group 1, and of group 2, of every study (each of shape k).

    Zero cells of studies that are not `counted` (k), because they are left out, call for no correction.

    "TACC" takes the reciprocal of the size of the other group, scaled to a sum of 1 (Sweeting, Sutton and
    Lambert 2004, Stat Med 23:1351, section 3.3).
    """
    zero = t.has_zero if counted is None else all_of(t.has_zero, counted)
    which = corrected(zero, to).astype(float)
    if add == "TACC":
        total = np.where(t.no_arm, 1.0, t.n1 + t.n2)
        return which * t.n1 / total, which * t.n2 / total
    return which * float(add), which * float(add)


def left_out(t: Tables, measure: str, drop00: bool | str) -> list[tuple[BoolArray, str]]:
    """The reasons for which a study has no estimate under `measure`, strongest first."""
    reasons = [(t.no_arm, NO_ARM)]
    if drop00 is True or (drop00 == "ratios" and measure in ("RR", "OR")):
        reasons += [(t.no_events, NO_EVENTS), (t.all_events, ALL_EVENTS)]
    return reasons


def _prepare(columns: Columns, o: Options, measure: str) -> tuple[Tables, Tables, list[str]]:
    """The tables as they are, the tables with the correction, and who is left out why."""
    t = tables(columns)
    why = first_reason(left_out(t, measure, o.drop00), len(t.a))
    counted = np.array([not reason for reason in why], dtype=bool)
    return t, t.plus(*corrections(t, o.add, o.to, counted)), why


@register("RR", "Risk ratio", ("ai", "n1i", "ci", "n2i"), "exp", kind="bin2")
def risk_ratio(columns: Columns, o: Options) -> Computed:
    """Log risk ratio; variance 1/a - 1/n1 + 1/c - 1/n2 (Katz et al. 1978, Biometrics 34:469).

    The variance is computed as b/(a n1) + d/(c n2), which does not cancel.
    """
    t, plus, why = _prepare(columns, o, "RR")
    b, d = plus.b, plus.d
    if o.correction_form == "meta":
        b, d = t.b, t.d
    n1, n2 = plus.a + b, plus.c + d
    y = log_or_nan(plus.a / n1) - log_or_nan(plus.c / n2)
    return Computed(y, b / plus.a / n1 + d / plus.c / n2, why, ZERO_CELL)


@register("OR", "Odds ratio", ("ai", "n1i", "ci", "n2i"), "exp", kind="bin2")
def odds_ratio(columns: Columns, o: Options) -> Computed:
    """Log odds ratio; variance 1/a + 1/b + 1/c + 1/d (Woolf 1955, Ann Hum Genet 19:251)."""
    _, t, why = _prepare(columns, o, "OR")
    y = log_or_nan(t.a / t.b) - log_or_nan(t.c / t.d)
    return Computed(y, 1 / t.a + 1 / t.b + 1 / t.c + 1 / t.d, why, ZERO_CELL)


@register("RD", "Risk difference", ("ai", "n1i", "ci", "n2i"), "identity", kind="bin2")
def risk_difference(columns: Columns, o: Options) -> Computed:
    """Risk difference; variance a b / n1^3 + c d / n2^3."""
    t, plus, why = _prepare(columns, o, "RD")
    estimate = plus if o.correction_form == "cells" else t
    y = estimate.a / estimate.n1 - estimate.c / estimate.n2
    v = plus.a * plus.b / plus.n1**3 + plus.c * plus.d / plus.n2**3
    return Computed(y, v, why, ZERO_CELL)


@register("PETO", "Peto odds ratio", ("ai", "n1i", "ci", "n2i"), "exp", kind="bin2")
def peto_odds_ratio(columns: Columns, o: Options) -> Computed:
    """Peto's one-step log odds ratio (O - E)/V, variance 1/V (Yusuf et al. 1985). Never corrected."""
    t = tables(columns)
    o_minus_e, variance = observed_minus_expected(t)
    why = first_reason([(t.no_arm, NO_ARM), (t.no_events, NO_EVENTS), (t.all_events, ALL_EVENTS)], len(t.a))
    return Computed(o_minus_e / variance, 1 / variance, why, ZERO_CELL)


def observed_minus_expected(t: Tables) -> tuple[FloatArray, FloatArray]:
    """O - E of group 1's events, and the hypergeometric variance V (each of shape k)."""
    n = t.n1 + t.n2
    events = t.a + t.c
    difference = (t.a * t.d - t.b * t.c) / n
    variance = (t.n1 / n) * (t.n2 / n) * events * ((t.b + t.d) / (n - 1))
    return difference, variance
