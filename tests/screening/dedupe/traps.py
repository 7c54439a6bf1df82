"""Traps of which the truth is known: two records that are, or are not, one publication, under every loss of fields.

Each work below is of another field. A trap makes a second record of it: another publication that looks alike, or the same one as another
database writes it. Both records then lose fields in every way that exports do.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import product

from screening.dedupe.normalise import Record

Change = dict[str, object]

WORKS = {
    "cardiology": Record(
        id="a", title="Maternal smoking and congenital heart disease in the offspring: a case-control study",
        authors=("Lindqvist, Anna K.", "Moreau, Jean P.", "Okafor, Chidi"), year=2012, journal="European Journal of Epidemiology",
        volume="27", issue="4", pages="311-319", doi="10.1007/s10654-012-9660-1", pmid="22350146",
        abstract="Smoking during pregnancy has been linked to malformations of the heart. We compared 1,204 affected children with 2,311 controls "
        "born in the same hospitals and asked their parents about smoking, alcohol and drugs in the three months before conception.",
    ),
    "ecology": Record(
        id="a", title="Effects of nitrate on the survival of tadpoles in northern ponds",
        authors=("Brandt, Hanne", "Silva, Marco A."), year=2004, journal="Freshwater Biology", volume="49", issue="11", pages="1461-70",
        doi="10.1111/j.1365-2427.2004.01285.x",
        abstract="Fertilisers wash into ponds in spring when amphibians breed. We kept tadpoles of the common frog at five concentrations found "
        "in the field and measured growth, activity and survival until metamorphosis; survival fell from ninety to forty per cent.",
    ),
    "education": Record(
        id="a", title="Teachers' beliefs about mathematics in primary schools of Gambia",
        authors=("Jallow, Fatou", "Greene, Peter"), year=2016, journal="International Journal of Educational Development", volume="47",
        pages="12-21", doi="10.1016/j.ijedudev.2015.11.002",
        abstract="What teachers believe about mathematics shapes how they teach it. Forty teachers were observed and interviewed over one school "
        "year; most held that mathematics is a set of rules, while those with a diploma spoke of problems and of reasons.",
    ),
    "software": Record(
        id="a", title="An empirical study of flaky tests in continuous integration",
        authors=("Rahman, Md Tajmilur", "Rigby, Peter C."), year=2018,
        journal="Proceedings of the 2018 26th ACM Joint Meeting on European Software Engineering Conference", pages="857-862",
        doi="10.1145/3236024.3275529",
        abstract="Tests that pass and fail without a change of the code waste the time of developers. We mined two years of builds of a browser "
        "and of forty open projects, and found that one failure in six is flaky and that the causes are few.",
    ),
    "covid": Record(
        id="a", title="Prevalence of long COVID among health care workers", authors=("Rossi, M.", "Bianchi, L.", "Verdi, G."), year=2021,
        journal="J Infect", volume="83", issue="2", pages="237-279", doi="10.1016/j.jinf.2021.05.009", pmid="34022281",
    ),
    "german": Record(
        id="a", title="Wirksamkeit der Verhaltenstherapie bei Angststörungen von Mädchen im Grundschulalter",
        authors=("Müller, Jürgen", "Weiß, Käthe"), year=1998, journal="Zeitschrift für Kinder- und Jugendpsychiatrie", volume="26", issue="3",
        pages="174-183",
    ),
    "spanish": Record(
        id="a", title="Consumo de alcohol en niños escolarizados de la ciudad de Quito",
        authors=("García-Pérez, María del Carmen", "de la Torre, Luis"), year=2009, journal="Revista Panamericana de Salud Pública",
        volume="26", issue="1", pages="45-50", doi="10.1590/s1020-49892009000700007",
    ),
    "chinese": Record(
        id="a", title="针刺治疗老年男性慢性失眠症的随机对照临床试验研究", authors=("王伟", "李娜", "张敏"), year=2015, journal="中国针灸",
        volume="35", issue="6", pages="533-536",
    ),
    "chapter": Record(
        id="a", title="Qualitative interviewing with children and young people", authors=("Irwin, Lori G.", "Johnson, Joy"), year=2005,
        journal="Handbook of Research Methods in Education", pages="821-831", type="CHAP",
    ),
    "column": Record(
        id="a", title="Message from the editor-in-chief", authors=("Harding, Thomas",), year=2010, journal="Journal of Hand Therapy", volume="23",
        issue="1", pages="1-2",
    ),
    "cochrane": Record(
        id="a", title="Antidepressants for smoking cessation", authors=("Hughes, J. R.", "Stead, L. F.", "Lancaster, T."), year=2007,
        journal="Cochrane Database of Systematic Reviews", issue="1", pages="CD000031", doi="10.1002/14651858.CD000031.pub3",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Trap:
    """A second record of a work."""

    name: str
    same: bool
    """Whether it is the same publication."""
    make: Callable[[Record], Record | None]
    """-> the second record, or None where the trap does not fit the work."""
    tells: tuple[frozenset[str], ...] = ()
    """Where the titles are alike: of each of these groups, a field must be left on both sides, or nobody could know."""


def word(old: str, new: str) -> Callable[[Record], Record | None]:
    """Another work of the same people, with one word changed; in the same journal and year, on other pages."""

    def make(work: Record) -> Record | None:
        if not re.search(old, work.title):
            return None
        return elsewhere(replace(work, title=re.sub(old, new, work.title), abstract=""))

    return make


def elsewhere(work: Record, by: int = 60) -> Record:
    """On other pages of the same volume, under identifiers of its own."""
    doi = f"{work.doi}.b" if work.doi else ""
    pmid = str(int(work.pmid) + 7) if work.pmid else ""
    return replace(work, id="b", pages=re.sub(r"\d+", lambda m: str(int(m[0]) + by), work.pages), doi=doi, pmid=pmid)


def change(**fields: object) -> Callable[[Record], Record | None]:
    def make(work: Record) -> Record | None:
        return replace(work, id="b", **{k: v(getattr(work, k)) if callable(v) else v for k, v in fields.items()})

    return make


def title(how: Callable[[str], str]) -> Callable[[Record], Record | None]:
    return lambda work: elsewhere(replace(work, title=how(work.title), abstract=""))


WHERE = frozenset({"journal", "doi"})
OTHER_WORKS = (
    *(
        Trap(f"{old} and {new}", False, word(old, new))
        for old, new in (
            ("Maternal", "Paternal"), ("offspring", "siblings"), ("nitrate", "nitrite"), ("northern", "southern"), ("Gambia", "Zambia"),
            ("primary", "private"), ("flaky", "slow"), ("niños", "niñas"), ("Mädchen", "Jungen"), ("男性", "女性"), ("针刺", "电针"),
            ("Qualitative", "Quantitative"), ("continuous", "contiguous"), ("smoking", "smokeless"), ("mathematics", "mathematical"),
            ("long COVID", "COVID"), ("Anna|Angststörungen", "Essstörungen"),
        )
    ),
    *(
        Trap(f"with {tail!r}", False, title(lambda t, tail=tail: t + tail))
        for tail in (
            ": study protocol", ": a two-year follow-up", ". Part II", ": reply", " - results of a pilot study", ": secondary analysis",
            ": the authors respond", " (vol 27, pg 311, 2012)", ": an update", ", Part B", ": erratum",
        )
    ),
    *(
        Trap(f"{head!r} before it", False, title(lambda t, head=head: head + t))
        for head in ("Erratum: ", "Correction to: ", "Re: ", "Comment on: ", "Corrigendum to ", "Letter to the editor regarding ")
    ),
    Trap("Part A and Part B", False, lambda w: elsewhere(replace(w, title=f"{w.title}. Part B"))),
    Trap("other people, same title", False, lambda w: elsewhere(replace(w, authors=("Xu, Wen", "Qureshi, Adil", "Novak, Petr"))), (frozenset({"authors", "pages", "doi"}),)),
    Trap("preprint", False, change(journal="medRxiv", volume="", issue="", pages="", doi=lambda d: d and "10.1101/2021.03.04.21252888", pmid=""), (WHERE,)),
    Trap("preprint by its DOI", False, change(journal="", volume="", issue="", pages="", doi="10.31222/osf.io/ab3cd", pmid=""), (WHERE,)),
    Trap("discussion paper", False, change(journal="Biogeosciences Discussions", volume="", issue="", pages="1-32", doi="10.5194/bg-2020-112", pmid=""), (WHERE,)),
    Trap("meeting abstract by its type", False, change(type="Conference Abstract", issue="Suppl. 1", pages="S112", doi="", pmid="", abstract="")),
    Trap("meeting abstract in a supplement", False, change(journal="Abstracts of the Annual Meeting", volume="9", issue="", pages="S112", doi="", pmid="", abstract="")),
    Trap("thesis", False, change(type="THES", journal="University of Leeds", volume="", issue="", pages="", doi="", pmid="", abstract="")),
    Trap("registration", False, change(journal="https://clinicaltrials.gov/show/NCT01234567", volume="", issue="", pages="", doi="", pmid="", authors=())),
    Trap("printed again in another journal", False, change(journal="Annals of Improbable Studies", volume="3", issue="2", pages="9-14", doi="", pmid=""),
         (frozenset({"pages"}), frozenset({"volume", "journal"}))),
    Trap("the next issue's column", False, lambda w: replace(w, id="b", issue="2", pages="101-102") if w.title.startswith("Message") else None,
         (frozenset({"pages", "issue"}),)),
    Trap("next year's column", False, lambda w: replace(w, id="b", year=2011, volume="24", pages="1-2") if w.title.startswith("Message") else None,
         (frozenset({"volume", "year"}),)),
    Trap("protocol of the review", False, lambda w: replace(w, id="b", issue="4", doi="10.1002/14651858.CD000031.pub2", year=2006) if "Cochrane" in w.journal else None,
         (frozenset({"doi", "issue"}),)),
    Trap("protocol in the same year", False, lambda w: replace(w, id="b", issue="4", doi="10.1002/14651858.CD000031.pub2") if "Cochrane" in w.journal else None,
         (frozenset({"doi", "issue"}),)),
    Trap("extended in a journal", False, lambda w: replace(w, id="b", year=w.year + 1, journal="IEEE Transactions on Software Engineering", volume="45", issue="7",
         pages="711-730", doi="10.1109/tse.2019.123") if "Proceedings" in w.journal else None, (frozenset({"doi", "pages"}), )),
    Trap("another abstract under the supplement's DOI", False, lambda w: replace(w, id="b", title=f"{w.title}: long-term results", pages="", abstract="", pmid="")),
    Trap("the sibling on the same page", False, lambda w: replace(w, id="b", title=w.title.replace("Maternal", "Paternal").replace("nitrate", "nitrite").replace("Gambia", "Zambia"),
         abstract="", doi="", pmid="", pages=w.pages.split("-")[0]) if re.search("Maternal|nitrate|Gambia", w.title) else None),
    Trap("same pages of the year's other volume", False, lambda w: replace(w, id="b", volume=str(int(w.volume) + 1)) if w.title.startswith("Message") else None, (frozenset({"volume"}),)),
    Trap("another edition", False, lambda w: replace(w, id="b", year=w.year + 6, pages="700-712", doi="", pmid="") if w.type == "CHAP" else None, (frozenset({"year", "pages"}),)),
)  # fmt: skip


def initials(name: str) -> str:
    family, _, given = name.partition(", ")
    return f"{family} {''.join(part[0] for part in re.split(r'[ -]', given) if part)}".strip()


def slip(text: str) -> str:
    """Two letters swapped in a long word."""
    found = re.search(r"[a-z]{7,}", text)
    if not found:
        return text
    at = found.start() + 3
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]


SAME_WORK = (
    Trap("capitals", True, change(title=str.upper, authors=lambda names: tuple(n.upper() for n in names))),
    Trap("initials", True, change(authors=lambda names: tuple(map(initials, names)))),
    Trap("first author alone", True, change(authors=lambda names: names[:1])),
    Trap("nobody named", True, change(authors=())),
    Trap("no accents", True, change(title=lambda t: t.encode("ascii", "ignore").decode() if len(t.encode("ascii", "ignore")) > 20 else t)),
    Trap("full stop, brackets", True, change(title=lambda t: f"[{t}].")),
    Trap("slip of the pen", True, change(title=slip)),
    Trap("without the subtitle", True, lambda w: replace(w, id="b", title=w.title.split(":")[0]) if ":" in w.title else None),
    Trap("a year early", True, change(year=lambda y: y - 1)),
    Trap("journal short", True, change(journal=lambda j: " ".join(w[:4] for w in j.split() if len(w) > 3))),
    Trap("pages short", True, change(pages=lambda p: p.split("-")[0])),
    Trap("early online", True, change(volume="", issue="", pages="1-9", year=lambda y: y - 1)),
    Trap("HTML", True, change(title=lambda t: "<i>" + t.replace(" and ", " &amp; ") + "</i>")),
    Trap("another abstract's end", True, change(abstract=lambda a: a and a[:150] + " (C) 2012 The Authors.")),
)  # fmt: skip

LOSSES = tuple(
    frozenset(loss)
    for loss in (
        (), ("doi",), ("doi", "pmid"), ("doi", "pmid", "abstract"), ("doi", "pmid", "pages"), ("doi", "pmid", "pages", "abstract"),
        ("doi", "pmid", "pages", "issue", "abstract"), ("doi", "pmid", "volume", "issue", "pages", "abstract"), ("doi", "pmid", "year"),
        ("doi", "pmid", "journal"), ("pages", "volume", "issue"), ("doi", "pmid", "authors"), ("abstract", "pages"), ("doi", "pmid", "issue"),
    )
)  # fmt: skip
NOTHING: dict[str, object] = {"authors": (), "year": None}


def lose(record: Record, loss: frozenset[str]) -> Record:
    return replace(record, **{name: NOTHING.get(name, "") for name in loss})


def cases(traps: tuple[Trap, ...]) -> Iterator[tuple[str, Trap, Record, Record]]:
    """Each trap on each work under each loss on either side."""
    for (field, work), trap in product(WORKS.items(), traps):
        start = replace(work, title=f"{work.title}. Part A") if trap.name == "Part A and Part B" else work
        other = trap.make(start)
        if other is None or (other.title == start.title and replace(other, id="a") == start):
            continue
        for left, right in product(LOSSES, LOSSES):
            a, b = lose(start, left), lose(replace(other, id="b"), right)
            if all(
                any(getattr(a, n) and getattr(b, n) and getattr(a, n) != getattr(b, n) for n in group)
                for group in trap.tells
            ):
                yield field, trap, a, b
