"""How is one judgement made of the domains'? A proposal for each tool that has a rule; the assessor decides."""

from __future__ import annotations

from collections.abc import Callable, Sequence

ROBINS_I_FROM_LOW = ("low", "moderate", "serious", "critical")


def rob2(judgements: Sequence[str]) -> str:
    """Low when all domains are; high when one is; else some concerns.

    Several domains with some concerns may add up to high: that is the assessor's to say, with a reason (Sterne 2019, table 1).
    """
    return worst(("low", "some concerns", "high"), judgements)


def robins_i(judgements: Sequence[str]) -> str:
    """The worst of the domains. Where one has no information and none is serious or critical, there is none overall.

    Sterne JAC, Hernán MA, Reeves BC, et al. BMJ 2016;355:i4919, table 3.
    """
    known = [each for each in judgements if each != "no information"]
    found = worst(ROBINS_I_FROM_LOW, known) if known else ""
    if len(known) < len(judgements) and found not in ("serious", "critical"):
        return "no information"
    return found


def quadas2(judgements: Sequence[str]) -> str:
    """Low when all domains are; at risk (high) when one is high or unclear (Whiting 2011: “at risk of bias”)."""
    return "low" if all(each == "low" for each in judgements) else "high"


def stars(judgements: Sequence[str]) -> str:
    """How many stars: each judgement is a number of them (Wells GA, et al., Newcastle-Ottawa Scale)."""
    return str(sum(int(each) for each in judgements))


def worst(from_best: Sequence[str], judgements: Sequence[str]) -> str:
    return max(judgements, key=from_best.index)


STARS, WORST = "stars", "worst"
RULES: dict[str, Callable[[Sequence[str]], str]] = {
    "rob2": rob2,
    "robins_i": robins_i,
    "quadas2": quadas2,
    STARS: stars,
}
NAMES = (*RULES, WORST)  # "worst": the worst of a tool's own judgements, which stand from the best to the worst


def overall(rule: str, judgements: Sequence[str], from_best: Sequence[str] = ()) -> str:
    """What the rule of this name makes of the domains' judgements. Empty when there is no rule, or a domain is not judged yet.

    from_best: the tool's judgements from the best to the worst, for the rule that takes the worst.
    """
    if not rule or not judgements or not all(judgements):
        return ""
    return worst(from_best, judgements) if rule == WORST else RULES[rule](judgements)
