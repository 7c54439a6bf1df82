"""How does QUADAS-2 come from replies to a judgement? Whiting PF, Rutjes AWS, Westwood ME, et al. Ann Intern Med 2011;155:529-536.

Where all signalling questions of a domain are answered with yes, bias is low; where one is answered with no, bias may be there;
where the reports do not tell, it is unclear. The assessors decide.
"""

from __future__ import annotations

from extraction.rob.replies import Algorithm, Replies

LOW, HIGH, UNCLEAR = "low", "high", "unclear"


def all_yes(*questions: str) -> Algorithm:
    """Low when all are answered with yes, high with one no, unclear otherwise. What is not applicable does not count."""

    def judge(replies: Replies) -> str:
        said = [replies.to(question) for question in questions]
        return HIGH if "N" in said else UNCLEAR if "U" in said else LOW

    return judge


ALGORITHMS: dict[str, Algorithm] = {
    "quadas2/patient-selection": all_yes("1.1", "1.2", "1.3"),
    "quadas2/index-test": all_yes("2.1", "2.2"),
    "quadas2/reference-standard": all_yes("3.1", "3.2"),
    "quadas2/flow-and-timing": all_yes("4.1", "4.2", "4.3", "4.4"),
}
