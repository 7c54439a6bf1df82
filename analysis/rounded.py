"""With how many digits is a number shown? Numbers are rounded for a reader here, and only here. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from math import floor, log10

from analysis.measures import Measure

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
USUAL = 2  # decimals
LEAST = 1e-4  # below it a power of ten reads better than so many zeros


def number(value: object) -> float | None:
    """A number of a stored result: None where there is none; "Infinity" is how JSON holds the infinite."""
    return None if value is None else float(str(value))


def minus(text: str) -> str:
    """A minus sign where a hyphen stands for one; no minus before nothing but zeros."""
    return text.lstrip("-") if not text.strip("-0.") else text.replace("-", "−")


def effect(value: object, *, fine: float = 0.0, decimals: int = USUAL) -> str:
    """An estimate or a limit: with these decimals; below `fine` two digits that say something; a power of ten for what is beyond."""
    x = number(value)
    if x is None:
        return "–"
    if abs(x) == float("inf"):
        return "∞" if x > 0 else "−∞"
    small = 0 < abs(x) < fine
    if abs(x) >= 1e6 or (small and abs(x) < LEAST):
        digits, exponent = f"{x:.1e}".split("e")
        return minus(f"{digits}\u00a0×\u00a010") + str(int(exponent)).translate(RAISED)
    if small:
        return minus(f"{x:#.2g}")
    return minus(f"{x:.{decimals}f}")


def effects(values: Sequence[object], of: Measure) -> list[str]:
    """An estimate and what stands in a row with it, its limits as a rule.

    Each has digits of its own; where the measure is `even`, all have as many decimals as show two digits of the first, and one more than
    usual at least where it is below 1 and another is small: "0.014 [0.004, 0.031]", "0.120 [0.086, 0.163]", "5.20 [0.05, 10.35]".
    """
    first, *others = found = [number(value) for value in values]
    if not of.even or (first is not None and 0 < abs(first) < LEAST):
        return [effect(x, fine=of.fine) for x in found]
    room = USUAL + 1 if first is None or abs(first) < 1 else USUAL
    decimals = max([decimals_of(first, of), *(min(room, decimals_of(x, of)) for x in others)])
    return [effect(x, decimals=decimals) for x in found]


def effect_of(value: object, of: Measure) -> str:
    """One that stands alone."""
    return effects([value], of)[0]


def decimals_of(x: float | None, of: Measure) -> int:
    """How many show two digits that say something, of what is small, or as near to where the measure ends."""
    if x is None:
        return USUAL
    size = abs(x) if of.most is None else min(abs(x), abs(of.most - x))
    return 1 - floor(log10(max(size, LEAST))) if 0 < size < of.fine else USUAL


def variance(tau2: object) -> str:
    """A variance between studies; where an iteration ends beside 0, it is 0."""
    x = number(tau2)
    return effect(x, fine=0.01 if x is not None and x >= 1e-9 else 0.0)


def plain(value: float) -> str:
    """A number as somebody extracted it: two decimals at most, of small numbers two digits, none that are zero at the end."""
    decimals = 2 if abs(value) >= 0.1 or not value else min(15, 1 - floor(log10(abs(value))))
    return minus(f"{value:.{decimals}f}".rstrip("0").rstrip("."))


def percent(value: object, digits: int = 0) -> str:
    x = number(value)
    return "–" if x is None else f"{x:.{digits}f}%"


def p_value(value: object) -> str:
    """With its sign: "= 0.03", "= 0.004", "< 0.0001"."""
    x = number(value)
    if x is None:
        return "= –"
    if x < 0.0001:
        return "< 0.0001"
    return f"= {x:.2f}" if x >= 0.0095 else f"= {x:.1g}"
