"""Which judgements of a RevMan file's risk-of-bias table are RoB 1's, what do the others lack, and what does RevMan call ours? Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from analysis.revman.records import Judged

JUDGEMENT = {"YES": "low", "NO": "high", "UNKNOWN": "unclear"}
RESULT = {ours: theirs for theirs, ours in JUDGEMENT.items()}
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
# How RevMan 5.1 and later call them, in their order: name, and whether it is judged by groups of outcomes.
CALLED = {
    "sequence_generation": ("Random sequence generation (selection bias)", False),
    "allocation_concealment": ("Allocation concealment (selection bias)", False),
    "blinding_participants": ("Blinding of participants and personnel (performance bias)", True),
    "blinding_assessment": ("Blinding of outcome assessment (detection bias)", True),
    "incomplete_data": ("Incomplete outcome data (attrition bias)", True),
    "selective_reporting": ("Selective reporting (reporting bias)", False),
    "other_bias": ("Other bias", False),
}
ALL = "All outcomes"  # the one group of outcomes of a file in which nobody made others


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
    told = [
        f"{each.group}: {each.support}" if each.group not in ("", ALL) and each.support else each.support
        for each in cells
    ]
    return "\n".join(each for each in told if each)


def cells(found: Iterable[tuple[str, Mapping[str, tuple[str, str]]]]) -> Iterator[Judged]:
    """Judgements of RoB 1 as RevMan has them, domain by domain. found: of each study its name, and judgement and support by domain."""
    studies = list(found)
    for domain, (name, by_group) in CALLED.items():
        for study, judged in studies:
            if domain in judged:
                judgement, support = judged[domain]
                yield Judged(study, name, ALL if by_group else "", RESULT[judgement], support)
