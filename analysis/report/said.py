"""What is a sentence of the report? Words, and the place where their numbers come from."""

from __future__ import annotations

from dataclasses import dataclass

# Places, and what a link to them is called. Of those that end in a stroke there are several; what follows says which.
PLACES = {
    "searches": "searches",
    "duplicates": "de-duplication",
    "audits": "judged samples",
    "protocol": "protocol",
    "removals": "removed before screening",
    "pilots": "pilots",
    "agreement/title_abstract": "agreement",
    "agreement/full_text": "agreement",
    "reports": "reports",
    "excluded": "excluded studies",
    "flow": "flow diagram",
    "flow/": "list",
    "previous": "previous version",
    "studies": "studies",
    "takeovers": "RevMan files",
    "form": "form and plan",
    "analyses": "analyses",
    "analysis/": "analysis",
    "package": "reproduction package",
}


@dataclass(frozen=True, slots=True)
class Sentence:
    """source: a key of PLACES, with what follows the stroke."""

    text: str
    source: str

    @property
    def link(self) -> str:
        """What the link to the source is called."""
        return PLACES.get(self.source) or PLACES[self.source.partition("/")[0] + "/"]
