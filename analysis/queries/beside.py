"""Which judgements on risk of bias stand beside an analysis?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from extraction.queries import AgreedAssessment, tool_id
from extraction.queries.bias import outcome_id


def beside(
    outcomes: Mapping[int, int], studies: Mapping[int, Sequence[AgreedAssessment]]
) -> tuple[str, dict[int, dict[str, str]]]:
    """The tool whose judgements stand beside an analysis, and these, by study and key: the tool that judged most of its studies.

    outcomes: which outcome is pooled of each study. Of a tool that judges results, what it judged of that one; with as many studies it goes
    before one that judges studies.
    """
    found: dict[tuple[str, bool], dict[int, dict[str, str]]] = {}
    for study, assessments in studies.items():
        for each in assessments:
            of = outcome_id(each.key)
            if of in (None, outcomes[study]):
                said = {key: judged.judgement for key, judged in each.judgements.items()}
                found.setdefault((tool_id(each.key), of is not None), {})[study] = said
    if not found:
        return "", {}
    best = max(found, key=lambda tool: (len(found[tool]), tool[1], tool[0]))
    return best[0], found[best]
