"""How do two assessments become one, domain by domain? Which replies are still to be settled, and what one step says of a whole domain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from extraction.rob import asking
from extraction.rob.tool import Tool
from extraction.schema.answers import Answer, Choice, TakenFrom
from extraction.schema.compare import Match, Pair, both_texts, settle_one

PROPOSED = "proposed"
AS_PROPOSED = "As the tool proposes from the agreed replies."


def settled_by(pairs: Sequence[Pair], choices: Mapping[str, Choice]) -> dict[str, Answer]:
    """The answers that stand once these choices are made: equal ones, and what is chosen where it can be."""
    found = {pair.field.key: pair.first for pair in pairs if pair.match is Match.EQUAL}
    for pair in pairs:
        if (choice := choices.get(pair.field.key)) and (settled := settle_one(pair, choice)[0]):
            found[pair.field.key] = settled.answer
    return found


def still_asked(tool: Tool, pairs: Iterable[Pair], settled: Mapping[str, Answer]) -> list[Pair]:
    """The pairs without replies to which the algorithm does not come, or has not come yet, with what is settled."""
    asked = asking.asked(tool, settled)
    questions = {each.id for domain in tool.domains for each in domain.questions}
    return [pair for pair in pairs if pair.field.key in asked or pair.field.key not in questions]


def keys_of(tool: Tool, key: str) -> tuple[str, ...]:
    """The replies of a domain, then its judgement."""
    questions = () if key == asking.OVERALL else tool.domain(key).questions
    return (*(each.id for each in questions), key)


def whole_domain(tool: Tool, pairs: Iterable[Pair], key: str, side: TakenFrom) -> dict[str, Choice]:
    """The choices that take all that one author says of a domain; what both say alike is taken from both."""
    keys = keys_of(tool, key)
    return {
        pair.field.key: Choice(TakenFrom.BOTH if pair.match is Match.EQUAL else side)
        for pair in pairs
        if pair.field.key in keys and pair.match is not Match.BLANK
    }


def as_proposed(tool: Tool, pairs: Iterable[Pair], key: str, settled: Mapping[str, Answer]) -> dict[str, Choice]:
    """The choice that judges a domain as its tool proposes of what is settled: of whoever judged so, else a third answer.

    Empty while there is no proposal.
    """
    proposal = asking.proposals(tool, settled).get(key)
    pair = next((each for each in pairs if each.field.key == key), None)
    if proposal is None or not proposal.judgement or pair is None:
        return {}
    said = [answer.value == proposal.judgement for answer in (pair.first, pair.second)]
    taken = {(True, True): TakenFrom.BOTH, (True, False): TakenFrom.FIRST, (False, True): TakenFrom.SECOND}
    found = taken.get((said[0], said[1]), TakenFrom.THIRD)
    if found is not TakenFrom.THIRD:
        return {key: Choice(found)}
    place = next((each.source.to_json() for each in (pair.first, pair.second) if each.source), None)
    return {key: Choice(found, proposal.judgement, both_texts(pair), AS_PROPOSED, place=place)}
