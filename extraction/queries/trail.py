"""What do events on sheets and assessments say to a reader? Questions by their labels, judgements, replies and choices in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from extraction.models import Assessment
from extraction.queries.bias import own_tools, tool_id, tool_in
from extraction.queries.export import Words
from extraction.rob import TOOLS, asking
from extraction.rob.replies import OR
from extraction.schema.form import Form, options_of
from reviewapp import telling
from reviewapp.models import Event, Member

ANSWERS = ("before", "after", "said", "proposed")  # facts that hold answers, by key
KEYS = ("key", "cell", "confirmed")  # facts that hold keys themselves
Options = Mapping[str, str]  # by value, what is shown


def facts_in_words(member: Member, events: Iterable[Event]) -> dict[int, dict[str, object]]:
    """The facts of these events for a reader, by id of the event; for all of them with the same number of queries."""
    spoken = Spoken(member)
    return {event.pk: spoken.facts(event) for event in events}


class Spoken:
    """What the questions of a review's form and tools are called, and their answers."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self._choices: dict[int, Mapping[str, Options]] = {}

    def facts(self, event: Event) -> dict[str, object]:
        held = [each for name, each in event.facts.items() if isinstance(each, dict) or name in KEYS]
        keys = dict.fromkeys(str(key) for each in held for key in ([each] if isinstance(each, str) else each))
        questions = {key: self.question(event, key) for key in keys}
        labels: dict[str, str] = {}
        for key, (label, _) in questions.items():
            labels[key] = key if label in labels.values() else label  # nothing is lost where two are called the same
        found: dict[str, object] = {}
        for name, fact in event.facts.items():
            if isinstance(fact, dict):
                is_said = name in ANSWERS
                said = {key: in_words(each, questions[key][1]) if is_said else each for key, each in fact.items()}
                found[name] = {labels[key]: each for key, each in said.items()}
            elif name in KEYS:
                found[name] = labels[fact] if isinstance(fact, str) else [labels[key] for key in fact]
            else:
                found[name] = fact
        return found

    def question(self, event: Event, key: str) -> tuple[str, Options]:
        """What a question was called when this happened, and its choices; the key itself, where nothing is known of it."""
        about, _, judged = telling.split(event.subject)[2].partition("/")
        if about == Assessment._meta.model_name:
            return self.of_tools.get(tool_id(judged), {}).get(key, (key, {}))
        number = self.words.number_at(event.at)
        words = self.words.of(key, number)
        outcome, arm, time = (words[name] for name in ("outcome", "arm", "time"))
        is_cell = key.count("/") > 2
        group = outcome or arm or (time if key.startswith("time/") else "")
        label = f"{arm}, {words['label']}" if is_cell and arm else words["label"]
        if not label or (key.startswith("outcome/") and not outcome):
            return key, {}
        return f"{group}: {label}" if group else label, {} if is_cell else self.choices(number).get(words["field"], {})

    @cached_property
    def words(self) -> Words:
        return Words(self.member)

    def choices(self, number: int) -> Mapping[str, Options]:
        """By id of the question, its choices as this version of the form calls them, and those of other versions."""
        if number not in self._choices:
            own = choices_of(self.words.forms[number])
            self._choices[number] = {id: each | own.get(id, {}) for id, each in self.choices_ever.items()}
        return self._choices[number]

    @cached_property
    def choices_ever(self) -> dict[str, dict[str, str]]:
        """By id of the question, its choices in all versions of the form."""
        found: dict[str, dict[str, str]] = {}
        for _, form in sorted(self.words.forms.items()):
            for id, choices in choices_of(form).items():
                found[id] = found.get(id, {}) | choices
        return found

    @cached_property
    def of_tools(self) -> dict[str, dict[str, tuple[str, Options]]]:
        """By id of the tool and key of the question, what it is called and its choices; of the review's own, of all versions in use."""
        found: dict[str, dict[str, tuple[str, Options]]] = {}
        for tool in [*TOOLS.values(), *map(tool_in, own_tools(self.member.review_id))]:
            asked = {
                each.key: (each.label, {option.value: option.label for option in each.options})
                for each in asking.fields(tool)
            }
            found[tool.id] = found.get(tool.id, {}) | asked
        return found


def choices_of(form: Form) -> dict[str, dict[str, str]]:
    """By id of the question, its choices: by value, what is shown."""
    return {id: {each.value: each.label for each in options_of(question)} for id, question in form.known.items()}


def in_words(said: object, options: Options) -> object:
    """An answer as an event keeps it (see workflow.said.told), with its choices in words; what is none of these stays as it is."""
    value, bracket, where = str(said).partition(" [")
    for mark, joint in ((";", "; "), (OR, OR)):
        chosen = value.split(mark)
        if all(each in options for each in chosen):
            return joint.join(options[each] for each in chosen) + bracket + where
    return said
