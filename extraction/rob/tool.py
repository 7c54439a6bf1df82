"""What is a risk-of-bias tool? Domains to be judged, signalling questions that lead there, and the judgements to choose from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from extraction.rob.algorithms import ALGORITHMS
from extraction.rob.replies import REPLY_OPTIONS, Proposal, proposed
from extraction.schema.fields import Field, Kind, Option

STUDY, RESULT = "study", "result"  # what one assessment is of


@dataclass(frozen=True, slots=True)
class Question:
    """One signalling question, in our own words, under the id by which its tool numbers it.

    replies: the codes to choose from. on_demand: asked only where the algorithm comes to it.
    """

    id: str
    text: str
    replies: tuple[str, ...] = ("Y", "PY", "PN", "N", "NI")
    on_demand: bool = False

    def field(self) -> Field:
        return Field(
            self.id, f"{self.id} {self.text}", Kind.CHOICE, options=tuple(REPLY_OPTIONS[code] for code in self.replies)
        )


@dataclass(frozen=True, slots=True)
class Domain:
    """One way in which a study's result can be biased. about: what to look for, in our own words.

    judgements: where they are not the tool's. applicability: whether it asks how well the study fits the review, which is no bias.
    algorithm: the name of what proposes a judgement from the replies; without one the assessor decides unaided.
    criteria: when which judgement is made, in our own words: its value and a sentence, in the order of the judgements.
    """

    id: str
    title: str
    about: str
    questions: tuple[Question, ...] = ()
    judgements: tuple[Option, ...] = ()
    applicability: bool = False
    algorithm: str = ""
    criteria: tuple[tuple[str, str], ...] = ()

    def propose(self, replies: Mapping[str, str]) -> Proposal | None:
        """What the tool's algorithm makes of the replies so far. None where the tool has no algorithm for this domain."""
        return proposed(ALGORITHMS[self.algorithm], replies) if self.algorithm else None

    def asked(self, replies: Mapping[str, str]) -> tuple[Question, ...]:
        """The questions to be answered with the replies so far: those always asked, and those that the algorithm has come to."""
        proposal = self.propose(replies)
        reached = {question for question, _ in proposal.path} | {proposal.waits_for} if proposal else set()
        return tuple(each for each in self.questions if not each.on_demand or each.id in reached)


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as data. source: who made it, and where it is described. unit: whether one assessment is of a study or of a result.

    about: what is to be known of it here, such as in whose words it asks and from what it proposes.
    overall: the name of the rule that makes one judgement of the domains' (extraction/rob/overall.py); empty for none.
    """

    id: str
    name: str
    source: str
    judgements: tuple[Option, ...]
    domains: tuple[Domain, ...]
    unit: str = STUDY
    designs: str = ""
    overall: str = ""
    about: str = ""

    def options_of(self, domain: Domain) -> tuple[Option, ...]:
        return domain.judgements or self.judgements

    def fields(self) -> tuple[Field, ...]:
        """The tool as questions: signalling questions, then the domain's judgement, which needs what supports it."""
        return tuple(self._fields())

    def _fields(self) -> Iterator[Field]:
        for domain in self.domains:
            for question in domain.questions:
                yield question.field()
            yield Field(
                domain.id,
                domain.title,
                Kind.CHOICE,
                required=True,
                needs_text=True,
                help=domain.about,
                options=self.options_of(domain),
            )

    def domain(self, id: str) -> Domain:
        """The domain of this id. Raises KeyError."""
        return {each.id: each for each in self.domains}[id]
