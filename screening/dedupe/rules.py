"""Are two records the same publication: link them, ask a person, or keep them apart? By which rule?"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from screening.dedupe.sign import Sign
from screening.dedupe.similarity import CUTOFFS, Cutoffs, Likeness

SAME, CLOSE, UNSAID, DIFFERS = Sign.SAME, Sign.CLOSE, Sign.UNSAID, Sign.DIFFERS


class Outcome(Enum):
    """What is done with two records."""

    LINK = "link"
    ASK = "ask"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason, for or against a link."""

    name: str
    rests_on: str
    """Why it holds, in a sentence."""
    holds: Callable[[Likeness], bool]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one pair of records comes to."""

    outcome: Outcome
    rule: str
    """The name of the rule that decided: one of LINKS, CONTRADICTIONS or DOUBTS, or "alike" where a person must see."""
    score: float
    """How likely the two are one publication as far as the fields tell, 0 to 1: an order, not a measured chance."""
    contradicts: bool
    """Whether something stands against these two ever being in one cluster."""
    anchored: bool
    """Whether a link rests on an identifier or a place in print, and not on title and people alone."""


def _title_known(like: Likeness) -> bool:
    return like.title is SAME or (like.title is CLOSE and not like.other_words)


def _title_slipped(like: Likeness) -> bool:
    """A word differs in a title that is long enough to be known all the same, and identifier and page both agree."""
    return like.almost_exact_title and _same_identifier(like) and like.pages is SAME and _people_agree(like)


def _title_and_people(like: Likeness) -> bool:
    """The very title by the same people; but for slips that make no other word, only where the shorter list is in the longer."""
    title = like.exact_title or (like.slipped_title and like.shared_authors == 1)
    return like.authors is SAME and title and _one_kind(like)


def _one_kind(like: Likeness) -> bool:
    """Where one says that it is a meeting's abstract and the other says nothing, the texts of the abstracts must tell."""
    return not like.one_abstract or (like.abstract is SAME and like.volume is SAME)


def _people_agree(like: Likeness) -> bool:
    return like.authors in (SAME, CLOSE)


def _same_identifier(like: Likeness) -> bool:
    return SAME in (like.doi, like.pmid, like.trial)


def _same_journal(like: Likeness) -> bool:
    return like.journal in (SAME, CLOSE)


def _same_place(like: Likeness) -> bool:
    """The first page agrees in one volume; where that is unsaid or mangled, in one journal and year, or the last too."""
    if like.pages not in (SAME, CLOSE):
        return False
    if like.volume is SAME:
        return True
    if like.same_range and like.volume is UNSAID:
        return like.year in (SAME, UNSAID) or (like.year is CLOSE and _same_journal(like))
    sure = like.abstract is SAME or like.whole_range
    if like.volume is DIFFERS and not (sure and like.year is SAME):
        return False  # columns stand on the same pages of each volume
    if like.issue is DIFFERS and not sure:
        return False  # a protocol has the article number of its review
    return like.year in (SAME, UNSAID) and _same_journal(like)


def _other_place(like: Likeness) -> bool:
    """Printed elsewhere. Pages that differ in one volume do not show that: journals have editions in two languages."""
    if like.pages is DIFFERS:
        return DIFFERS in (like.volume, like.year) or (like.journal is DIFFERS and like.volume is UNSAID)
    return like.pages is UNSAID and like.volume is DIFFERS and DIFFERS in (like.journal, like.year)


def _place_told(like: Likeness) -> bool:
    """Journal, volume or page agree; else one is a bare record as search engines give it, and every word must be the same."""
    return not {SAME, CLOSE}.isdisjoint((like.journal, like.volume, like.pages))


def _perhaps_one_study(like: Likeness) -> bool:
    """The same people under the same title, which no numeral and no word of a notice makes another."""
    return _people_agree(like) and _title_known(like) and DIFFERS not in (like.numbers, like.notice)


OTHER_REPORT = "other report"
"""The rule of two records that are apart and may be reports of one study: it is offered when studies are made."""

