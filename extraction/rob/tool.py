"""What is a risk-of-bias tool? Domains to be judged, and the judgements to choose from."""

from __future__ import annotations

from dataclasses import dataclass

from extraction.schema.fields import Field, Kind, Option


@dataclass(frozen=True, slots=True)
class Domain:
    """One way in which a study's result can be biased. about: what to look for, in our own words."""

    id: str
    title: str
    about: str


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool as data. source: who made it, and where it is described."""

    id: str
    name: str
    source: str
    judgements: tuple[Option, ...]
    domains: tuple[Domain, ...]

    def fields(self) -> tuple[Field, ...]:
        """The domains as questions: each needs a judgement, and each judgement what supports it."""
        return tuple(
            Field(
                domain.id,
                domain.title,
                Kind.CHOICE,
                required=True,
                needs_text=True,
                help=domain.about,
                options=self.judgements,
            )
            for domain in self.domains
        )
