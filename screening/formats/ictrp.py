"""What does an XML file of the WHO's trials search portal (ICTRP) say? Registered trials, one element of plain fields each."""

import re
from collections.abc import Iterator
from dataclasses import replace

from screening.formats.clean import paragraphs
from screening.formats.compose import Fields, Layout, compose
from screening.formats.markup import blocks, element, values
from screening.formats.record import ParsedRecord
from screening.formats.source import Source

TYPE = "Clinical trial registration"

_LAYOUT = Layout(
    title=("Scientific_title", "Public_title"),
    authors=("Primary_sponsor",),  # who answers for it, as citations of trials name them; contact persons change
    year=("Date_registration3", "Date_registration"),
    journal=("Source_Register",),
    keywords=("Condition",),
    keyword_break=r"[;\n]|<br\s*/?>",
    urls=("web_address",),
    accession=("TrialID",),
)
# What a person needs to screen a trial, in the order in which an abstract would tell it.
_ABSTRACT = {
    "Public title": "Public_title",
    "Condition": "Condition",
    "Intervention": "Intervention",
    "Inclusion criteria": "Inclusion_Criteria",
    "Exclusion criteria": "Exclusion_Criteria",
    "Primary outcome": "Primary_outcome",
    "Secondary outcome": "Secondary_outcome",
    "Study type": "Study_type",
    "Study design": "Study_design",
    "Phase": "Phase",
    "Target size": "Target_size",
    "Recruitment": "Recruitment_Status",
}
_BREAKS = re.compile(r"\s*<br\s*/?>\s*", re.IGNORECASE)
_FRAME = frozenset({"Export_date", "Internal_Number"})


def read(source: Source) -> Iterator[ParsedRecord]:
    """Yield every trial of an ICTRP file; what is left out stands in ``source.problems``."""
    for block in blocks(source, ("Trial",)):
        root = element(source, block)
        if root is None:
            continue
        fields = values(root)
        if not fields.keys() - _FRAME:
            source.empty(block.line, block.end_line)
            continue
        record = compose(block, fields, _LAYOUT, max_field=source.limits.field_characters)
        yield replace(record, type=TYPE, abstract=_abstract(record.fields, record.title))


def _abstract(fields: Fields, title: str) -> str:
    texts = (
        (label, paragraphs(_BREAKS.sub("\n", text)).replace("\n", " "))
        for label, tag in _ABSTRACT.items()
        for text in fields.get(tag, ())
    )
    return "\n".join(f"{label}: {text}" for label, text in texts if text and text != title)