# Each of these stands against a link, and keeps two records out of one cluster even where a third joins them.
CONTRADICTIONS: tuple[Rule, ...] = (
    Rule(
        OTHER_REPORT,
        "A preprint, a thesis, a meeting's abstract and an article of one study are different reports of it.",
        lambda like: like.kind is DIFFERS,
    ),
    Rule(
        "notice",
        "An erratum, a comment or a reply repeats the title of the article that it is about.",
        lambda like: like.notice is DIFFERS,
    ),
    Rule(
        "other number",
        "The parts of a series, the phases of a trial and the years of a follow-up differ in a numeral alone, HER2+ and HER2- in a sign.",
        lambda like: like.numbers is DIFFERS and like.title in (SAME, CLOSE),
    ),
    Rule(
        "other place",
        "What is printed on other pages of another volume or journal is another report, whatever its title.",
        lambda like: _other_place(like) and not _same_identifier(like),
    ),
    Rule(
        "other authors",
        "Different people write under one title: letters on one article, editorials, chapters.",
        lambda like: like.authors is DIFFERS and like.trial is not SAME,
    ),
    Rule(
        "other registration",
        "A register gives each trial one number; sponsors register several trials under one title.",
        lambda like: like.trial is DIFFERS,
    ),
    Rule(
        "other PMID",
        "PubMed gives each article one id; where it gave two by mistake, it withdraws one.",
        lambda like: like.pmid is DIFFERS,
    ),
    Rule(
        "other version",
        "Cochrane reviews, preprints and the F1000 family count versions in the DOI; whether both are wanted is a person's matter.",
        lambda like: like.doi is DIFFERS and like.version,
    ),
    Rule(
        "other DOI",
        "A DOI names one item. Some are given wrongly, so with a place in print that agrees it becomes a question.",
        lambda like: like.doi is DIFFERS and not like.version,
    ),
    Rule(
        "other pages",
        "Two items of one volume have each their pages; one title twice is a letter and its reply, or a slip.",
        lambda like: like.pages is DIFFERS,
    ),
    Rule(
        "other volume",
        "An article printed in two volumes is two reports. The first page or the DOI tells a slip from that.",
        lambda like: like.volume is DIFFERS and not _same_place(like) and not (like.doi is SAME and like.exact_title),
    ),
    Rule(
        "other abstract",
        "A meeting's abstract and the article under its title tell their results in other words.",
        lambda like: like.abstract is DIFFERS and not _same_identifier(like) and not _same_place(like),
    ),
)

# Each of these makes a link a question, but is no ground to part records that others join.
DOUBTS: tuple[Rule, ...] = (
    Rule(
        "other word",
        "Titles of one group's articles differ in one word (penicillin, cefuroxime).",
        lambda like: (
            bool(like.other_words)
            and like.title is CLOSE
            and not (like.part or like.whole_range or _title_slipped(like))
        ),
    ),
    Rule(
        "other year",
        "Online and in print are a year apart at most, unless the place in print or an identifier agrees.",
        lambda like: like.year is DIFFERS and not _same_place(like) and not _same_identifier(like),
    ),
    Rule(
        "other journal",
        "Journals are named in many ways, so it counts only where neither pages nor an identifier agree.",
        lambda like: like.journal is DIFFERS and not _same_place(like) and not _same_identifier(like),
    ),
    Rule(
        "other issue",
        "Where each issue begins at page 1, a column with a short title stands on one page of several issues.",
        lambda like: like.issue is DIFFERS and not like.distinct_title and not _same_identifier(like),
    ),
    Rule(
        "other edition",
        "A chapter comes again in the next edition of its book, on much the same pages.",
        lambda like: like.chapter and like.year in (CLOSE, DIFFERS) and not _same_identifier(like),
    ),
    Rule(
        "number unsaid",
        "Entries of a register are told apart by their numbers alone; where one is not said, nobody can.",
        lambda like: like.registered and not _same_identifier(like),
    ),
    Rule(
        "perhaps another report",
        "One is a preprint, a thesis or an abstract, and the other may well be the article but does not say so.",
        lambda like: like.kind is CLOSE,
    ),
    Rule(
        "cut title",
        "A title cut off inside a note on an erratum may be the erratum's: then the first author must be just the same.",
        lambda like: like.cut and like.first_author is not SAME,
    ),
)

