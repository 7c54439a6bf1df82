"""Which judgements on risk of bias stand beside an analysis?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from extraction.queries import AgreedAssessment, tool_id
from extraction.queries.bias import outcome_id


def beside(outcome: int, studies: Mapping[int, Sequence[AgreedAssessment]]) -> tuple[str, dict[int, dict[str, str]]]:
    """The tool whose judgements stand beside an analysis of an outcome, and these, by study and key: the tool that judged most of its studies.

    Of a tool that judges results, what it judged of this outcome; with as many studies it goes before one that judges studies.
    """
    found: dict[str, dict[int, dict[str, str]]] = {}
    for study, assessments in studies.items():
        for each in assessments:
            if outcome_id(each.key) in (None, outcome):
                said = {key: judged.judgement for key, judged in each.judgements.items()}
                found.setdefault(each.key, {})[study] = said
    if not found:
        return "", {}
    best = max(found, key=lambda key: (len(found[key]), outcome_id(key) is not None, key))
    return tool_id(best), found[best]
