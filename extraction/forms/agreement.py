"""What is chosen where two answers differ? Names: take:KEY, and for a third answer value:KEY, unit:KEY, text:KEY, reason:KEY, for a number
origin:KEY, and its place in a document as on a sheet."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from django.http import QueryDict

from extraction import schema
from extraction.forms.bias import Proposed, criteria_of, proposed_words
from extraction.forms.cells import Place
from extraction.forms.differences import (
    Group,
    Row,
    Side,
    TwofoldNote,
    converted,
    departure_words,
    how,
    is_other,
    plain_pieces,
    sources_of,
    spell,
    twofold_note,
)
from extraction.forms.sheets import PLACE
from extraction.queries import Agreement
from extraction.rob import agreeing, asking
from extraction.schema import BLANK, Choice, Kind, Origin, Pair, Problem, Source, TakenFrom
from extraction.schema.clean import as_typed
from extraction.schema.compare import remark, still_asked
from extraction.schema.convert.offers import Offer, offers_settled
from extraction.schema.fields import NUMBERS
from extraction.schema.twofold import TwofoldRow, Verdict, twofold_rows
from extraction.schema.whole import whole
from extraction.schema.worddiff import word_diff

UNEXPLAINED = (
    "Both judged so, and neither said why it is not as proposed. Give the reason under “Another answer”, with the same judgement or "
    "another one."
)


class AgreementForm:
    """The choices on a page of differences."""

    def __init__(
        self,
        agreement: Agreement,
        data: QueryDict | None = None,
        overtaken: Mapping[str, str] | None = None,
        wrong: Sequence[Problem] | None = None,
        stored: Collection[str] = (),
    ) -> None:
        """overtaken: by key, what somebody chose meanwhile, in a sentence. wrong: what is to be said of what was posted; if not told, what
        keeps it from being signed. stored: the keys of what was kept of it, and is shown as it stands."""
        self.agreement, self.data, self.overtaken = agreement, data, overtaken or {}
        self.wrong, self.stored = wrong, stored

    @property
    def seen(self) -> dict[str, str]:
        """Which choices the page showed, by key; see workflow.overtaken."""
        keys = (pair.field.key for pair in self.agreement.pairs) if self.data is not None else ()
        return {key: self.data.get(f"seen:{key}", "") for key in keys}

    def posted(self, pair: Pair, name: str) -> str:
        """What was posted; before that, what was chosen so far, or what the last agreement said."""
        key = pair.field.key
        if self.data is not None and key not in self.stored:
            if name == "value" and pair.field.kind is Kind.SEVERAL:
                return ";".join(filter(None, self.data.getlist(f"value:{key}")))
            return self.data.get(f"{name}:{key}", "")
        line = self.agreement.earlier.get(key)
        if line is None or (line.taken_from != TakenFrom.THIRD and name != "take"):
            return ""
        earlier = {
            "take": line.taken_from,
            "value": as_typed(pair.field, line.answer),
            "text": line.text,
            "reason": line.reason,
        }
        return {**earlier, "unit": line.unit, "origin": line.origin, **(line.place or Source()).typed}[name]

    def choices(self) -> dict[str, Choice]:
        """The choices made, by key. Equal answers that are left as they are need none."""
        chosen = {}
        for pair in self.agreement.pairs:
            take = self.posted(pair, "take")
            if take in (TakenFrom.FIRST, TakenFrom.SECOND, TakenFrom.THIRD):
                chosen[pair.field.key] = self.choice(pair, TakenFrom(take))
            elif take == TakenFrom.BOTH and self.was_third(pair):
                chosen[pair.field.key] = Choice(TakenFrom.BOTH)  # back to what both said
        return chosen

    def choice(self, pair: Pair, taken_from: TakenFrom) -> Choice:
        """What was chosen where one side, or another answer, is taken."""
        value, text, reason, unit = (self.posted(pair, name) for name in ("value", "text", "reason", "unit"))
        if taken_from is not TakenFrom.THIRD:
            return Choice(taken_from, value, text, reason, unit)
        place = {name: self.posted(pair, name) for name in PLACE}
        line = self.agreement.earlier.get(pair.field.key)
        before = line.answer if line else BLANK
        return Choice(taken_from, value, text, reason, unit, "", self.origin(pair), place, before)

    def was_third(self, pair: Pair) -> bool:
        """Whether another answer is what stands until now."""
        line = self.agreement.earlier.get(pair.field.key)
        return line is not None and line.taken_from == TakenFrom.THIRD

    def origin(self, pair: Pair) -> Origin | None:
        """How a third number was had; None where nobody says that it is not as reported, or no longer is."""
        posted, line = self.posted(pair, "origin"), self.agreement.earlier.get(pair.field.key)
        if pair.field.kind not in NUMBERS or posted not in set(Origin):
            return None
        was_reported = line is None or line.origin == Origin.REPORTED
        return None if posted == Origin.REPORTED and was_reported else Origin(posted)

    def problems(self) -> list[Problem]:
        """What keeps these choices from being an agreement."""
        unticked = {key: each for key, each in self.unticked.items() if key in self.asked}
        found = schema.settle(self.asked_pairs, self.choices())[1]
        return [*unticked.values(), *(each for each in found if each.key not in unticked)]

    @cached_property
    def asked_pairs(self) -> list[Pair]:
        """What is to be settled: without questions, or replies, to which these choices do not lead."""
        tool, pairs = self.agreement.tool, self.agreement.pairs
        settled = agreeing.settled_by(pairs, self.choices())
        return agreeing.still_asked(tool, pairs, settled) if tool else still_asked(pairs, settled)

    def complete(self) -> dict[str, Choice]:
        """The choices made that can be kept as they are."""
        return {key: each for key, each in self.choices().items() if key not in self.unkept}

    @cached_property
    def unkept(self) -> dict[str, Problem]:
        """What is wrong with the choices made that cannot be kept, by key: as another answer without its reason, or without its tick."""
        pairs = {pair.field.key: pair for pair in self.agreement.pairs}
        told = {key: schema.settle_one(pairs[key], each)[1] for key, each in self.choices().items()}
        return self.unticked | {key: problems[0] for key, problems in told.items() if problems}

    @cached_property
    def unticked(self) -> dict[str, Problem]:
        """What is to be said of another answer that is filled in and not ticked, by key. One is passed over where a side is chosen that
        was not before, and where it is what the page offers."""
        if self.data is None:
            return {}
        told = "another answer is filled in. Tick “Another answer”, or empty it."
        return {
            pair.field.key: Problem(pair.field.key, remark(pair.field.label, told), "")
            for pair in self.agreement.pairs
            if pair.field.key in self.typed and self.is_unchosen(pair) and not self.is_as_offered(pair)
        }

    def is_unchosen(self, pair: Pair) -> bool:
        """Whether nobody chose here now: nothing is ticked, or what both said or the side that was chosen before is, as a page has it."""
        take, line = self.posted(pair, "take"), self.agreement.earlier.get(pair.field.key)
        if take in (TakenFrom.FIRST, TakenFrom.SECOND):
            return line is not None and line.taken_from == take
        return not take or (take == TakenFrom.BOTH and not self.was_third(pair))

    def is_as_offered(self, pair: Pair) -> bool:
        """Whether another answer is filled in as the page offers it."""
        offer = self.offers.get(pair.field.key)
        if offer is None or any(self.posted(pair, name) for name in ("text", *PLACE)):
            return False
        return (self.posted(pair, "value"), self.posted(pair, "reason")) == (schema.show(offer.value), offer.told_how)

    @property
    def typed(self) -> set[str]:
        """The keys of what was filled in as another answer."""
        names = ("value", "text", "reason", *PLACE)
        return {
            pair.field.key for pair in self.agreement.pairs if any(self.posted(pair, name).strip() for name in names)
        }

    @cached_property
    def told(self) -> dict[str, Problem]:
        """What is wrong with what was posted, by key; and what stands there meanwhile, which is no fault of any field."""
        found = self.problems() if self.wrong is None and self.data is not None else self.wrong or ()
        wrong = {each.key: each for each in found}
        return wrong | {key: Problem(key, f"Meanwhile, {said}", "") for key, said in self.overtaken.items()}

    def rows(self, matches: Iterable[str]) -> Iterator[Row]:
        """The questions whose two answers stand to each other in one of these ways."""
        wanted = set(matches)
        return (self.row(pair) for pair in self.agreement.pairs if pair.match in wanted)

    def row(self, pair: Pair) -> Row:
        take = self.posted(pair, "take")
        third = {name: self.posted(pair, name) for name in ("value", "unit", "text", "reason")}
        offer, origin = self.offers.get(pair.field.key), self.posted(pair, "origin")
        if offer and not any(third.values()):
            third |= {"value": schema.show(offer.value), "reason": offer.told_how}
            origin = str(offer.origin)
        third["origin"] = origin
        line = self.agreement.made.get(pair.field.key)
        told = self.told.get(pair.field.key)
        if not told and take != "third" and pair.field.key in self.unexplained:
            told = Problem(pair.field.key, UNEXPLAINED, "reason")
        sides = list(self.sides(pair, take))
        proposed = self.proposed.get(pair.field.key)
        place = self.place(pair)
        is_idle = pair.needs_choice and pair.field.key not in self.asked and not told
        return Row(
            pair.field,
            pair.match,
            sides,
            take == "third",
            third,
            place,
            told.sentence if told else "",
            line,
            offer,
            proposed,
            is_idle,
            self.mark(pair.field.key),
            self.twofold_notes.get(pair.field.key),
            told.part if told else "",
        )

    def mark(self, key: str) -> str:
        """Of the choice that the page shows: shown again with what was posted, it has seen what it had, and what it is told of now."""
        if self.data is not None and key not in self.overtaken and key not in self.stored:
            return self.data.get(f"seen:{key}", "")
        line = self.agreement.earlier.get(key)
        return line.mark if line else ""

    @cached_property
    def asked(self) -> set[str]:
        """The keys of what is to be settled."""
        return {pair.field.key for pair in self.asked_pairs}

    def place(self, pair: Pair) -> Place:
        """Where a third answer stands, as it was typed."""
        typed = {name: self.posted(pair, name) for name in PLACE}
        try:
            source = schema.read_place(pair.field, typed)
        except schema.Unreadable:
            source = None  # said beside the question
        fragment = source.fragment if source else ""
        return Place(
            pair.field.key,
            pair.field.label,
            "",
            whole(typed["document"]),
            typed["page"],
            typed["quote"],
            typed["box"],
            fragment,
        )

    @cached_property
    def twofold_rows(self) -> list[TwofoldRow]:
        """The rows of numbers in which the two may have reported one quantity in two ways."""
        found = self.agreement
        return twofold_rows(found.asked, found.first.answers(), found.second.answers()) if found.asked else []

    @property
    def alike(self) -> int:
        """In how many of them both ways agree."""
        return sum(row.verdict is Verdict.AGREE for row in self.twofold_rows)

    @cached_property
    def twofold_notes(self) -> dict[str, TwofoldNote]:
        """The same in words, by key of each question that it is about."""
        labels = {pair.field.key: pair.field.label for pair in self.agreement.pairs}
        whose = self.agreement.first.member, self.agreement.second.member
        return {key: twofold_note(row, labels, *map(str, whose)) for row in self.twofold_rows for key in row.keys}

    @cached_property
    def offers(self) -> dict[str, Offer]:
        """For numbers that are pooled and that neither author has: the best that is made of what is settled in their place, by key."""
        found = self.agreement
        offered = offers_settled(found.asked, found.pairs, found.settled_so_far) if found.asked else {}
        return {key: offers[0] for key, offers in offered.items()}

    @cached_property
    def proposed(self) -> dict[str, Proposed]:
        """Of assessments: what the tool proposes of what is settled so far, by key of the judgement."""
        tool = self.agreement.tool
        return proposed_words(tool, asking.proposals(tool, self.agreement.settled_so_far)) if tool else {}

    def sides(self, pair: Pair, take: str) -> Iterator[Side]:
        if pair.needs_choice:
            texts = [spell(pair.field, answer) for answer in (pair.first, pair.second)]
            pieces = plain_pieces(texts) if pair.field.kind is not Kind.TEXT else list(word_diff(*texts))
            if pair.match != "different":
                pieces = plain_pieces(texts)
            for side, answer, shown in zip(("first", "second"), (pair.first, pair.second), pieces, strict=True):
                whose = str(getattr(self.agreement, side).member)
                note = how(answer) or converted(pair.field, answer) or self.departure(side, pair.field.key)
                yield Side(side, whose, answer, shown, take == side, note, sources_of((whose, answer)))
            return
        text = "\n".join(dict.fromkeys(filter(None, (pair.first.text, pair.second.text))))
        answer = replace(pair.first, text=text)
        says = spell(pair.field, pair.first)
        other = spell(pair.field, pair.second)
        note = f"the second wrote {other}: equal within the tolerance and in one unit" if is_other(pair) else ""
        note = how(pair.first) or note  # the first's is what is stored
        note = note or " ".join(filter(None, (self.departure(side, pair.field.key) for side in ("first", "second"))))
        sources = sources_of(
            (str(self.agreement.first.member), pair.first), (str(self.agreement.second.member), pair.second)
        )
        yield Side("both", "Both", answer, plain_pieces([says])[0], take != "third", note, sources)

    def departure(self, side: str, key: str) -> str:
        """Why one author's judgement is not what the tool proposed of their replies; empty where it is."""
        return self.departures[side].get(key, "")

    @cached_property
    def departures(self) -> dict[str, dict[str, str]]:
        """The same of both authors, by key."""
        sides = {"first": self.agreement.first, "second": self.agreement.second}
        return {side: departure_words(self.agreement.tool, submitted) for side, submitted in sides.items()}

    def differences(self) -> list[Row]:
        """What has to be settled; of an assessment also the equal judgements of domains to whose questions the replies differ."""
        apart = {pair.field.key for pair in self.agreement.differences}
        return [self.row(pair) for pair in self.agreement.pairs if pair.needs_choice or self.is_touched(pair, apart)]

    def groups(self) -> list[Group]:
        """The same of an assessment, domain by domain."""
        tool = self.agreement.tool
        rows = {row.field.key: row for row in self.differences()}
        keys = asking.judged_keys(tool) if tool else ()
        among = {key: [rows[each] for each in agreeing.keys_of(tool, key) if each in rows] for key in keys}
        return [
            Group(
                key, asking.title_of(tool, key), found, key in self.proposed, self.is_left(key), criteria_of(tool, key)
            )
            for key, found in among.items()
            if found
        ]

    def keys_settled(self, domain: str, way: str) -> set[str]:
        """What is chosen where a whole domain is settled in one step."""
        tool = self.agreement.tool
        keys = agreeing.keys_of(tool, domain) if tool and way != agreeing.PROPOSED else (domain,)
        return {pair.field.key for pair in self.agreement.pairs if pair.field.key in keys and pair.match != "blank"}

    def is_left(self, key: str) -> bool:
        """Whether the settled replies leave a judgement open."""
        return key in self.proposed and self.proposed[key].left

    def equals(self) -> list[Row]:
        apart = {pair.field.key for pair in self.agreement.differences}
        return [row for row in self.rows(("equal",)) if not self.is_touched(row, apart)]

    @cached_property
    def unexplained(self) -> set[str]:
        """The judgements that both made alike, that are not as is proposed of what is settled so far, and for which neither gave a reason:
        as when both judged before the tool proposed."""
        tool, found = self.agreement.tool, self.agreement
        if tool is None:
            return set()
        whys = [own.answers() for own in (found.first, found.second)]
        alike = {pair.field.key for pair in found.equals}
        departing = alike & asking.departures(tool, found.settled_so_far).keys()
        return {
            key for key in departing if not any(str(each.get(key + asking.WHY, BLANK).value or "") for each in whys)
        }

    def is_touched(self, of: Pair | Row, apart: Collection[str]) -> bool:
        """Whether an equal judgement rests on replies that differ, or needs a reason that nobody gave."""
        tool, key = self.agreement.tool, of.field.key
        if tool is None or of.match != "equal" or key not in asking.judged_keys(tool):
            return False
        if key in self.unexplained or key == asking.OVERALL:
            return key in self.unexplained
        return any(question.id in apart for question in tool.domain(key).questions)

    @property
    def opened(self) -> dict[str, bool]:
        """Whether something is to be said of an answer that is folded away, by how the two stand to each other."""
        return {pair.match: True for pair in self.agreement.pairs if pair.field.key in self.told}

    def blanks(self) -> list[Row]:
        return [row for row in self.rows(("blank",)) if row.offer is None]

    def convertible(self) -> list[Row]:
        """Questions that neither answered, whose answer can be had from what both gave."""
        return [row for row in self.rows(("blank",)) if row.offer]