# Where nothing stands against it, one of these links. The first group is anchored in an identifier or a place.
ANCHORED: tuple[Rule, ...] = (
    Rule(
        "same PMID",
        "PubMed's id names one article; a like title shows that it was not taken from a reference list.",
        lambda like: like.pmid is SAME and (_title_known(like) or like.part or _title_slipped(like)),
    ),
    Rule(
        "same DOI",
        "A DOI names one item, but a supplement's is shared by all its abstracts: the title must agree too.",
        lambda like: (
            like.doi is SAME
            and (
                _title_known(like)
                or (
                    like.part
                    and _people_agree(like)
                    and (SAME in (like.pages, like.abstract))
                    and like.abstract is not DIFFERS
                )
                or _title_slipped(like)
            )
        ),
    ),
    Rule(
        "same registration",
        "A register's number names one trial, whoever exports the entry and whomever it names; a like title shows that it is the entry's own.",
        lambda like: like.trial is SAME and (_title_known(like) or like.part),
    ),
    Rule(
        "same place in print",
        "No two items begin on one page of one volume under the very title by the same people; a slip needs the last page or the abstract too.",
        lambda like: (
            _same_place(like)
            and (
                like.exact_title
                or like.slipped_title
                or (_title_known(like) and (like.same_range or like.abstract is SAME))
            )
            and (_people_agree(like) or (_same_journal(like) and like.telling_title))
            and (like.telling_title or like.journal is not DIFFERS)  # each book begins with an introduction
        ),
    ),
    Rule(
        "same place, longer title",
        "Databases leave subtitles away or add a group's name; volume, first page and first author agree. In a supplement, abstracts of a "
        "group share pages.",
        lambda like: (
            like.pages is SAME
            and (like.volume is SAME or (like.same_range and _same_place(like)))
            and like.first_author is SAME
            and _people_agree(like)
            and (like.part or like.title is CLOSE)
            and (_same_journal(like) or like.whole_range)
            and (like.whole_range or not like.supplement)
        ),
    ),
    Rule(
        "same pages, translated title",
        "No two articles share first and last page, volume, year and people; each translator words a title anew.",
        lambda like: (
            like.whole_range and like.foreign and like.volume is SAME and like.year is SAME and like.authors is SAME
        ),
    ),
)
UNANCHORED: tuple[Rule, ...] = (
    Rule(
        "same title and volume",
        "The same people print a title once in a volume of a journal, if it is no column's; one of the two does not give the pages.",
        lambda like: (
            _title_and_people(like)
            and (like.distinct_title or like.issue is SAME)
            and like.long_title
            and like.volume is SAME
            and like.issue is not DIFFERS
            and _same_journal(like)
            and like.year in (SAME, CLOSE, UNSAID)
        ),
    ),
    Rule(
        "same title and journal",
        "The same people print a title once in a year of a journal, if it is no column's; one of the two gives neither volume nor pages.",
        lambda like: (
            _title_and_people(like)
            and like.distinct_title
            and like.long_title
            and like.journal is SAME
            and like.issue is not DIFFERS
            and like.year is SAME
        ),
    ),
    Rule(
        "same abstract",
        "Title, people, year and abstract agree, and nothing of the place differs; online and in print in one journal are "
        "a year apart.",
        lambda like: (
            like.abstract is SAME
            and _title_known(like)
            and _people_agree(like)
            and _one_kind(like)
            and (_place_told(like) or (like.exact_title and like.authors is SAME and like.shared_authors == 1))
            and (like.year is SAME or (like.year is CLOSE and _same_journal(like)))
        ),
    ),
    Rule(
        "same title, nobody named",
        "A title of some length, with an author on neither side, stands once in an issue of a journal.",
        lambda like: (
            like.exact_title
            and like.long_title
            and (like.distinct_title or like.pages is SAME)
            and like.nobody
            and _one_kind(like)
            and _same_journal(like)
            and like.volume is SAME
            and like.issue is SAME
            and like.year is SAME
        ),
    ),
)
LINKS = ANCHORED + UNANCHORED

