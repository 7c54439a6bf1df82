"""How is the formula of a converted number told to people? With what the form calls its numbers, not with their ids.

What is stored keeps the ids: whether a number still follows is asked by comparing formulas.
"""

from __future__ import annotations

import re

WORDS = {
    "ci_low": "lower limit of the 95% CI",
    "ci_high": "upper limit of the 95% CI",
    "difference": "mean difference",
    "difference_se": "SE of the difference",
    "difference_low": "lower limit of the difference’s 95% CI",
    "difference_high": "upper limit of the difference’s 95% CI",
    "effect_low": "lower limit of the effect’s 95% CI",
    "effect_high": "upper limit of the effect’s 95% CI",
    "hr": "HR",
    "ratio": "HR",
    "low": "lower limit of the HR’s 95% CI",
    "high": "upper limit of the HR’s 95% CI",
    "hr_low": "lower limit of the HR’s 95% CI",
    "hr_high": "upper limit of the HR’s 95% CI",
    "log_effect": "log HR",
    "se_log": "SE of log HR",
    "o_e": "(O\N{MINUS SIGN}E)",
    "v": "V",
    "sd": "SD",
    "se": "SE",
    "baseline": "baseline mean",
    "baseline_sd": "baseline SD",
    "change": "mean change",
    "change_sd": "SD of change",
    "log_mean": "mean of logs",
    "log_sd": "SD of logs",
    "q1": "lower quartile",
    "q3": "upper quartile",
    "least": "minimum",
    "most": "maximum",
    "time": "person-time",
}
NAME = re.compile(r"(?<![a-z_])[a-z][a-z_]*[0-9]*(?![a-z_0-9])")
PRODUCT = re.compile(r"\b(correlation|baseline_sd|percent|rate) (?=(?:baseline_sd|sd|total|time)\b)")


def told(working: str) -> str:
    """A working in words: of its formula and its numbers, but not of the source behind them."""
    formula, opened, source = working.rpartition(" (") if working.endswith(")") else (working, "", "")
    return NAME.sub(word, PRODUCT.sub(r"\1 × ", formula)) + opened + source


def word(found: re.Match[str]) -> str:
    """What one name is called; a number at its end says of which group it is."""
    name = found[0]
    if name in WORDS:
        return WORDS[name]
    kind = name.rstrip("0123456789")
    return WORDS[kind] + name.removeprefix(kind) if kind in WORDS else name
