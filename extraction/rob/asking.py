"""What does an assessment ask, what does its tool propose, and what is still missing? Questions, judgements, reasons for departing.

Answers stand under the ids of questions and domains, `overall` for the judgement over all, and `DOMAIN.why` for why it is not as proposed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from extraction.rob.overall import STARS, overall
from extraction.rob.replies import OR, Proposal, read_stored
from extraction.rob.tool import Domain, Tool
from extraction.schema.answers import BLANK, Answer
from extraction.schema.clean import Problem, check
from extraction.schema.fields import Field, Kind, Option

OVERALL = "overall"
WHY = ".why"


def judged_keys(tool: Tool) -> tuple[str, ...]:
    """The keys of the judgements: of each domain, and over all where the tool has a rule for it."""
    return (*(domain.id for domain in tool.domains), *((OVERALL,) if tool.overall else ()))


def title_of(tool: Tool, key: str) -> str:
    """What is judged under a key, in words."""
    return "Overall" if key == OVERALL else tool.domain(key).title


def options_of(tool: Tool, key: str) -> tuple[Option, ...]:
    """The judgements to choose from under a key: overall, for a scale of stars, their number."""
    if key != OVERALL:
        return tool.options_of(tool.domain(key))
    if tool.overall != STARS:
        return tool.judgements
    most = sum(max(int(each.value) for each in tool.options_of(domain)) for domain in tool.domains)
    return tuple(Option(str(n), f"{n} of {most} stars", str(n)) for n in reversed(range(most + 1)))


def has_proposal(tool: Tool, key: str) -> bool:
    """Whether the tool can propose this judgement."""
    return bool(tool.overall if key == OVERALL else tool.domain(key).algorithm)


def fields(tool: Tool) -> tuple[Field, ...]:
    """All that an assessment can answer: the tool's own fields, the overall judgement, and reasons for departing from proposals."""
    return tuple(_fields(tool))


def _fields(tool: Tool) -> Iterator[Field]:
    for field in tool.fields():
        yield field
        if any(field.key == domain.id and domain.algorithm for domain in tool.domains):
            yield why_field(tool, field.key)
    if tool.overall:
        yield Field(OVERALL, "Overall", Kind.CHOICE, required=True, options=options_of(tool, OVERALL))
        yield why_field(tool, OVERALL)


def why_field(tool: Tool, key: str) -> Field:
    return Field(key + WHY, f"{title_of(tool, key)}: why not as proposed", Kind.TEXT)


def compared(tool: Tool) -> tuple[Field, ...]:
    """What two assessments are compared by: questions and judgements. Reasons for departing go with their judgement."""
    return tuple(field for field in fields(tool) if not field.key.endswith(WHY))


def replies_of(domain: Domain, answers: Mapping[str, Answer]) -> dict[str, str]:
    """The replies to a domain's questions."""
    return {each.id: str(answers.get(each.id, BLANK).value or "") for each in domain.questions}


def asked(tool: Tool, answers: Mapping[str, Answer]) -> set[str]:
    """The ids of the questions to be answered, with what is answered so far."""
    return {each.id for domain in tool.domains for each in domain.asked(replies_of(domain, answers))}


def relevant(tool: Tool, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """The answers without replies to questions that are not asked, which the algorithm does not read."""
    idle = {each.id for domain in tool.domains for each in domain.questions} - asked(tool, answers)
    return {key: answer for key, answer in answers.items() if key not in idle}


def proposals(tool: Tool, answers: Mapping[str, Answer]) -> dict[str, Proposal]:
    """What is proposed, by key of the judgement; the overall one follows from the domains' judgements as they were chosen."""
    found: dict[str, Proposal] = {}
    for domain in tool.domains:
        proposal = domain.propose(replies_of(domain, answers))
        if proposal is not None:
            found[domain.id] = proposal
    if tool.overall:
        biases = [domain for domain in tool.domains if not domain.applicability]
        said = [(domain.id, str(answers.get(domain.id, BLANK).value or "")) for domain in biases]
        waits = next((key for key, judgement in said if not judgement), "")
        order = tuple(each.value for each in tool.judgements)
        judgement = overall(tool.overall, [judgement for _, judgement in said], order)
        found[OVERALL] = Proposal(judgement, tuple(said) if judgement else (), waits)
    return found


def kept(tool: Tool, answers: Mapping[str, Answer], stored: Mapping[str, str]) -> dict[str, Proposal]:
    """What was proposed when an assessment was handed in, as it is stored: the tool may propose otherwise by now.

    With the replies that led there, as far as they still lead there.
    """
    now = proposals(tool, answers)
    values = {key: {each.value for each in options_of(tool, key)} for key in judged_keys(tool)}
    found = {key: read_stored(stored[key], values[key]) for key in values if stored.get(key)}
    return {key: now[key] if key in now and now[key].allowed == each.allowed else each for key, each in found.items()}


def departures(
    tool: Tool, answers: Mapping[str, Answer], proposed: Mapping[str, Proposal] | None = None
) -> dict[str, Proposal]:
    """The judgements that are not as proposed, by key, with what was proposed: now, or as given."""
    return {
        key: proposal
        for key, proposal in (proposals(tool, answers) if proposed is None else proposed).items()
        if proposal.allowed and answers.get(key, BLANK).value not in (None, *proposal.allowed)
    }


def label_of(tool: Tool, key: str, judgement: str) -> str:
    """A judgement in the tool's words."""
    return next((each.label for each in options_of(tool, key) if each.value == judgement), judgement)


def words_of(tool: Tool, key: str, proposal: Proposal) -> str:
    """What is proposed, in the tool's words."""
    *others, last = [label_of(tool, key, each) for each in proposal.allowed] or [""]
    return OR.join(filter(None, (", ".join(others), last)))


def problems(tool: Tool, answers: Mapping[str, Answer]) -> list[Problem]:
    """What keeps an assessment from being submitted, in the order of the tool."""
    found = [*check(fields(tool), answers), *lacking(tool, answers)]
    order = [field.key for field in fields(tool)]
    return sorted(found, key=lambda each: order.index(each.key))


def lacking(tool: Tool, answers: Mapping[str, Answer]) -> list[Problem]:
    """The questions that are asked and not answered, and the departures without a reason."""
    wanted = asked(tool, answers)
    found = [
        Problem(question.id, f"{domain.title}: question {question.id} is not answered.")
        for domain in tool.domains
        for question in domain.questions
        if question.id in wanted and answers.get(question.id, BLANK).value is None
    ]
    for key, proposal in departures(tool, answers).items():
        if not str(answers.get(key + WHY, BLANK).value or "").strip():
            proposed = words_of(tool, key, proposal)
            found.append(
                Problem(key + WHY, f"{title_of(tool, key)}: say why it is not “{proposed}”, as proposed.", "reason")
            )
    return found
