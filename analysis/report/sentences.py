"""What does the report say? Methods and results, paragraph by paragraph, in our own words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analysis.report import methods, results
from analysis.report.facts import Facts
from analysis.report.said import Sentence


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A heading with its sentences."""

    heading: str
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        return " ".join(each.text for each in self.sentences)


@dataclass(frozen=True, slots=True)
class Part:
    """Methods, or results."""

    title: str
    paragraphs: tuple[Paragraph, ...]


def compose(facts: Facts) -> tuple[Part, Part]:
    """The methods and the results. A paragraph of which nothing can be said is left out."""
    return Part("Methods", paragraphs(methods.paragraphs(facts))), Part(
        "Results", paragraphs(results.paragraphs(facts))
    )


def paragraphs(found: Iterable[tuple[str, Iterator[Sentence]]]) -> tuple[Paragraph, ...]:
    made = (Paragraph(heading, tuple(sentences)) for heading, sentences in found)
    return tuple(each for each in made if each.sentences)


def plain(parts: Iterable[Part]) -> str:
    """The text alone, for a clipboard or a file."""
    blocks = []
    for part in parts:
        blocks.append(part.title)
        blocks += [f"{each.heading}\n{each.text}" for each in part.paragraphs]
    return "\n\n".join(blocks) + "\n"
