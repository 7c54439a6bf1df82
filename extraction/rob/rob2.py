"""How does RoB 2 come from replies to a judgement? The published algorithm, domain by domain.

Sterne JAC, Savović J, Page MJ, et al. BMJ 2019;366:l4898, and the full guidance of 22 August 2019 (Higgins, Savović, Page, Sterne), whose
question numbers are kept. The variants for cluster-randomised trials and cross-over trials (test versions, revised on 18 March 2021) number some
questions anew, and have a domain of their own each (1b; S), whose flowchart (page 9 of the one's sheet, figure 2 of the other's) was read at
second hand: it agrees with the guidance to the questions, and is to be checked against the sheets at riskofbias.info. Where one of the
variants departs from the individually randomised tool in a shared domain (2.4 answered with no), this follows the tool: its authors say
that the variant's second domain was brought into line with it.
"""

from __future__ import annotations

from extraction.rob.replies import Algorithm, Replies

LOW, SOME, HIGH = "low", "some concerns", "high"


def randomisation(number: str = "1") -> Algorithm:
    """Domain 1. number: what comes before the dot in the questions' ids ("1a" in the cluster variant)."""

    def judge(replies: Replies) -> str:
        concealed, imbalance = f"{number}.2", f"{number}.3"
        if replies.no(concealed):
            return HIGH
        if replies.unknown(concealed):
            return HIGH if replies.yes(imbalance) else SOME
        if replies.no(f"{number}.1"):
            return SOME
        return SOME if replies.yes(imbalance) else LOW

    return judge


def recruitment(replies: Replies) -> str:
    """Domain 1b of the cluster variant: whether who took part could depend on the cluster's arm. Recruited before it was drawn, nobody's could."""
    if replies.yes("1b.1"):
        return LOW
    if replies.yes("1b.2"):
        return HIGH
    imbalance = replies.yes("1b.3")
    if replies.no("1b.2"):
        return SOME if imbalance else LOW
    return HIGH if imbalance else SOME


def carryover(replies: Replies) -> str:
    """Domain S of the cross-over variant. Without time to fade it is high, however the periods were dealt with; both are asked all the same."""
    periods = replies.yes("S.1") or replies.yes("S.2")
    if replies.no("S.3"):
        return HIGH
    return LOW if periods and replies.yes("S.3") else SOME


def aware(replies: Replies) -> bool:
    """Whether participants, or those who treated them, knew or may have known the arm."""
    participants = not replies.no("2.1")
    carers = not replies.no("2.2")
    return participants or carers


def aware_in_clusters(replies: Replies) -> bool:
    """The same in a cluster-randomised trial, where participants may not even know of the trial."""
    participants = not replies.no("2.1a") and not replies.no("2.1b")
    carers = not replies.no("2.2")
    return participants or carers


def assignment(clusters: bool = False) -> Algorithm:
    """Domain 2, effect of assignment to intervention: deviations because of the trial, and how they were analysed."""

    def deviations(replies: Replies) -> str:
        if not (aware_in_clusters if clusters else aware)(replies) or replies.no("2.3"):
            return LOW
        if replies.unknown("2.3") or replies.no("2.4"):
            return SOME
        return SOME if replies.yes("2.5") else HIGH

    def analysed(replies: Replies) -> str:
        if replies.yes("2.6"):
            return LOW
        return SOME if replies.no("2.7") else HIGH

    def judge(replies: Replies) -> str:
        parts = (deviations(replies), analysed(replies))
        return HIGH if HIGH in parts else SOME if SOME in parts else LOW

    return judge


def adherence(replies: Replies) -> str:
    """Domain 2, effect of adhering to intervention; the same in every variant."""
    balanced = not aware(replies) or replies.yes("2.3") or replies.to("2.3") == "NA"
    if balanced:
        failures = not (replies.no("2.4") or replies.to("2.4") == "NA")
        lapses = not (replies.no("2.5") or replies.to("2.5") == "NA")
        if not failures and not lapses:
            return LOW
    return SOME if replies.yes("2.6") else HIGH


def missing_data(available: tuple[str, ...] = ("3.1",)) -> Algorithm:
    """Domain 3. available: the questions on whether data were there (two in the cluster variant), all to be answered with yes."""

    def judge(replies: Replies) -> str:
        if all([replies.yes(question) for question in available]) or replies.yes("3.2") or replies.no("3.3"):
            return LOW
        return SOME if replies.no("3.4") else HIGH

    return judge


def measurement(assessors: tuple[str, ...] = ("4.3",)) -> Algorithm:
    """Domain 4. assessors: the questions on whether they knew the arm (two in the cluster variant); one no is enough."""

    def judge(replies: Replies) -> str:
        inappropriate, differing = replies.yes("4.1"), replies.yes("4.2")
        if inappropriate or differing:
            return HIGH
        at_best = SOME if replies.unknown("4.2") else LOW
        if any(replies.no(question) for question in assessors) or replies.no("4.4"):
            return at_best
        return SOME if replies.no("4.5") else HIGH

    return judge


def reporting(selected: tuple[str, ...] = ("5.2", "5.3")) -> Algorithm:
    """Domain 5. selected: the questions on whether the result was chosen from several (three in the cross-over variant)."""

    def judge(replies: Replies) -> str:
        said = [replies.to(question) for question in selected]
        if "Y" in said or "PY" in said:
            return HIGH
        if "NI" in said:
            return SOME
        return LOW if replies.yes("5.1") else SOME

    return judge


ALGORITHMS: dict[str, Algorithm] = {
    "rob2/randomisation": randomisation(),
    "rob2/randomisation-of-clusters": randomisation("1a"),
    "rob2/recruitment-in-clusters": recruitment,
    "rob2/carryover": carryover,
    "rob2/assignment": assignment(),
    "rob2/assignment-of-clusters": assignment(clusters=True),
    "rob2/adherence": adherence,
    "rob2/missing-data": missing_data(),
    "rob2/missing-data-in-clusters": missing_data(("3.1a", "3.1b")),
    "rob2/measurement": measurement(),
    "rob2/measurement-in-clusters": measurement(("4.3a", "4.3b")),
    "rob2/reporting": reporting(),
    "rob2/reporting-of-crossover": reporting(("5.2", "5.3", "5.4")),
}
