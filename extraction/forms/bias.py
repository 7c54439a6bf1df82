"""What do people enter on risk of bias? An assessment, sent whole or a field at a time as a sheet is; the plan of tools; designs and results.

Names in an assessment are those of a sheet: the key of the question or judgement, source:KEY for what supports a judgement, document:KEY,
page:KEY, quote:KEY. In the plan: use:TOOL and for:TOOL; of studies: design:STUDY and results:STUDY.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.http import QueryDict

from extraction.forms.cells import Cell, Place
from extraction.forms.sheets import PLACE, SheetForm
from extraction.models import Study
from extraction.rob import Tool, asking
from extraction.rob.designs import DESIGNS, MEANT_FOR, Rule
from extraction.rob.replies import Proposal
from extraction.rob.tones import tone_of
from extraction.schema import BLANK, Answer, Asked, Block, show
from extraction.schema.whole import whole

OF_THE_PAGE = ("csrfmiddlewaretoken", "version", "empty", "form_number")
OF_A_CHOICE = (
    "known",
    "choose",
    "overtaken",
    "stands",
)  # before a colon: what a page has seen, and what is chosen of it


@dataclass(frozen=True, slots=True)
class Reply:
    """One signalling question on the page; not asked: the algorithm has not come to it. What is submitted shows such replies, too."""

    cell: Cell
    id: str
    text: str
    is_asked: bool

    @property
    def is_idle(self) -> bool:
        """Whether it was answered when the assessment was submitted, and the replies before do not lead to it."""
        return self.cell.locked and bool(self.cell.value) and not self.is_asked


@dataclass(frozen=True, slots=True)
class Proposed:
    """What the tool proposes: the judgement in words and its tone, from which replies; or the question that it waits for.

    left: the replies do not decide it. among: the judgements that they leave, in words; empty for all.
    """

    words: str = ""
    tone: str = ""
    path: str = ""
    waits_for: str = ""
    left: bool = False
    among: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """When one judgement is made: its words, its sign and tone, and the criterion."""

    label: str
    sign: str
    tone: str
    text: str


@dataclass(frozen=True, slots=True)
class Judging:
    """One domain on the page, or the judgement over all: questions, proposal, judgement, reason for departing, support."""

    key: str
    title: str
    about: str
    replies: list[Reply]
    cell: Cell
    options: list[tuple[str, str, str, str, bool]]  # value, label, sign, tone, chosen
    place: Place
    proposed: Proposed | None
    why: Cell | None
    departs: bool
    needs_support: bool
    criteria: list[Criterion]


class BiasForm(SheetForm):
    """One author's assessment with a tool: the questions with what is answered, and what was posted."""

    def __init__(
        self,
        tool: Tool,
        answers: Mapping[str, Answer],
        data: QueryDict | None = None,
        *,
        stored: Mapping[str, str] | None = None,
    ) -> None:
        """stored: of what is submitted, what was proposed then; it is locked."""
        self.tool, self.stored, locked = tool, stored, stored is not None
        asked = Asked((Block(tool.id, tool.name, "", asking.fields(tool)),))
        super().__init__(asked, answers, data, locked=locked)

    @cached_property
    def proposed(self) -> Mapping[str, Proposal]:
        """What is proposed of the replies as they stand; of what is submitted, what was proposed then."""
        if self.stored is not None:
            return asking.kept(self.tool, self.answers, self.stored)
        return asking.proposals(self.tool, self.answers)

    @cached_property
    def departures(self) -> Collection[str]:
        return asking.departures(self.tool, self.answers, self.proposed)

    @property
    def unasked(self) -> str:
        """What is to be said of judgements, replies and support that a page sent which is older than the tool's version in use."""
        lost = {
            key: None
            for name, text in (self.data or {}).items()
            if (key := key_in(name)) and key not in self.by_key and text.strip() and text != self.stood(name, key)
        }
        if not lost:
            return ""
        named = ", ".join(f"“{key}”" for key in list(lost)[:5])
        return (
            f"Not saved: what was said under {named}. The tool has a new version, which does not ask for it any more."
        )

    def stood(self, name: str, key: str) -> str:
        """What is stored under a name of the page."""
        answer = self.answers.get(key, BLANK)
        part = name.removesuffix(f":{key}")
        if part == "source":
            return answer.text
        return answer.source.typed[part] if part in PLACE and answer.source else show(answer.value)

    @property
    def parked(self) -> list[tuple[str, str]]:
        """What was said to an earlier version of the tool, and is not asked now: kept, and no part of the assessment."""
        return [
            (key, " ".join(filter(None, (show(answer.value), answer.text))))
            for key, answer in self.answers.items()
            if key not in self.by_key and (answer.value is not None or answer.text)
        ]

    def judgings(self) -> Iterator[Judging]:
        wanted = asking.asked(self.tool, self.answers)
        proposals = proposed_words(self.tool, self.proposed)
        for key in asking.judged_keys(self.tool):
            domain = None if key == asking.OVERALL else self.tool.domain(key)
            questions = domain.questions if domain else ()
            cell = self.cell(self.by_key[key])
            why = self.by_key.get(key + asking.WHY)
            yield Judging(
                key,
                asking.title_of(self.tool, key),
                domain.about if domain else "",
                [Reply(self.cell(self.by_key[q.id]), q.id, q.text, q.id in wanted) for q in questions],
                cell,
                [
                    (each.value, each.label, each.sign, tone_of(each), each.value == cell.value)
                    for each in asking.options_of(self.tool, key)
                ],
                self.place((self.by_key[key],), asking.title_of(self.tool, key)),
                proposals.get(key),
                self.cell(why) if why else None,
                key in self.departures,
                self.by_key[key].needs_text,
                criteria_of(self.tool, key),
            )

    def shown(self) -> dict[str, bool]:
        """Which fields depend on others, and whether they are to be answered now: for the window, after a save."""
        wanted = asking.asked(self.tool, self.answers)
        found = {q.id: q.id in wanted for domain in self.tool.domains for q in domain.questions if q.on_demand}
        return found | {
            key + asking.WHY: key in self.departures
            for key in asking.judged_keys(self.tool)
            if key + asking.WHY in self.by_key
        }


