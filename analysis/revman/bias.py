"""Which judgements of a RevMan file's risk-of-bias table are RoB 1's, and what do the others lack? Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from analysis.revman.records import Judged

JUDGEMENT = {"YES": "low", "NO": "high", "UNKNOWN": "unclear"}
# How RevMan 5 has called the domains, from "Adequate sequence generation?" (2008) to "Random sequence generation (selection bias)" (2011):
# words that are in the name, by the domain's id here.
DOMAINS = {
    "sequence generation": "sequence_generation",
    "allocation concealment": "allocation_concealment",
    "blinding of participants": "blinding_participants",
    "blinding of outcome": "blinding_assessment",
    "incomplete outcome data": "incomplete_data",
    "selective": "selective_reporting",
    "other bias": "other_bias",
}


@dataclass
class Table:
    """What was found, by study, and what cannot be taken, in sentences."""

    found: dict[str, dict[str, tuple[str, str]]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


def table(cells: Iterable[Judged], studies: Iterable[str]) -> Table:
    """The judgements of these studies. A domain that is judged by groups of outcomes is one judgement here, if the groups do not differ."""
    told = Table()
    wanted = set(studies)
    cells = [each for each in cells if each.study in wanted]
    unknown = dict.fromkeys(each.domain for each in cells if domain_of(each.domain) is None)
    told.left_out += [
        f"Risk of bias, “{name or 'a domain without a name'}”: RoB 1 as it is asked here has no such domain."
        for name in unknown
    ]
    by_place: dict[tuple[str, str], list[Judged]] = {}
    for each in cells:
        if (domain := domain_of(each.domain)) is not None:
            by_place.setdefault((each.study, domain), []).append(each)
    for (study, domain), same in by_place.items():
        results = {JUDGEMENT.get(each.result) for each in same}
        if len(results) > 1:
            told.left_out.append(
                f"{study}, risk of bias, “{same[0].domain}”: groups of outcomes are judged differently."
            )
        elif (judgement := results.pop()) is None:
            told.left_out.append(f"{study}, risk of bias, “{same[0].domain}”: “{same[0].result}” is no judgement.")
        else:
            told.found.setdefault(study, {})[domain] = judgement, support_of(same)
    return told


def domain_of(name: str) -> str | None:
    lowered = name.casefold()
    return next((domain for words, domain in DOMAINS.items() if words in lowered), None)


def support_of(cells: Iterable[Judged]) -> str:
    """What supports a judgement; of several groups, each under its name."""
    told = [f"{each.group}: {each.support}" if each.group and each.support else each.support for each in cells]
    return "\n".join(each for each in told if each)
