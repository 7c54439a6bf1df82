"""How does the text become a Word document that people can edit? Headings and paragraphs, each sentence a link where an address is known."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from typing import Any

from analysis.report.said import Sentence
from analysis.report.sentences import Part
from screening.formats.printed import printable, timeless


def docx(title: str, parts: Iterable[Part], address: Callable[[Sentence], str]) -> bytes:
    """A DOCX file. address: where a sentence's numbers come from, in full; it stands behind a small mark after the sentence."""
    from docx import Document
    from docx.shared import Mm

    document = Document()
    document.sections[0].page_width, document.sections[0].page_height = Mm(210), Mm(297)
    document.core_properties.title = printable(title)
    document.core_properties.comments = ""
    document.add_heading(printable(title), level=1)
    for part in parts:
        document.add_heading(part.title, level=2)
        for each in part.paragraphs:
            document.add_heading(printable(each.heading), level=3)
            paragraph = document.add_paragraph()
            for sentence in each.sentences:
                paragraph.add_run(printable(sentence.text))
                _link(paragraph, "°", address(sentence))
                paragraph.add_run(" ")
    out = io.BytesIO()
    document.save(out)
    return timeless(out)


def _link(paragraph: Any, text: str, address: str) -> None:
    """A hyperlink at the end of a paragraph, which python-docx has no words for."""
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement("w:hyperlink")
    made.set(qn("r:id"), paragraph.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    run = paragraph.add_run(text)
    made.append(run._r)
    paragraph._p.append(made)
