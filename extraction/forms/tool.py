"""What is typed into the builder of a tool, and what is wrong with it? All at once: name, judgements with sign and colour, domains with questions.

Names: name, source, about, unit, overall, note; of judgement n: jv:n (hidden), jl:n, js:n, jt:n; of domain n: di:n (hidden), dp:n, dt:n, da:n, dq:n, dc:n.
A row without a label or title is no row, so that emptying it takes it away; one empty row of each kind waits at the end.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import QueryDict

from extraction.rob.asking import OVERALL
from extraction.rob.overall import STARS, WORST
from extraction.rob.own import refuse_misfit, refuse_rule
from extraction.rob.pack import BadPack, read_tool
from extraction.rob.replies import REPLY_OPTIONS
from extraction.rob.tones import TONES
from extraction.rob.tool import RESULT, STUDY

UNITS = {STUDY: "a study as a whole", RESULT: "each chosen result of a study"}
RULES = {
    WORST: "proposed: the worst of the domains",
    STARS: "proposed: the sum of stars (judgements are whole numbers)",
    "": "there is none",
}
QUESTION = re.compile(r"(?P<id>[0-9A-Za-z]{1,4}(?:\.[0-9A-Za-z]{1,4})+)\s+(?P<text>.+)")
REPLIES = "Y PY PN N NI"
MOST = 60  # rows of each kind
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class JudgementRow:
    n: int
    value: str
    label: str
    sign: str
    tone: str
    told: str = ""


@dataclass(frozen=True, slots=True)
class DomainRow:
    n: int
    id: str
    title: str
    about: str
    questions: str
    criteria: str
    algorithm: str = ""
    told: str = ""


class ToolForm:
    """The draft of a tool as it is stored, and what was posted."""

    def __init__(self, pack: Mapping[str, Any], data: QueryDict | None = None) -> None:
        self.stored, self.data = pack, data

    # --- what is shown: what is stored, and after a refusal what was posted ---

    @cached_property
    def pack(self) -> Mapping[str, Any]:
        return self.stored if self.data is None else self.posted()

    @property
    def note(self) -> str:
        return self.data.get("note", "") if self.data is not None else ""

    @property
    def tones(self) -> dict[str, str]:
        return {name: words for name, (words, _, _) in TONES.items()}

    @property
    def units(self) -> dict[str, str]:
        return UNITS

    @property
    def rules(self) -> dict[str, str]:
        rule = self.stored.get("overall", "")  # a rule that the builder does not offer may have come with a file
        return RULES | ({rule: f"by the rule “{rule}”"} if rule not in RULES else {})

    @property
    def replies(self) -> str:
        return ", ".join(REPLY_OPTIONS[code].label for code in REPLIES.split())

    def judgements(self) -> list[JudgementRow]:
        rows = [
            JudgementRow(
                n,
                each["value"],
                each["label"],
                each.get("sign", ""),
                each.get("tone", ""),
                self.told.get(f"jl:{n}", ""),
            )
            for n, each in enumerate(self.pack["judgements"])
        ]
        return [*rows, JudgementRow(len(rows), "", "", "", "")]

    def domains(self) -> list[DomainRow]:
        rows = [
            DomainRow(
                n,
                each["id"],
                each["title"],
                each.get("about", ""),
                "\n".join(f"{question['id']} {question['text']}" for question in each.get("questions", [])),
                "\n".join(self.criteria_of(each)),
                each.get("algorithm", ""),
                self.told.get(f"dt:{n}", ""),
            )
            for n, each in enumerate(self.pack["domains"])
        ]
        return [*rows, DomainRow(len(rows), "", "", "", "", "")]

    def criteria_of(self, domain: Mapping[str, Any]) -> Iterator[str]:
        """When which judgement is made, one a line."""
        labels = {each["value"]: each["label"] for each in judgements_of(self.pack, domain)}
        for value, text in domain.get("criteria", {}).items():
            yield f"{labels.get(value, value)}: {' '.join(text.split())}" if text else value

    @cached_property
    def told(self) -> dict[str, str]:
        """What keeps what was posted from being a tool, by the name of the field."""
        return {} if self.data is None else complaints(self.pack)

    # --- what was posted ---

    def posted(self) -> dict[str, Any]:
        """The tool as it was posted; what the page does not show (algorithms, replies, judgements of one domain) is as before."""
        judgements = list(self.posted_judgements())
        return {
            **self.stored,
            **{name: self.data.get(name, "").strip() for name in ("name", "source", "unit", "overall")},
            "about": self.data.get("about", self.stored.get("about", "")).replace("\r\n", "\n").strip(),
            "judgements": judgements,
            "domains": self.posted_domains(judgements),
        }

    def get(self, name: str, n: int) -> str:
        return self.data.get(f"{name}:{n}", "").replace("\r\n", "\n").strip()

    def posted_judgements(self) -> Iterator[dict[str, str]]:
        for n in range(MOST):
            label = self.get("jl", n)
            if not label:
                continue
            value = self.get("jv", n) or label.lower()[:40]
            yield {"value": value, "label": label, "sign": self.get("js", n)[:2], "tone": self.get("jt", n)}

    def posted_domains(self, judgements: list[dict[str, str]]) -> list[dict[str, Any]]:
        before = {each["id"]: each for each in self.stored["domains"]}
        taken = {*before, OVERALL}
        found = []
        for n in range(MOST):
            title = self.get("dt", n)
            if not title:
                continue
            id = self.get("di", n) or new_id(title, taken)
            taken.add(id)
            place = self.get("dp", n)
            order = int(place) if place.isascii() and place.isdigit() and len(place) < 4 else n + 1
            found.append((order, n, id, {**before.get(id, {}), "id": id, "title": title, "about": self.get("da", n)}))
        ordered = [(n, domain) for _, n, _, domain in sorted(found, key=lambda each: each[:2])]
        used = {question["id"] for each in self.stored["domains"] for question in each.get("questions", [])}
        for number, (n, domain) in enumerate(ordered, start=1):
            domain["questions"] = list(questions_in(self.get("dq", n), number, domain.get("questions", []), used))
            values = values_by_word(self.stored["judgements"], domain.get("judgements") or judgements)
            domain["criteria"] = criteria_in(self.get("dc", n), values)
        return [domain for _, domain in ordered]


def new_id(title: str, taken: set[str]) -> str:
    plain = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:30] or "domain"
    return next(id for n in range(1, MOST + 2) if (id := plain if n == 1 else f"{plain}_{n}") not in taken)


def questions_in(text: str, domain: int, before: list[dict[str, Any]], used: set[str]) -> Iterator[dict[str, Any]]:
    """The questions, one a line, with the id that it begins with; without one it gets the next that is free."""
    known = {each["id"]: each for each in before}
    for line in filter(None, (each.strip() for each in text.split("\n"))):
        match = QUESTION.fullmatch(line)
        id = match["id"] if match else next(id for n in range(1, 1000) if (id := f"{domain}.{n}") not in used)
        used.add(id)
        yield {"replies": REPLIES, **known.get(id, {}), "id": id, "text": match["text"] if match else line}


def judgements_of(pack: Mapping[str, Any], domain: Mapping[str, Any]) -> list[Mapping[str, str]]:
    return domain.get("judgements") or pack["judgements"]


def values_by_word(*of: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """The values of judgements by their words, those that were there before too: who renames one need not rename it in every domain."""
    return {each["label"].casefold(): each["value"] for judgements in of for each in judgements}


def criteria_in(text: str, values: Mapping[str, str]) -> dict[str, str]:
    """When which judgement is made, by its value: one a line, with the judgement's words before a colon. What begins otherwise is told of."""
    found: dict[str, str] = {}
    longest_first = sorted(values, key=len, reverse=True)
    for line in filter(None, (each.strip() for each in text.split("\n"))):
        words = next((each for each in longest_first if line.casefold().startswith(f"{each}:")), None)
        if words is None:
            found[line] = ""
        elif criterion := line[len(words) + 1 :].strip():
            value = values[words]
            found[value] = f"{found[value]} {criterion}" if value in found else criterion
    return found


