"""How far do replies to ROBINS-I decide a judgement? By the criteria that its guidance gives in words; no algorithm was published with it.

Sterne JAC, Hernán MA, Reeves BC, et al. BMJ 2016;355:i4919, and the detailed guidance of 20 October 2016 (edited by Sterne, Higgins, Elbers,
Reeves), whose tables 1 and 2 say for each domain when it is low, moderate, serious, critical, or without information. Which replies lead
to which question is the tool's own routing. Where the criteria turn on a degree that no question asks for (how strongly selection is
related, how much follow-up is missing, whether unmeasured confounding is beyond control), the answer is several judgements: the assessor
chooses among them. An empty answer leaves all of them open.
"""

from __future__ import annotations

from extraction.rob.replies import Algorithm, Replies

LOW, MODERATE, SERIOUS, CRITICAL, NO_INFORMATION = "low", "moderate", "serious", "critical", "no information"
LOW_OR_MODERATE = (LOW, MODERATE)
MODERATE_OR_SERIOUS = (MODERATE, SERIOUS)
SERIOUS_OR_CRITICAL = (SERIOUS, CRITICAL)
NOT_LOW = (MODERATE, SERIOUS, CRITICAL)
OPEN: tuple[str, ...] = ()
Found = str | tuple[str, ...]


def confounding(replies: Replies) -> Found:
    """Moderate when everything important was measured well and controlled. That it cannot be controlled at all is for no question to say."""
    if replies.no("1.1"):
        return LOW
    if replies.unknown("1.1"):
        return NO_INFORMATION
    over_time = replies.yes("1.2") and replies.yes("1.3")
    controlled, measured = ("1.7", "1.8") if over_time else ("1.4", "1.5")
    sound = replies.yes(controlled) and replies.yes(measured)
    lacking = replies.no(controlled) or (replies.yes(controlled) and replies.no(measured))
    afterwards = not over_time and not replies.no("1.6")
    if lacking:
        return SERIOUS_OR_CRITICAL
    return MODERATE if sound and not afterwards else NOT_LOW


def selection(replies: Replies) -> Found:
    """Who is in the study by something seen later, tied to both intervention and outcome; and follow-up that begins late.

    Low is for follow-up that begins in time for everybody, moderate for late ones too few to matter: 2.4 asks for most alone.
    """
    selected = replies.yes("2.1") and replies.yes("2.2") and replies.yes("2.3")
    harmless = replies.yes("2.1") and (replies.no("2.2") or (replies.yes("2.2") and replies.no("2.3")))
    late, prompt = replies.no("2.4"), replies.yes("2.4")
    if selected or late:
        if replies.yes("2.5"):
            return MODERATE
        return SERIOUS_OR_CRITICAL if selected and replies.no("2.5") else NOT_LOW
    if replies.unknown("2.1") and replies.unknown("2.4"):
        return NO_INFORMATION
    if not prompt:
        return OPEN
    return LOW_OR_MODERATE if replies.no("2.1") or harmless else OPEN


def classification(replies: Replies) -> Found:
    """Whether who had what is defined, was recorded at the time, and could not be swayed by the outcome."""
    undefined, recorded, swayed = replies.no("3.1"), replies.yes("3.2"), replies.yes("3.3")
    if undefined:
        return SERIOUS_OR_CRITICAL
    if swayed:
        return NOT_LOW
    if replies.unknown("3.1"):
        return NO_INFORMATION
    if replies.unknown("3.2"):
        return OPEN
    if replies.unknown("3.3"):
        return OPEN if recorded else NOT_LOW
    return LOW if recorded else MODERATE


def deviations(replies: Replies) -> Found:
    """For the effect of assignment; for that of adhering where 4.1 does not apply."""
    if replies.to("4.1") == "NA":
        return adherence(replies)
    if replies.no("4.1"):
        return LOW
    if replies.unknown("4.1"):
        return NO_INFORMATION
    if replies.yes("4.2"):
        return SERIOUS_OR_CRITICAL
    return LOW_OR_MODERATE if replies.no("4.2") else OPEN


def adherence(replies: Replies) -> Found:
    """Other treatments are asked for as important ones: unequal, they are moderate where the analysis allows for them.

    Of failures of delivery and adherence no question asks whether they change the outcome (low: not likely; moderate: slightly), nor
    of those in the few for whom it was not delivered as meant.
    """
    said = [replies.to(question) for question in ("4.3", "4.4", "4.5")]
    if any(replies.no(question) for question in ("4.3", "4.4", "4.5")):
        allowed_for = replies.yes("4.6")
        if not replies.no("4.3"):
            return LOW_OR_MODERATE if allowed_for else OPEN
        return MODERATE if allowed_for else SERIOUS_OR_CRITICAL if replies.no("4.6") else NOT_LOW
    if all(replies.yes(question) for question in ("4.3", "4.4", "4.5")):
        return LOW_OR_MODERATE
    return NO_INFORMATION if said == ["NI", "NI", "NI"] else OPEN


def missing_data(replies: Replies) -> Found:
    """Low when data are complete, or missing alike; how much a difference matters is a degree.

    Where outcomes are there for nearly all, those left out for other reasons may be so few that data are complete all the same.
    """
    said = [replies.to(question) for question in ("5.1", "5.2", "5.3")]
    if replies.no("5.1") or replies.yes("5.2") or replies.yes("5.3"):
        alike, robust = replies.yes("5.4"), replies.yes("5.5")
        if alike:
            return LOW
        if robust:
            return LOW_OR_MODERATE
        return NOT_LOW if replies.no("5.1") and replies.no("5.4") else OPEN
    if "NI" not in said:
        return LOW
    return NO_INFORMATION if said == ["NI", "NI", "NI"] else OPEN


def measurement(replies: Replies) -> Found:
    """Low when measured alike, by people who did not know or could not be swayed. Critical is for measurements that cannot be compared."""
    said = [replies.to(question) for question in ("6.1", "6.2", "6.3", "6.4")]
    if replies.no("6.3"):
        return SERIOUS_OR_CRITICAL
    if (replies.yes("6.1") and replies.yes("6.2")) or replies.yes("6.4"):
        return MODERATE_OR_SERIOUS if replies.yes("6.3") else NOT_LOW
    if replies.yes("6.3") and replies.no("6.4") and (replies.no("6.1") or replies.no("6.2")):
        return LOW
    return NO_INFORMATION if said == ["NI", "NI", "NI", "NI"] else OPEN


def reporting(replies: Replies) -> Found:
    """Without a sign of selection it is the plan that tells low from moderate, and no question asks for it."""
    said = [replies.to(question) for question in ("7.1", "7.2", "7.3")]
    if any(replies.yes(question) for question in ("7.1", "7.2", "7.3")):
        return SERIOUS_OR_CRITICAL
    if "NI" not in said:
        return LOW_OR_MODERATE
    return NO_INFORMATION if said == ["NI", "NI", "NI"] else OPEN


ALGORITHMS: dict[str, Algorithm] = {
    "robins_i/confounding": confounding,
    "robins_i/selection": selection,
    "robins_i/classification": classification,
    "robins_i/deviations": deviations,
    "robins_i/missing-data": missing_data,
    "robins_i/measurement": measurement,
    "robins_i/reporting": reporting,
}
