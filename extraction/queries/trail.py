"""What do events on sheets and assessments say to a reader? Questions by their labels, judgements, replies and choices in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

from extraction.models import Assessment
from extraction.queries.bias import own_tools, tool_id, tool_in
from extraction.queries.export import Words
from extraction.rob import TOOLS, asking
from extraction.rob.replies import OR
from extraction.schema.form import options_of
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

    def facts(self, event: Event) -> dict[str, object]:
        held = [each for name, each in event.facts.items() if isinstance(each, dict) or name in KEYS]
        keys = dict.fromkeys(str(key) for each in held for key in ([each] if isinstance(each, str) else each))
        questions = {key: self.question(event.subject, key) for key in keys}
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

    def question(self, subject: str, key: str) -> tuple[str, Options]:
        """What a question is called, and its choices; the key itself, where nothing is known of it."""
        about, _, judged = telling.split(subject)[2].partition("/")
        if about == Assessment._meta.model_name:
            return self.of_tools.get(tool_id(judged), {}).get(key, (key, {}))
        words = self.words.of(key, 0)
        outcome, arm, time = (words[name] for name in ("outcome", "arm", "time"))
        is_cell = key.count("/") > 2
        group = outcome or arm or (time if key.startswith("time/") else "")
        label = f"{arm}, {words['label']}" if is_cell and arm else words["label"]
        if not label or (key.startswith("outcome/") and not outcome):
            return key, {}
        return f"{group}: {label}" if group else label, {} if is_cell else self.choices.get(words["field"], {})

    @cached_property
    def words(self) -> Words:
        return Words(self.member)

    @cached_property
    def choices(self) -> dict[str, Options]:
        """Of the questions of all versions of the form, by id."""
        found: dict[str, dict[str, str]] = {}
        for _, form in sorted(self.words.forms.items()):
            for id, question in form.known.items():
                found[id] = found.get(id, {}) | {each.value: each.label for each in options_of(question)}
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


def in_words(said: object, options: Options) -> object:
    """An answer as an event keeps it (see workflow.said.told), with its choices in words; what is none of these stays as it is."""
    value, bracket, where = str(said).partition(" [")
    for mark, joint in ((";", "; "), (OR, OR)):
        chosen = value.split(mark)
        if all(each in options for each in chosen):
            return joint.join(options[each] for each in chosen) + bracket + where
    return said
