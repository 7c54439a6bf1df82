"""Which stretch of numbers does a plot show, and where do its ticks stand?

Ranges are a matter of drawing, not of statistics: they are chosen from the positions that are to be drawn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, inf, isfinite, log, log10

# Symmetric ranges for ratios and the ticks that read best on them; the widest that fits a page without
# every interval shrinking to a dot is 0.01 to 100.
RATIO_TICKS: tuple[tuple[float, ...], ...] = (
    (0.5, 0.7, 1, 1.5, 2),
    (0.2, 0.5, 1, 2, 5),
    (0.1, 0.2, 0.5, 1, 2, 5, 10),
    (0.05, 0.2, 1, 5, 20),
    (0.02, 0.1, 1, 10, 50),
    (0.01, 0.1, 1, 10, 100),
    (0.005, 0.1, 1, 10, 200),
    (0.002, 0.1, 1, 10, 500),
    (0.001, 0.1, 1, 10, 1000),
)
WIDEST_COMFORTABLE_RATIO = 100.0

# No axis is drawn as far as this; such limits count as infinite.
BOUNDLESS = 1e100

# A logarithmic axis over more decades begins and ends with powers of ten, and has no more ticks at them than can be read.
DECADES, MOST_POWERS = 4, 7
# No tick stands nearer to the end of a logarithmic axis than its label and that of the end need: parts of the axis, for both and for
# each of their characters.
GAP, CHARACTER = 0.01, 0.009

# A straight axis reaches at most so many times farther than three quarters of all limits do.
STRETCH = 2.0


_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Axis:
    """A straight or logarithmic axis from `lower` to `upper` with its ticks, all in the data's own unit."""

    lower: float
    upper: float
    ticks: tuple[float, ...]
    log: bool = False

    def __post_init__(self) -> None:
        if not (isfinite(self.lower) and isfinite(self.upper) and self.lower < self.upper):
            raise ValueError(f"an axis must run from a smaller to a larger number, not {self.lower} to {self.upper}")
        if self.log and self.lower <= 0:
            raise ValueError(f"a logarithmic axis must begin above 0, not at {self.lower}")
        for tick in self.ticks:
            if not self.lower <= tick <= self.upper:
                raise ValueError(f"tick {tick} is not between {self.lower} and {self.upper}")

    def share(self, value: float) -> float:
        """How far along the axis a value lies: 0 at the lower end, 1 at the upper; outside it may be infinite."""
        if not self.log:
            return (value - self.lower) / (self.upper - self.lower)
        if value <= 0:
            return -inf
        return log(value / self.lower) / log(self.upper / self.lower)


def tick_label(value: float) -> str:
    """The tick as short as it can be written: true minus sign, very large and small powers of ten as such."""
    exponent = log10(abs(value)) if value else 0.0
    if abs(exponent) > 4 and exponent == round(exponent):
        return ("10" if value > 0 else "−10") + str(round(exponent)).translate(_RAISED)
    if value and not -4 <= exponent < 6:
        digits, power = f"{value:.9e}".split("e")
        return f"{float(digits):g}×10".replace("-", "−") + str(int(power)).translate(_RAISED)
    return f"{value:.10g}".replace("-", "−")


def ratio_axis(limits: Iterable[float], core: Iterable[float]) -> Axis:
    """A logarithmic axis, symmetric about 1.

    It holds all of `core` (estimates, pooled intervals). It holds all of `limits` too as long as 0.01 to 100
    will do; wider intervals are cut.
    """
    must = max((_fold(value) for value in core), default=1.0)
    wish = max((_fold(value) for value in limits), default=1.0)
    reach = max(must, min(wish, WIDEST_COMFORTABLE_RATIO))
    for ticks in RATIO_TICKS:
        if reach <= ticks[-1] * (1 + 1e-9):
            return Axis(ticks[0], ticks[-1], tuple(float(tick) for tick in ticks), log=True)
    decades = ceil(log10(reach))
    step = ceil(decades / 3)
    outer = step * 3
    powers = range(-outer, outer + 1, step)
    return Axis(10.0**-outer, 10.0**outer, tuple(10.0**power for power in powers), log=True)


def tight_ratio_axis(core: Iterable[float]) -> Axis:
    """A logarithmic axis that holds all of `core` and little more, with ends at 1, 2 or 5 times a power of ten."""
    known = [value for value in core if 1 / BOUNDLESS < value < BOUNDLESS]
    lower, upper = min(known, default=0.5), max(known, default=2.0)
    if log10(upper / lower) > DECADES:
        return fixed_axis(10.0 ** floor(log10(lower) + 1e-9), 10.0 ** ceil(log10(upper) - 1e-9), log=True)
    ends = [_round(digit * 10.0**p) for p in range(floor(log10(lower)), ceil(log10(upper)) + 1) for digit in (1, 2, 5)]
    first = max([end for end in ends if end <= lower * (1 + 1e-9)], default=lower)
    last = min([end for end in ends if end >= upper * (1 - 1e-9) and end > first], default=upper * 2)
    return fixed_axis(first, last, log=True)


