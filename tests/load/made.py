"""Exports of any size, made up, of which it is known what is what: every work has words, people and a place in print of its own.

Part of the works come a second time, as another database would write them. The same seed makes the same file.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass

SYLLABLES = [
    "ba",
    "be",
    "bo",
    "da",
    "de",
    "do",
    "fa",
    "fe",
    "ga",
    "go",
    "ka",
    "ke",
    "ko",
    "la",
    "le",
    "lo",
    "ma",
    "me",
    "mo",
    "na",
    "ne",
    "no",
    "pa",
    "pe",
    "po",
    "ra",
    "re",
    "ro",
    "sa",
    "se",
    "so",
    "ta",
    "te",
    "to",
    "va",
    "ve",
    "vi",
]
ENDINGS = (
    "tin",
    "zole",
    "mab",
    "itis",
    "osis",
    "emia",
    "pathy",
    "gram",
    "scopy",
    "therapy",
    "ectomy",
    "dipine",
    "cycline",
)
FRAMES = (
    "Effects of {} and {} on {} in children with {} and {}: a randomized controlled trial",
    "{} versus {} for the prevention of {} after {} in adults with {}",
    "Prevalence and predictors of {}, {} and {} among women treated for {} with {}",
    "A cohort study of {} in {} under {}, {} or {}",
    "{} as a marker of {} and of {} in survivors of {} given {}",
)  # fmt: skip
SHARE = 0.3  # of the records are further copies


@dataclass(frozen=True, slots=True)
class Work:
    """One publication."""

    number: int
    title: str
    authors: tuple[tuple[str, str], ...]
    year: int
    journal: str
    volume: int
    page: int
    abstract: str

    def record(self) -> str:
        """The work as one database writes it, in RIS."""
        people = "".join(f"AU  - {family}, {given}.\r\n" for family, given in self.authors)
        return (
            f"TY  - JOUR\r\nTI  - {self.title}\r\n{people}PY  - {self.year}\r\nJO  - {self.journal}\r\nVL  - {self.volume}\r\n"
            f"SP  - {self.page}\r\nEP  - {self.page + 7}\r\nDO  - 10.1000/made.{self.number}\r\nAB  - {self.abstract}\r\nER  - \r\n\r\n"
        )

    def copy(self, chance: random.Random) -> str:
        """The work as another writes it: capitals, no DOI or no pages, a shorter abstract."""
        title = self.title.upper() if chance.random() < 0.2 else self.title + "."
        people = "".join(f"A1  - {family} {given[0]}\r\n" for family, given in self.authors)
        doi = "" if chance.random() < 0.4 else f"DO  - https://doi.org/10.1000/MADE.{self.number}\r\n"
        pages = "" if doi and chance.random() < 0.2 else f"SP  - {self.page}-{self.page + 7}\r\n"
        return (
            f"TY  - JOUR\r\nT1  - {title}\r\n{people}Y1  - {self.year}//\r\nT2  - {self.journal}\r\nVL  - {self.volume}\r\n"
            f"{pages}{doi}N2  - {self.abstract[:600]}\r\nER  - \r\n\r\n"
        )


def export(records: int, seed: int = 1, first: int = 0) -> Iterator[tuple[int, str]]:
    """So many records in RIS, each with the number of its work, counted on from `first`; a copy comes some way behind."""
    chance = random.Random(seed)
    due: list[tuple[int, Work]] = []
    number, made = first, 0
    while made < records:
        if due and due[0][0] <= made or len(due) >= records - made:
            at = due.pop(0)[1]
            yield at.number, at.copy(chance)
        else:
            number += 1
            fresh = work(number, chance)
            if chance.random() < SHARE / (1 - SHARE) and len(due) < records - made - 1:
                due.append((made + chance.randrange(1, 400), fresh))
            yield number, fresh.record()
        made += 1


def work(number: int, chance: random.Random) -> Work:
    """One publication, made up."""
    terms = [name(chance, 3).capitalize() if chance.random() < 0.1 else name(chance, 3) for _ in range(5)]
    words = [name(chance, chance.randrange(1, 3)) for _ in range(110)]
    return Work(
        number=number,
        title=chance.choice(FRAMES).format(*terms),
        authors=tuple((word(chance, 3).capitalize(), chance.choice("ABCDEFGHJKLM")) for _ in range(chance.randrange(1, 9))),
        year=chance.randrange(1980, 2026),
        journal=f"Journal of {word(chance, 2).capitalize()}",
        volume=chance.randrange(1, 90),
        page=chance.randrange(1, 2000),
        abstract=" ".join(words),
    )  # fmt: skip


def name(chance: random.Random, syllables: int) -> str:
    return word(chance, syllables) + chance.choice(ENDINGS)


def word(chance: random.Random, syllables: int) -> str:
    return "".join(chance.choice(SYLLABLES) for _ in range(syllables))