def key_in(name: str) -> str:
    """Of which question, domain or judgement a name on the page of an assessment is; empty for the page's own."""
    part, _, key = name.partition(":")
    if name in OF_THE_PAGE or part in OF_A_CHOICE:
        return ""
    return key if part in ("source", *PLACE) else name


def criteria_of(tool: Tool, key: str) -> list[Criterion]:
    """When which judgement of a domain is made, as far as the tool says."""
    if key == asking.OVERALL:
        return []
    options = {each.value: each for each in asking.options_of(tool, key)}
    return [
        Criterion(options[value].label, options[value].sign, tone_of(options[value]), text)
        for value, text in tool.domain(key).criteria
    ]


def proposed_words(tool: Tool, proposals: Mapping[str, Proposal]) -> dict[str, Proposed]:
    """What the tool proposes, as the pages say it, by key of the judgement."""
    return {key: words_for(tool, key, proposal) for key, proposal in proposals.items()}


def words_for(tool: Tool, key: str, proposal: Proposal) -> Proposed:
    path = "" if key == asking.OVERALL else ", ".join(f"{question} {reply}" for question, reply in proposal.path)
    option = next((each for each in asking.options_of(tool, key) if each.value == proposal.judgement), None)
    if option is not None:
        return Proposed(option.label, tone_of(option), path)
    waits = proposal.waits_for
    if key == asking.OVERALL:
        return Proposed(waits_for=f"the judgement of “{tool.domain(waits).title}”" if waits else "")
    if waits:
        return Proposed(waits_for=f"question {waits}")
    return Proposed(path=path, left=True, among=asking.words_of(tool, key, proposal))


# --- the plan ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToolRow:
    """One tool on the page of the plan: whether it is used, and each design with whether it is for it."""

    tool: Tool
    is_used: bool
    is_own: bool
    designs: list[tuple[str, str, bool]]


class BiasPlanForm:
    """Which tools are used for which designs."""

    def __init__(self, tools: Mapping[str, Tool], rules: Sequence[Rule], data: QueryDict | None = None) -> None:
        self.tools, self.current, self.data = tools, {rule.tool: rule for rule in rules}, data

    def rules(self) -> list[Rule]:
        """The rules that were posted. No design chosen: for every study."""
        chosen = [id for id in self.tools if f"use:{id}" in self.data]
        return [Rule(id, tuple(self.data.getlist(f"for:{id}"))) for id in chosen]

    def rows(self) -> list[ToolRow]:
        return [self.row(id, tool) for id, tool in self.tools.items()]

    def row(self, id: str, tool: Tool) -> ToolRow:
        rule = self.current.get(id)
        used = rule.designs if rule else MEANT_FOR.get(id, ())
        designs = [(value, label, value in used) for value, label in DESIGNS.items()]
        return ToolRow(tool, rule is not None, id not in MEANT_FOR, designs)


class StudiesForm:
    """Designs of studies, and the results that are judged."""

    def __init__(self, data: QueryDict) -> None:
        self.data = data

    def said(self, studies: Collection[Study]) -> dict[int, tuple[str, list[int]]]:
        """By study, what was posted of it; others are left as they are."""
        return {
            study.pk: (self.data[f"design:{study.pk}"], numbers(self.data.getlist(f"results:{study.pk}")))
            for study in studies
            if f"design:{study.pk}" in self.data
        }

    def seen(self, studies: Collection[Study]) -> dict[int, tuple[str, list[int]]]:
        """By study, what the page showed of it before anything was changed there."""
        return {
            study.pk: (self.data.get(f"was:{study.pk}", ""), numbers(self.data.getlist(f"had:{study.pk}")))
            for study in studies
        }


def numbers(posted: Sequence[str]) -> list[int]:
    return [number for each in posted if (number := whole(each)) is not None]
