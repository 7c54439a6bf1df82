"""How do replies to signalling questions lead to a judgement? An algorithm asks for replies one by one; its path is kept."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field

from extraction.schema.fields import Option

REPLY_OPTIONS = {
    "Y": Option("Y", "Yes", "Y"),
    "PY": Option("PY", "Probably yes", "PY"),
    "PN": Option("PN", "Probably no", "PN"),
    "N": Option("N", "No", "N"),
    "NI": Option("NI", "No information", "NI"),
    "NA": Option("NA", "Not applicable", "NA"),
    "U": Option("U", "Unclear", "U"),
}
YES, NO = ("Y", "PY"), ("N", "PN")


class Unanswered(LookupError):
    """The algorithm needs the reply to a question that has none yet."""

    def __init__(self, question: str) -> None:
        super().__init__(question)
        self.question = question


@dataclass(slots=True)
class Replies:
    """The replies to a domain's questions, as an algorithm reads them. Every reply that is read becomes a step of the path."""

    given: Mapping[str, str]
    path: dict[str, str] = field(default_factory=dict)

    def to(self, question: str) -> str:
        """The reply to a question. Raises Unanswered."""
        reply = self.given.get(question, "")
        if not reply:
            raise Unanswered(question)
        self.path[question] = reply
        return reply

    def yes(self, question: str) -> bool:
        """Yes or probably yes."""
        return self.to(question) in YES

    def no(self, question: str) -> bool:
        """No or probably no."""
        return self.to(question) in NO

    def unknown(self, question: str) -> bool:
        """No information."""
        return self.to(question) == "NI"


Algorithm = Callable[[Replies], str | tuple[str, ...]]  # several judgements: the assessor has to choose among them
OR = " or "


@dataclass(frozen=True, slots=True)
class Proposal:
    """What an algorithm makes of the replies, and the replies that led there, in order: a judgement, or the question that it waits for.

    With neither, the replies do not decide it: it is left to the assessor, among these judgements, or (`among` empty) among all.
    """

    judgement: str
    path: tuple[tuple[str, str], ...]
    waits_for: str = ""
    among: tuple[str, ...] = ()

    @property
    def allowed(self) -> tuple[str, ...]:
        """The judgements that are no departure from it; empty where nothing is proposed."""
        return (self.judgement,) if self.judgement else self.among

    @property
    def stored(self) -> str:
        """As it is kept beside the judgement."""
        return OR.join(self.allowed)


def read_stored(stored: str, judgements: Container[str]) -> Proposal:
    """A proposal as it was kept, without the replies that led there. judgements: those that the tool knows."""
    if stored in judgements or OR not in stored:
        return Proposal(stored, ())
    return Proposal("", (), among=tuple(stored.split(OR)))


def departs(judgement: str, stored: str, judgements: Container[str]) -> bool:
    """Whether a judgement is not as was proposed, by the proposal that is kept beside it. judgements: those that the tool knows."""
    return stored != "" and judgement not in read_stored(stored, judgements).allowed


def proposed(algorithm: Algorithm, given: Mapping[str, str]) -> Proposal:
    """Run an algorithm on the replies so far."""
    replies = Replies(given)
    try:
        found = algorithm(replies)
    except Unanswered as missing:
        return Proposal("", tuple(replies.path.items()), missing.question)
    path = tuple(replies.path.items())
    return Proposal(found, path) if isinstance(found, str) else Proposal("", path, among=found)
