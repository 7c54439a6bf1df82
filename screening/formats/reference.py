"""Where in print is this, when a cell holds journal, volume, issue, pages and year as one reference?

So PubMed writes its column "Citation", Ovid and LILACS their column "Source", TRID its "Publication Info".
"""

import re
from dataclasses import replace

from screening.formats.clean import shown
from screening.formats.record import ParsedRecord

_PAGES = r"(?P<pages>(?=[A-Za-z]{0,4}\d)[\w\u2010-\u2015-]{1,30})(?![\w-])"
_SHAPES = tuple(
    re.compile(shape)
    for shape in (
        # J Walks. 2019 Mar 1;7(2):101-109. doi: 10.1000/walk.1.
        r"(?P<journal>[^;]{2,200}?)\. (?P<year>(?:19|20)\d\d)\b[^;:]{0,20};"
        rf"(?P<volume>[\w-]{{1,20}})? ?(?P<supplement>Suppl[\w. ]{{0,10}})?(?:\((?P<issue>[^()]{{1,40}})\))?: ?{_PAGES}",
        # Journal of Walks. 7(2):101-109, 2019 Mar.   Rev. caminhada;7(2): 101-109, mar. 2019.
        r"(?P<journal>.{2,300}?)[.;,] ?(?P<volume>\d{1,4}) ?(?:\((?P<issue>[^()]{1,40})\))?(?P<supplement>) ?: ?"
        rf"(?:pp?\.? ?)?{_PAGES}(?:[.,;] ?(?:[^\d]{{0,20}})(?P<year>(?:19|20)\d\d)\b)?",
        # Vol. 7, No. 2, pp 101-109
        r"(?P<journal>)(?P<year>)(?P<supplement>)Vol(?:ume|\.)? ?(?P<volume>\w{1,10})(?:, (?:No|Issue)\.? ?(?P<issue>[\w/-]{1,10}))?"
        rf"(?:, pp?\.? ?{_PAGES})?",
    )
)
_LONGEST = 600


def placed(record: ParsedRecord, text: str) -> ParsedRecord:
    """-> a record with what it lacks of volume, issue, pages and year, and of the journal, taken from a reference.

    A journal that is the whole reference is made the journal alone; what is no reference changes nothing.
    """
    whole = shown(text[:_LONGEST])
    found = next(filter(None, (shape.match(whole) for shape in _SHAPES)), None) if whole else None
    if found is None:
        return record
    said = found.groupdict("")
    journal = "" if record.journal == whole and said["journal"] else record.journal
    return replace(
        record,
        journal=journal or said["journal"].strip(),
        volume=record.volume or said["volume"],
        issue=record.issue or said["issue"] or said["supplement"].strip(" ."),
        pages=record.pages or said["pages"],
        year=record.year or (int(said["year"]) if said["year"] else None),
    )
