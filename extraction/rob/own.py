"""How does a review make or bring a tool of its own? A pack is checked more strictly than those that are shipped, written, and begun anew."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from extraction.rob.asking import OVERALL, WHY
from extraction.rob.overall import RULES, STARS, WORST
from extraction.rob.pack import BadPack, load
from extraction.rob.tool import Domain, Tool
from extraction.schema.fields import Option

ID = re.compile(r"[a-z][a-z0-9_]{0,24}")
PLAIN = re.compile(r"[A-Za-z0-9_.]{1,40}")
LONGEST = 40  # characters of a stored judgement
MOST = 100_000  # beginnings of ways through an algorithm that are tried
LARGEST_FILE = 500_000  # bytes

STARTING = {
    "judgements": [
        {"value": "low", "label": "Low risk", "sign": "+", "tone": "green"},
        {"value": "unclear", "label": "Unclear risk", "sign": "?", "tone": "yellow"},
        {"value": "high", "label": "High risk", "sign": "−", "tone": "red"},
    ],
    "domains": [{"id": "first", "title": "First domain"}],
}


def starting(id: str, name: str) -> dict[str, Any]:
    """The pack of a tool that is begun: three judgements, one domain."""
    return {"id": id, "name": name, "source": "Made for this review", "overall": WORST, **STARTING}


def read_own(data: bytes | str) -> Tool:
    """The tool of a pack that a review brings. Raises BadPack with a sentence that names the place."""
    if len(data) > LARGEST_FILE:
        raise BadPack(f"The pack has {len(data)} bytes; a tool has at most {LARGEST_FILE}.")
    try:
        text = data if isinstance(data, str) else data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadPack("This is not UTF-8 text, so it is no JSON file of a tool.") from None
    return checked(load(text))


def checked(tool: Tool) -> Tool:
    """The tool, when it can be used. Raises BadPack."""
    if not ID.fullmatch(tool.id):
        raise BadPack(f"“{tool.id}” cannot be a tool's id: 1 to 25 small letters, digits and _, a letter first.")
    if len(tool.name) > 120:
        raise BadPack("The name has more than 120 characters.")
    for domain in tool.domains:
        for id in (domain.id, *(question.id for question in domain.questions)):
            if not PLAIN.fullmatch(id) or id == OVERALL or id.endswith(WHY):
                raise BadPack(
                    f"“{domain.title}”: “{id}” cannot be an id: letters, digits, _ and dots, and not “overall”."
                )
        for option in tool.options_of(domain):
            if len(option.value) > LONGEST:
                raise BadPack(f"“{domain.title}”: the judgement “{option.value}” has more than {LONGEST} characters.")
        values = [option.value for option in tool.options_of(domain)]
        if len(set(values)) < len(values) or len(values) < 2:
            raise BadPack(f"“{domain.title}” needs two different judgements at least.")
        refuse_misfit(tool, domain)
    refuse_rule(tool)
    return tool


def refuse_rule(tool: Tool) -> None:
    """Raise BadPack when the rule for the judgement over all does not know the tool's judgements."""
    known = {option.value for option in tool.judgements}
    for domain in tool.domains:
        values = [option.value for option in tool.options_of(domain)]
        if domain.applicability or not tool.overall:
            continue
        if tool.overall == STARS:
            fits = all(value.isascii() and value.isdigit() and len(value) < 3 for value in values)
        else:
            fits = known.issuperset(values)
        if fits and tool.overall in RULES and tool.overall != STARS:
            fits = all(judged_by(tool.overall, value) in known for value in values)
        if not fits:
            raise BadPack(
                f"The rule “{tool.overall}” for the judgement over all does not know those of “{domain.title}”."
            )


def judged_by(rule: str, value: str) -> str:
    try:
        return RULES[rule]([value])
    except (ValueError, KeyError):
        return ""


def refuse_misfit(tool: Tool, domain: Domain) -> None:
    """Raise BadPack when the domain's algorithm asks what is not there, or says what is no judgement of the tool, on any way through it."""
    if not domain.algorithm:
        return
    questions = {question.id: question for question in domain.questions}
    values = {option.value for option in tool.options_of(domain)}
    open_ways: list[dict[str, str]] = [{}]
    for _ in range(MOST):
        if not open_ways:
            return
        replies = open_ways.pop()
        proposal = domain.propose(replies)
        if proposal is not None and proposal.waits_for:
            asked = questions.get(proposal.waits_for)
            if asked is None:
                raise BadPack(
                    f"“{domain.title}”: its algorithm asks question {proposal.waits_for}, which is not there."
                )
            open_ways += [replies | {asked.id: code} for code in different(asked.replies)]
        elif proposal is not None and (unknown := [each for each in proposal.allowed if each not in values]):
            raise BadPack(f"“{domain.title}”: its algorithm proposes “{unknown[0]}”, which is no judgement here.")
    raise BadPack(
        f"“{domain.title}”: there are too many ways through its algorithm to try them all ({MOST} are tried). "
        "Give its questions fewer replies."
    )


def different(replies: tuple[str, ...]) -> list[str]:
    """The replies that an algorithm can tell apart: none asks whether a yes was a probable one."""
    return [code for code in replies if code != "PY" or "Y" not in replies]


# --- to JSON -------------------------------------------------------------------------------------------------------


def to_pack(tool: Tool) -> dict[str, Any]:
    """The tool in plain values, as `load` reads it."""
    pack = {
        "id": tool.id,
        "name": tool.name,
        "source": tool.source,
        "about": tool.about,
        "unit": tool.unit,
        "designs": tool.designs,
        "overall": tool.overall,
        "judgements": [option_of(each) for each in tool.judgements],
        "domains": [dict(domain_of(each)) for each in tool.domains],
    }
    return {name: value for name, value in pack.items() if value}


def domain_of(domain: Domain) -> Iterator[tuple[str, Any]]:
    yield from (("id", domain.id), ("title", domain.title))
    if domain.about:
        yield "about", domain.about
    if domain.applicability:
        yield "applicability", True
    if domain.algorithm:
        yield "algorithm", domain.algorithm
    if domain.judgements:
        yield "judgements", [option_of(each) for each in domain.judgements]
    if domain.criteria:
        yield "criteria", dict(domain.criteria)
    if domain.questions:
        yield (
            "questions",
            [
                {"id": each.id, "text": each.text, "replies": " ".join(each.replies)}
                | ({"on_demand": True} if each.on_demand else {})
                for each in domain.questions
            ],
        )


def option_of(option: Option) -> dict[str, str]:
    found = {"value": option.value, "label": option.label, "sign": option.sign, "tone": option.tone}
    return {name: value for name, value in found.items() if value}


def write(tool: Tool) -> str:
    """The tool as a file."""
    return json.dumps(to_pack(tool), ensure_ascii=False, indent=2) + "\n"