def linear_axis(limits: Iterable[float], core: Iterable[float], null: float | None) -> Axis:
    """A straight axis, symmetric about `null` if there is one.

    It holds all of `core`, and of `limits` what lies not much farther out than most: a few very wide intervals are
    cut.
    """
    inner = [value for value in core if abs(value) < BOUNDLESS]
    outer = [*inner, *(value for value in limits if abs(value) < BOUNDLESS)]
    if not outer:
        return linear_axis([-1.0, 1.0], [], null)
    if null is None:
        return _between(min(outer), max(outer))
    need = max((abs(value - null) for value in inner), default=0.0)
    distances = sorted(abs(value - null) for value in outer)
    usual = STRETCH * distances[3 * (len(distances) - 1) // 4]
    reach = _visible(min(distances[-1], max(need, usual)), null)
    half, step = min(_symmetric(reach, steps) for steps in (2, 3, 4))
    count = round(half / step)
    ticks = tuple(_round(null + i * step) for i in range(-count, count + 1))
    return Axis(ticks[0], ticks[-1], ticks)


def snug_axis(core: Iterable[float]) -> Axis:
    """A straight axis that holds all of `core` and little more; 0 to 1 if there is nothing."""
    known = [value for value in core if abs(value) < BOUNDLESS]
    return _between(min(known, default=0.0), max(known, default=1.0), steps=6)


def _symmetric(reach: float, steps: int) -> tuple[float, float]:
    """Half the length of an axis that reaches so far in about so many steps, and the step."""
    step = _step(reach / steps)
    return ceil(reach / step - 1e-9) * step, step


def fixed_axis(lower: float, upper: float, *, log: bool) -> Axis:
    """An axis between ends that somebody chose, with ticks at round numbers and at both ends."""
    if not lower < upper or (log and lower <= 0):
        positive = "positive " if log else ""
        raise ValueError(f"an axis must run from a smaller to a larger {positive}number, not from {lower} to {upper}")
    if not log:
        step = _step((upper - lower) / 5)
        first, last = ceil(lower / step - 1e-9), floor(upper / step + 1e-9)
        inside = [_round(i * step) for i in range(first, last + 1)]
    else:
        inside = [tick for tick in _log_ticks(lower, upper) if tick == 1 or _clear_of_ends(tick, lower, upper)]
    return Axis(lower, upper, tuple(sorted({lower, *(tick for tick in inside if lower < tick < upper), upper})), log)


def _clear_of_ends(tick: float, lower: float, upper: float) -> bool:
    """Whether the label of a tick of a logarithmic axis touches neither that of its lower nor that of its upper end."""
    length = log10(upper / lower)
    return all(
        abs(log10(tick / end)) / length > GAP + CHARACTER * (len(tick_label(tick)) + len(tick_label(end)))
        for end in (lower, upper)
    )


def _log_ticks(lower: float, upper: float) -> list[float]:
    """Round numbers within: powers of ten if they are many enough, of so many that they can be read; else with 3, with 2 and 5, with more."""
    step = ceil(log10(upper / lower) / MOST_POWERS)
    powers = [p for p in range(floor(log10(lower)), ceil(log10(upper)) + 1) if p % step == 0]
    for leading in ((1,), (1, 3), (1, 2, 5), (1, 1.5, 2, 3, 5, 7)):
        inside = [tick for tick in (_round(d * 10.0**p) for p in powers for d in leading) if lower <= tick <= upper]
        if len(inside) >= 4:
            break
    return inside


def legible_ticks(positions: Sequence[float], widths: Sequence[float], first: int, gap: float) -> list[int]:
    """Which tick labels can be printed without touching: `first` in any case, then the ends, then the others.

    Positions are the labels' middles, all in pixels.
    """
    order = sorted(range(len(positions)), key=lambda i: (i != first, i not in (0, len(positions) - 1), i))
    chosen: list[int] = []
    for i in order:
        if all(abs(positions[i] - positions[j]) >= (widths[i] + widths[j]) / 2 + gap for j in chosen):
            chosen.append(i)
    return sorted(chosen)


def _fold(value: float) -> float:
    """How many times larger or smaller than 1, as a number of at least 1; boundless limits count as 1."""
    if not 1 / BOUNDLESS < value < BOUNDLESS:
        return 1.0
    return max(value, 1 / value)


def _between(lower: float, upper: float, steps: int = 4) -> Axis:
    step = _step(_visible(upper - lower, max(abs(lower), abs(upper))) / steps)
    first = floor(lower / step + 1e-9)
    last = max(ceil(upper / step - 1e-9), first + 1)
    ticks = tuple(_round(i * step) for i in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], ticks)


def _visible(spread: float, size: float) -> float:
    """The spread, or where numbers of that size do not differ in nine digits, their size: an axis needs a length."""
    if spread > max(1e-9 * abs(size), 1e-100):
        return spread
    return abs(size) if abs(size) > 1e-100 else 1.0


def _step(rough: float) -> float:
    """The next round step (1, 2, 2.5 or 5 times a power of ten) that is at least as wide."""
    power = 10.0 ** floor(log10(rough))
    for digit in (1, 2, 2.5, 5):
        if rough <= digit * power * (1 + 1e-9):
            return digit * power
    return 10 * power


def _round(value: float) -> float:
    return float(f"{value:.12g}")
