"""What kind of report does a record say it is: a preprint, a meeting's abstract, a thesis, a registration, a notice?"""

from __future__ import annotations

import re

PREPRINT, ABSTRACT, THESIS, CHAPTER, REGISTRATION = "preprint", "abstract", "thesis", "chapter", "registration"

# The registrants of the preprint servers: bioRxiv and medRxiv, Research Square, SSRN, PsyArXiv and the other servers of
# the Open Science Framework, Preprints.org, arXiv, ChemRxiv, Authorea, AfricArXiv, TechRxiv, PeerJ, SportRxiv; JMIR and
# SciELO Preprints; and the discussion papers of Copernicus, whose articles have the volume where these have the year.
_PREPRINT_DOI = re.compile(
    r"10\.(?:1101/(?:\d{4}\.\d\d\.\d\d|\d{6})|21203/rs|2139/ssrn|3(?:12[1-3]\d|1730|2942|3767|5542)/|17605/osf"
    r"|20944/preprints|48550/arxiv|26434/|22541/|21428/|33774/|36227/techrxiv|7287/peerj|51224/"
    r"|2196/preprints|1590/scielopreprints|5194/(?:egusphere|[a-z]+-20\d\d-))"
)
_PREPRINT = re.compile(
    r"\b(?:pre-?prints?|[a-z]{0,12}rxiv|research square|ssrn|authorea)\b",
    re.IGNORECASE,
)
_THESIS = re.compile(
    r"\b(?:theses|(?:doctoral|master'?s?|phd) thesis|dissertations?|thes)\b|^\s*thesis\b(?! eleven)", re.IGNORECASE
)
_MEETING = re.compile(
    r"\b(?:conference (?:abstract|review)|meeting abstracts?|annual (?:meeting|congress|conference)|conference:|abst)",
    re.IGNORECASE,
)
_REGISTRATION = re.compile(
    r"\b(?:clinicaltrials\.gov|trial regist(?:ry|ration)|ictrp|isrctn|clinical trials? regist(?:ry|er)|eudract|chictr|anzctr|drks)\b",
    re.IGNORECASE,
)
_SAYS_ABSTRACT = re.compile(
    r"[\[(]\s?(?:(?:meeting|conference|poster) )?(?:abstract|poster)\b[^\[\]()]{0,60}[\])]\s?\.?\s?$", re.IGNORECASE
)
_NOTICE = re.compile(
    r"(?:errat(?:um|a)|corrigend(?:um|a)|correct(?:ion|ed)|retract(?:ion|ed)|expression of concern|withdrawn|addendum"
    r"|(?:authors? )?(?:reply|response)|in (?:reply|response)|comment(?:ary)? (?:on|to)|letter to"
    r"|(?:author|publisher) correction)\b"
)
# Behind a title: "[Erratum]" says that this is one; "[Erratum appears in ...]" is a database's note on the article itself.
_NOTICE_BEHIND = re.compile(
    r"[\[(]\s?(?:published )?(?:errat(?:um|a)|corrigend(?:um|a)|correction|retraction)(?: (?:of|to)\b[^\[\]()]{0,120})?\s?[\])][\s.]{0,5}$",
    re.IGNORECASE,
)
_REGARDING = re.compile(r"\W*re\s?:", re.IGNORECASE)


# Numbers of registers: ClinicalTrials.gov, ISRCTN, Australia and New Zealand, Germany, EudraCT and CTIS, China, India, Japan, Iran, Brazil,
# the Netherlands, Korea, Thailand, Sri Lanka, Peru, Cuba, Lebanon, Pan Africa, and the WHO's own for all of them.
_TRIAL = re.compile(
    r"\b(?:NCT ?\d{8}|ISRCTN ?\d{5,8}|ACTRN ?\d{14}|DRKS ?\d{8}|EUCTR ?\d{4}-\d{6}-\d{2}|20\d\d-\d{6}-\d{2}|CHICTR[-\w]{0,12}?\d{4,10}"
    r"|CTRI/\d{4}/\d{2,3}/\d{6}|(?:JPRN-)?(?:UMIN ?\d{9}|jRCTs?\d{9,10}|JapicCTI-\d{6})|IRCT ?\d{8,14}N?\d{0,3}|RBR-?\w{6}"
    r"|(?:NL|NTR) ?-?\d{2,6}|KCT ?\d{7}|TCTR ?\d{11}|SLCTR/\d{4}/\d{3}|PER-\d{3}-\d{2}|RPCEC ?\d{8}|LBCTR ?\d{10}|PACTR ?\d{12,16})\b",
    re.IGNORECASE,
)


def trial_number(accession: str, *texts: str) -> str:
    """-> the number of a registered trial: the record's own, or the only one that the other texts name; "" where none is known."""
    for among in ((accession,), texts):
        found = {re.sub(r"[\s-]", "", number).upper() for text in among for number in _TRIAL.findall(text[:500])}
        if len(found) == 1:
            return found.pop().removeprefix("EUCTR").removeprefix("JPRN")
    return ""


def kind(type_: str, journal: str, title: str, doi: str) -> str:
    """-> what kind of report a record says it is, in so many words; "" for an article, or where it says nothing.

    type_ and journal as exported, the title too; the DOI normalised.
    """
    where = f"{type_[:100]} {journal[:300]}"
    if _PREPRINT_DOI.match(doi) or _PREPRINT.search(where):
        return PREPRINT
    if _THESIS.search(where):
        return THESIS
    if _REGISTRATION.search(where):
        return REGISTRATION
    if _SAYS_ABSTRACT.search(title[-120:]) or _MEETING.search(where):
        return ABSTRACT
    return CHAPTER if type_.strip().casefold() in ("chap", "chapter", "book section", "book chapter") else ""


def is_notice(title: str, folded: str) -> bool:
    """Whether a title begins like that of an erratum, a comment, a reply or a retraction, or says behind it that it is one."""
    return bool(_NOTICE.match(folded) or _REGARDING.match(title) or _NOTICE_BEHIND.search(title[-160:]))
