"""Do two reports tell of the same study? Registration numbers, names of trials, authors, places and dates, each with its reason in words.

It suggests; a person joins. A shared registration number is enough by itself, and so is what de-duplication kept apart as another report;
otherwise two different signs are needed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

REGISTER = re.compile(
    r"\b(NCT ?\d{8}|ISRCTN ?\d{8}|ACTRN ?\d{14}|EUCTR ?\d{4}-\d{6}-\d{2}|ChiCTR[-A-Z]*-?\d{8,10}|DRKS ?\d{8}|UMIN ?\d{9}"
    r"|CTRI/\d{4}/\d{2,3}/\d{6}|IRCT ?\d{8,}N?\d*|KCT ?\d{7}|PACTR ?\d{12,18}|RBR-[0-9a-z]{6,8}|TCTR ?\d{11}|jRCTs?\d{9,10})\b",
    re.IGNORECASE,
)
ACRONYM = re.compile(r"\b[A-Z][A-Z0-9]{3,}(?:-?[A-Z0-9]+)*\b")
COMMON = frozenset(  # capital letters that name no trial
    [
        "DSM",
        "ICD",
        "ANOVA",
        "ANCOVA",
        "PTSD",
        "ADHD",
        "HIV",
        "AIDS",
        "MRI",
        "BMI",
        "RCT",
        "RCTS",
        "EPDS",
        "STAI",
        "CESD",
        "GHQ",
        "SCID",
        "UNICEF",
        "USA",
        "NICE",
        "NIHR",
        "PRISMA",
        "CONSORT",
        "COVID-19",
        "MADRS",
        "HADS",
        "WHOQOL",
        "COPD",
        "LDL",
        "HDL",
        "FEV1",
        "BACKGROUND",
        "METHODS",
        "RESULTS",
        "CONCLUSIONS",
        "CONCLUSION",
        "OBJECTIVE",
        "OBJECTIVES",
        "DESIGN",
        "SETTING",
        "AIMS",
        "TRIAL",
        "REGISTRATION",
    ]
)
PLACE = re.compile(r"\b(?:in|at|from) ((?:[A-Z][a-z]{3,} ?){1,3})")
NOT_PLACES = frozenset(
    [
        "The",
        "This",
        "These",
        "Those",
        "There",
        "When",
        "While",
        "With",
        "Both",
        "Each",
        "Most",
        "January",
        "February",
        "March",
        "April",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ]
)
OTHER_REPORT = "de-duplication kept the two apart as different reports under one title"
MOST_YEARS = 12  # between two reports of one study


@dataclass(frozen=True, slots=True)
class Told:
    """What a report tells of its study."""

    id: int
    year: int | None
    numbers: frozenset[str] = frozenset()
    acronyms: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Kin:
    """How much speaks for two reports telling of one study: a weight (0 for nothing), and the reasons."""

    weight: int
    reasons: tuple[str, ...] = field(default=())


def registrations(text: str) -> tuple[str, ...]:
    """The numbers of trial registers in a text, in one spelling, each once, in order."""
    return tuple(dict.fromkeys(found.group(0).replace(" ", "").upper() for found in REGISTER.finditer(text)))


def told(id: int, title: str, authors: Iterable[str], year: int | None, text: str = "") -> Told:
    """What a report with this title, these authors, this abstract and further text tells."""
    everything = f"{title}. {text}"
    mixed = title if title != title.upper() else ""  # a title in capitals names no trial by them
    return Told(
        id,
        year,
        frozenset(registrations(everything)),
        frozenset(each for each in ACRONYM.findall(f"{mixed}. {text}") if each not in COMMON and not each.isdigit()),
        frozenset(filter(None, map(person, authors))),
        frozenset(each.strip() for each in PLACE.findall(f"{mixed}. {text}") if each.split()[0] not in NOT_PLACES),
    )


def person(name: str) -> str:
    """Surname and first initial, without accents: murray l."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().casefold()
    family, comma, given = plain.partition(",")
    if not comma:
        family, _, given = plain.partition(" ")
    initial = next((each for each in given if each.isalpha()), "")
    return f"{family.strip()} {initial}".strip() if family.strip() and initial else ""


def kin(one: Told, other: Told, *, other_report: bool = False) -> Kin:
    """Whether two reports may tell of one study, and why.

    other_report: de-duplication found the same people under the same title and kept the two apart as different reports, such as a
    preprint or an abstract and its article.
    """
    shared = sorted(one.numbers & other.numbers)
    if shared:
        return Kin(10, (f"the same registration number, {shared[0]}",))
    if one.numbers and other.numbers:
        return Kin(0)  # registered as two studies
    if not other_report and one.year and other.year and abs(one.year - other.year) > MOST_YEARS:
        return Kin(0)
    signs: list[tuple[int, str]] = [(6, OTHER_REPORT)] if other_report else []
    if names := sorted(one.acronyms & other.acronyms):
        signs.append((3, f"both name {names[0]}"))
    if people := one.authors & other.authors:
        signs.append((min(len(people), 3), f"{len(people)} author{'s' if len(people) > 1 else ''} in common"))
    if places := sorted(one.places & other.places):
        signs.append((1, f"both at {places[0]}"))
    if signs and one.year and other.year and abs(one.year - other.year) <= 3:
        signs.append((1, "published within three years"))
    weight = sum(each for each, _ in signs)
    if other_report or (weight >= 4 and len(signs) >= 2):
        return Kin(weight, tuple(words for _, words in signs))
    return Kin(0)