# --- what is wrong -------------------------------------------------------------------------------------------------


def complaints(pack: Mapping[str, Any]) -> dict[str, str]:
    """What keeps a pack that was built from being a tool, by the name of the builder's field. What it cannot say is left to the verb."""
    return dict(plain_complaints(pack)) or dict(misfits(pack))


def plain_complaints(pack: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if not 0 < len(pack["name"]) <= LONGEST_NAME:
        yield "name", f"Write how the team calls the tool, in at most {LONGEST_NAME} characters."
    if not pack["source"]:
        yield "source", "Write where the tool comes from, such as an article; “made for this review” will do."
    labels = Counter(each["label"].casefold() for each in pack["judgements"])
    values = Counter(each["value"] for each in pack["judgements"])
    if len(values) < 2:
        yield "judgements", "A tool needs two different judgements at least. Write the words of one more."
    for n, each in enumerate(pack["judgements"]):
        if labels[each["label"].casefold()] > 1 or values[each["value"]] > 1:
            yield f"jl:{n}", f"“{each['label']}” is there twice. Use other words, or empty one of the two."
    if not pack["domains"]:
        yield "domains", "A tool needs one domain at least. Write the title of one."
    numbers = Counter(question["id"] for each in pack["domains"] for question in each["questions"])
    for n, each in enumerate(pack["domains"]):
        twice = [question["id"] for question in each["questions"] if numbers[question["id"]] > 1]
        if twice:
            yield f"dt:{n}", f"Question {twice[0]} is there twice. Begin one of the two with another number."
        known = {judgement["value"] for judgement in judgements_of(pack, each)}
        if strange := [key for key in each.get("criteria", {}) if key not in known]:
            yield (
                f"dt:{n}",
                f"When is which judged: “{strange[0]}” does not begin with a judgement. Write the words of one before it, and a colon.",
            )


def misfits(pack: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What the parts of a tool do not do together: its judgements with the rule over all, and with the domains' algorithms."""
    try:
        tool = read_tool(dict(pack))
    except BadPack:
        return
    try:
        refuse_rule(tool)
    except BadPack:
        yield (
            "overall",
            "It cannot be had from these judgements. Choose another, or change the judgements: those from the best to the worst are "
            "the same in every domain, and stars are whole numbers.",
        )
    for n, domain in enumerate(tool.domains):
        try:
            refuse_misfit(tool, domain)
        except BadPack as error:
            yield f"dt:{n}", str(error)
