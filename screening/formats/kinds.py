"""Which kind of publication is meant by this type, and how do RIS, BibTeX and EndNote call that kind?"""

from typing import NamedTuple


class Kind(NamedTuple):
    """A kind's name in RIS, in BibTeX, and in EndNote with EndNote's number; words by which other formats call it."""

    ris: str
    bibtex: str
    endnote: str
    number: int
    words: tuple[str, ...] = ()


ARTICLE = Kind("JOUR", "article", "Journal Article", 17)
_KINDS = (
    Kind("THES", "phdthesis", "Thesis", 32, ("thes", "dissertation")),
    Kind("CHAP", "incollection", "Book Section", 5, ("chap", "incollection", "inbook", "book section", "chapter")),
    Kind("CONF", "inproceedings", "Conference Proceedings", 10, ("conf", "cpaper", "proceeding", "meeting")),
    Kind("BOOK", "book", "Book", 6, ("book",)),
    Kind("RPRT", "techreport", "Report", 27, ("rprt", "report")),
    Kind("UNPB", "unpublished", "Unpublished Work", 34, ("unpb", "unpublished", "preprint")),
    Kind("ELEC", "misc", "Web Page", 12, ("elec", "web")),
    Kind("GEN", "misc", "Generic", 13, ("gen", "misc", "clinical trial registry", "registration")),
)
# Every type of the RIS specification; a type that is one of these is written as it stands.
_RIS = (
    "ABST ADVS AGGR ANCIENT ART BILL BLOG BOOK CASE CHAP CHART CLSWK COMP CONF CPAPER CTLG DATA DBASE DICT EBOOK ECHAP EDBOOK "
    "EJOUR ELEC ENCYC EQUA FIGURE GEN GOVDOC GRANT HEAR ICOMM INPR JFULL JOUR LEGAL MANSCPT MAP MGZN MPCT MULTI MUSIC NEWS PAMP "
    "PAT PCOMM RPRT SER SLIDE SOUND STAND STAT STD THES UNBILL UNPB VIDEO WEB"
)
RIS = frozenset(_RIS.split())


def of(type: str) -> Kind:
    """-> the first kind of which a word stands in the type; an article where none does."""
    folded = type.casefold()
    return next((kind for kind in _KINDS if any(word in folded for word in kind.words)), ARTICLE)