# "apart" without a question: these, unless an identifier or the place in print speaks for one publication.
_SETTLED = frozenset({OTHER_REPORT, "other place", "other authors"})

_WEIGHTS: dict[str, dict[Sign, float]] = {
    "title": {SAME: 4, CLOSE: 2, DIFFERS: -4},
    "numbers": {DIFFERS: -2},
    "authors": {SAME: 2, CLOSE: 1, DIFFERS: -3},
    "year": {SAME: 1, CLOSE: -0.5, DIFFERS: -2},
    "journal": {SAME: 1.5, CLOSE: 1, DIFFERS: -1.5},
    "volume": {SAME: 1.5, DIFFERS: -1.5},
    "pages": {SAME: 3, CLOSE: 1, DIFFERS: -3},
    "doi": {SAME: 6, DIFFERS: -4},
    "pmid": {SAME: 7, DIFFERS: -4},
    "trial": {SAME: 7, DIFFERS: -4},
    "abstract": {SAME: 3, DIFFERS: -2.5},
    "kind": {DIFFERS: -4, CLOSE: -1},
    "notice": {DIFFERS: -1.5},
}
_TELLS_LITTLE = -2.0  # "Editorial", "Correction"
_EXACT = 0.5  # slips are rarer than exact copies
_PART = {SAME: 0.0, CLOSE: 2.0, UNSAID: 0.0, DIFFERS: 4.0}  # one title that holds the other is no title that differs
_RANGE = 1.5  # the last page beside the first
_OTHER_WORD = -0.7  # each of the first three
_EVEN = 6.5  # the sum at which two records are as likely one as two


def score(like: Likeness) -> float:
    """-> how likely two records are one publication, 0 to 1, from a sum of weights over the fields.

    The sum is that of Fellegi and Sunter (1969), log odds of each field's agreement; the weights are set by hand, since
    they only order the asking queue and never link by themselves.
    """
    total = sum(weights.get(getattr(like, field), 0.0) for field, weights in _WEIGHTS.items())
    if like.exact_title:
        total += _EXACT
    if not like.telling_title and like.pages is not SAME:
        total += _TELLS_LITTLE
    if like.part:
        total += _PART[like.title]
    if like.whole_range:
        total += _RANGE
    if like.version:
        total -= _WEIGHTS["doi"][DIFFERS]
    if like.title is CLOSE and not like.part:
        total += _OTHER_WORD * min(len(like.other_words), 3)
    return round(1 / (1 + math.exp(_EVEN - total)), 6)


def judge(like: Likeness, cutoffs: Cutoffs = CUTOFFS) -> Verdict:
    """-> what two compared records come to: a link only where a rule is for it and none against."""
    against = [rule.name for rule in CONTRADICTIONS if rule.holds(like)]
    doubts = [rule.name for rule in DOUBTS if rule.holds(like)]
    likely = score(like)
    if not against and not doubts:
        for rule in LINKS:
            if rule.holds(like):
                return Verdict(Outcome.LINK, rule.name, likely, False, rule in ANCHORED)
    one_place = _same_identifier(like) or (_same_place(like) and _title_known(like))
    settled = not one_place and not _SETTLED.isdisjoint(against)
    outcome = Outcome.APART if settled or likely < cutoffs.ask_from else Outcome.ASK
    name = [*against, *doubts, "alike"][0]
    if outcome is Outcome.APART and _perhaps_one_study(like):
        name = OTHER_REPORT
    return Verdict(outcome, name, likely, bool(against), False)
