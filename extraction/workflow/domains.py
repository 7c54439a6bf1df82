"""How do two authors settle a whole domain of risk of bias in one step: as one of them has it, or judged as the tool proposes?"""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from extraction import queries
from extraction.models import Assessment, Study
from extraction.rob import Tool, agreeing, asking
from extraction.schema import Answer, Choice, TakenFrom
from extraction.workflow.agreement import choose
from extraction.workflow.common import locked_study
from extraction.workflow.opening import being_made, choices_in, chosen_last, require_agreeing, submitted_pair
from extraction.workflow.overtaken import Marks
from extraction.workflow.sources import count_ahead
from reviewapp.errors import BadInput, WrongState
from reviewapp.models import Member

SIDES = (TakenFrom.FIRST, TakenFrom.SECOND)


def choose_domain(
    member: Member,
    study: Study,
    tool: str,
    domain: str,
    way: str,
    seen: Marks | None = None,
    also: Mapping[str, Choice] | None = None,
) -> Assessment | None:
    """Keep what one author says of a domain (way: first or second), or the judgement that the tool proposes of what is settled
    (proposed), as the choices on it.

    also: other choices, which are kept first. Refused, and then nothing is stored: as choose refuses; an unknown domain or way (BadInput);
    no proposal yet (WrongState).
    """
    require_agreeing(member)
    count_ahead(study, (each.place for each in (also or {}).values()))
    with transaction.atomic():
        study = locked_study(member, study)
        if also:
            made = choose(member, Assessment, study, tool, also, seen)
            kept = made.lines.filter(key__in=also) if made else ()
            seen = None if seen is None else {**seen, **{line.key: line.mark for line in kept}}
        first, second = submitted_pair(member, Assessment, study, tool)
        pack = queries.tool_for(queries.newest([first, second]))
        if domain not in asking.judged_keys(pack) or way not in (*SIDES, agreeing.PROPOSED):
            raise BadInput(f"There is no domain “{domain}” to settle so.", todo="Load the page again.")
        pairs = queries.pairs_of(first, second)
        if way in SIDES:
            as_one = agreeing.whole_domain(pack, pairs, domain, TakenFrom(way))
            return choose(member, Assessment, study, tool, as_one, seen)
        begun = being_made(Assessment, study, tool)
        made = choices_in(begun.lines.all() if begun else chosen_last(Assessment, study, tool))
        settled = agreeing.settled_by(pairs, made)
        choices = agreeing.as_proposed(pack, pairs, domain, settled)
        if not choices:
            raise nothing_proposed(pack, domain, settled)
        return choose(member, Assessment, study, tool, choices, seen)


def nothing_proposed(tool: Tool, domain: str, settled: Mapping[str, Answer]) -> WrongState:
    """Why a domain cannot be judged as proposed."""
    title, proposal = asking.title_of(tool, domain), asking.proposals(tool, settled).get(domain)
    if proposal is None or proposal.waits_for:
        return WrongState(f"{title}: nothing is proposed yet.", todo="Settle the replies that it waits for first.")
    return WrongState(f"{title}: the replies do not decide this judgement.", todo="Choose it yourselves.")
