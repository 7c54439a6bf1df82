"""Which three invented records stand in every file tests/fixtures/formats/three.*? They are the same in all formats."""

from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "fixtures" / "formats"
FILES = {
    "three.ris": "ris",
    "three.nbib": "nbib",
    "three.ciw": "wos",
    "three.enw": "enw",
    "three.refworks.txt": "refworks",
    "three.ovid.txt": "ovid",
    "three.bib": "bib",
    "three.endnote.xml": "endnote-xml",
    "three.pubmed.xml": "pubmed-xml",
    "three.csv": "csv",
    "three.tsv": "tsv",
}

RECORDS: list[dict[str, Any]] = [
    {
        "title": "Walking after knee surgery: a randomised trial",
        "authors": ("Okafor, Ada", "Lindqvist, Bo", "Þórsdóttir, Edda"),
        "year": 2019,
        "journal": "Journal of Invented Results",
        "volume": "7",
        "issue": "2",
        "pages": "101-109",
        "doi": "10.5555/jir.2019.7.101",
        "pmid": "90000001",
        "issn": "1234-5679",
        "abstract": "BACKGROUND: Walking is free. RESULTS: More people walked (p < 0.05).",
        "keywords": ("Walking", "Surgery, knee"),
    },
    {
        "title": "Tea & biscuits – does the order matter?",
        "authors": ("Silva, M. J.",),
        "year": 2021,
        "journal": "Annals of Small Effects",
        "volume": "12",
        "issue": "",
        "pages": "e44",
        "doi": "10.5555/ase.12.e44",
        "abstract": "",
        "keywords": (),
    },
    {
        "title": "A letter without an abstract",
        "authors": ("The WALK Group",),
        "year": 2020,
        "journal": "Journal of Invented Results",
        "volume": "",
        "pages": "",
        "doi": "",
        "abstract": "",
    },
]
