"""Which pairs of records are worth comparing?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from screening.dedupe.normalise import Facts
from screening.dedupe.similarity import CUTOFFS, SHORT_TITLE, SHORTEST_BEGINNING, Cutoffs, titles_alike

END = 28  # letters at either end of a title: longer than most common beginnings ("randomized controlled trial of")
LONG_WORDS = 3  # of the title, each beside the first author
CROWD = 1000  # a key that more records share tells nothing; it is left aside, and the time stays bounded

Key = tuple[str, ...]


def keys(facts: Facts) -> Iterator[Key]:
    """-> the keys of a record; two records are compared when they share one.

    A key is made of the record alone, so that it does not matter which record came first. Each rests on something
    that copies of one record keep although the rest has slips: the identifiers, either end of the title, the place in
    print, and the first author beside the volume or a long word of the title.
    """
    if facts.doi:
        yield "doi", facts.doi
    if facts.pmid:
        yield "pmid", facts.pmid
    if facts.trial:
        yield "trial", facts.trial
    page = facts.pages.first or facts.pages.date
    if page and facts.volume:
        yield "place", facts.volume, page
    family = facts.authors[0].family if facts.authors else ""
    for title in filter(None, (facts.compact, facts.other_title)):
        if len(title) < SHORT_TITLE:
            yield "short", title, family, str(facts.year)
            yield "short", title, facts.volume, page
        else:
            yield "begins", title[:END]
            yield "ends", title[-END:]
    if family and facts.volume and facts.year:
        yield "volume", family, facts.volume, str(facts.year)
    if family:
        for word in sorted(set(facts.title.split()), key=lambda word: (-len(word), word))[:LONG_WORDS]:
            yield "author", family, word


class Index:
    """Records by their keys, under the numbers of their places in the list that it was made of."""

    def __init__(self, records: Iterable[Facts]) -> None:
        self._holders: defaultdict[Key, list[int]] = defaultdict(list)
        for number, facts in enumerate(records):
            for key in keys(facts):
                self._holders[key].append(number)

    def near(self, facts: Facts) -> set[int]:
        """-> the numbers of all records that share a key with this one, itself among them."""
        found: set[int] = set()
        for key in keys(facts):
            holders = self._holders.get(key, ())
            if len(holders) <= CROWD:
                found.update(holders)
        return found


def worth_comparing(a: Facts, b: Facts, cutoffs: Cutoffs = CUTOFFS) -> bool:
    """Whether two records could be one: a cheap look before every field is compared."""
    if (a.doi and a.doi == b.doi) or (a.pmid and a.pmid == b.pmid) or (a.trial and a.trial == b.trial):
        return True
    if a.volume and a.volume == b.volume and a.pages.first and a.pages.first == b.pages.first:
        return True
    if titles_alike(a, b, cutoffs.title_close):
        return True
    short, long = (a.compact, b.compact) if len(a.compact) <= len(b.compact) else (b.compact, a.compact)
    return len(short) >= SHORTEST_BEGINNING and long.startswith(short) or len(short) >= END and short[:END] in long
