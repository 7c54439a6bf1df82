"""What does a run freeze, and how does one run's input differ from another's? Plain values, ready for JSON.

Input is a dictionary with
    kind     of the outcome, as in extraction.schema.tables
    studies  those with agreed numbers for the outcome, by label; each a dictionary with
        study, label  the study's id and name
        arms          in the study's order, each {arm, name, role, values}: role "experimental", "control" or "other",
                      values {events, total}, {mean, sd, n} or {events, time}, as agreed, not combined; {} where arms are only compared
        contrasts     of kinds that compare two arms: each {first, second, values}, whatever was given of its numbers
        whole         of kinds that ask the study as a whole: its values
        converted     which of its values are not as reported, had from others when they were extracted, by name; not there where none is.
                      Beside `values` in arms and contrasts, and beside `whole`
        imputed       which of the converted rest on an assumption as well, by name; not there where none does. Beside `converted`
        time          where a rule chooses among time points: {outcome, at}, whose numbers these are, and when they were measured in words
        turned        that its scale runs the other way than the review's, so that its means are pooled times -1; not there where it does not
        by            the answers that the plan's investigations ask for, by the question's key, such as study/design
        bias          the agreed judgement of each domain, {} where there is none
    set_aside  what the plan's rule for time points, or its comparison, does not reach, in words; not there where it reaches all
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from analysis import comparison, times
from analysis.beyond import TESTS_FROM
from analysis.investigations import in_words
from analysis.reported import MARKS

Frozen = Mapping[str, Any]

OPTION_WORDS = {
    "measure": "Effect measure",
    "method": "Method",
    "model": "Model",
    "preset": "Conventions",
    "estimator": "Variance between studies",
    "interval": "Confidence interval",
    "prediction": "Prediction interval",
    "arms": "Several arms of a group",
    "level": "Level of intervals",
    "tests_from": "Small-study tests from",
    "times": "Time points",
    "comparison": "Comparison",
    "group": "Arms that enter",
}


VALUE_WORDS = {
    "EE": "one common effect",
    "advice": "Hartung-Knapp or Wald, as advised",
    "knha": "Hartung-Knapp",
    "adhoc": "Hartung-Knapp, never narrower than Wald",
    "z": "Wald",
    "combined": "combined",
    "split": "one by one, control split",
    "": "not set",
}


def in_place(option: str, value: Any) -> Any:
    """An option's value as a reader knows it."""
    if option == "times":
        return times.in_words(value) or "the outcome as it stands"
    if option == "comparison":
        return comparison.in_words(value) or "as the arms’ roles say"
    if option == "group":
        return {"": "all arms of a study"}.get(value, f"{value} side")
    if option == "level":
        return f"{value or 95}%"
    if option == "tests_from":
        return value or str(TESTS_FROM)
    return VALUE_WORDS.get(value, value)


def differences(
    before: Frozen, after: Frozen, options_before: Frozen, options_after: Frozen, called: Mapping[str, str] = {}
) -> list[str]:
    """What changed between two runs of an analysis, in sentences; options first, then study by study.

    called: the form's words for its questions, and under "question=answer" for their answers; ids stand where they are not known.
    """
    found = list(_options(options_before, options_after, called))
    old, new = ({study["study"]: study for study in each["studies"]} for each in (before, after))
    found += [f"{new[pk]['label']} came in." for pk in new if pk not in old]
    found += [f"{old[pk]['label']} dropped out." for pk in old if pk not in new]
    for pk, study in new.items():
        if pk in old:
            found += _study(old[pk], study, called)
    return found


def only_marked(before: Frozen, after: Frozen) -> bool:
    """Whether two inputs have the same numbers, and differ in nothing but which of them are said to be converted or imputed."""
    return bool(before != after and _unmarked(before) == _unmarked(after))


def _unmarked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _unmarked(each) for name, each in value.items() if name not in MARKS}
    return [_unmarked(each) for each in value] if isinstance(value, list) else value


def _options(before: Frozen, after: Frozen, called: Mapping[str, str]) -> Iterator[str]:
    old, new = ([*options.get("investigations", ())] for options in (before, after))
    yield from (f"Also asked: {in_words(each, called)}." for each in new if each not in old)
    yield from (f"Asked no more: {in_words(each, called)}." for each in old if each not in new)
    for name in dict.fromkeys((*after, *before)):
        if name != "investigations" and before.get(name) != after.get(name):
            was, now = (in_place(name, options.get(name, "")) for options in (before, after))
            yield f"{OPTION_WORDS.get(name, name)}: {was} became {now}."


def _study(before: Frozen, after: Frozen, called: Mapping[str, str]) -> Iterator[str]:
    label = after["label"]
    if before["label"] != label:
        yield f"{before['label']} is now called {label}."
    was, now = (each.get("time", {}).get("at", "") for each in (before, after))
    if was and now and was != now:
        yield f"{label}: what is pooled was measured at {was} and is now what was measured at {now}."
    old, new = ({arm["arm"]: arm for arm in each["arms"]} for each in (before, after))
    for pk, arm in new.items():
        if pk not in old:
            yield f"{label}: {arm['name']} came in."
        else:
            yield from _arm(label, old[pk], arm)
    for pk, arm in old.items():
        if pk not in new:
            yield f"{label}: {arm['name']} dropped out."
    yield from _values(f"{label}: ", before.get("whole", {}), after.get("whole", {}))
    yield from _converted(f"{label}: ", before, after)
    if before.get("turned") != after.get("turned"):
        yield f"{label}: its scale {'now runs the other way' if after.get('turned') else 'no longer runs the other way'}."
    yield from _contrasts(before, after)
    yield from _answers(before, after, called)
    if before["bias"] != after["bias"]:
        yield f"{label}: the risk-of-bias judgements changed."


def _arm(label: str, before: Frozen, after: Frozen) -> Iterator[str]:
    name = after["name"]
    if before["name"] != name:
        yield f"{label}: {before['name']} is now called {name}."
    if before["role"] != after["role"]:
        yield f"{label}: {name} was {before['role']} and is now {after['role']}."
    yield from _values(f"{label}: {name}, ", before["values"], after["values"])
    yield from _converted(f"{label}: {name}, ", before, after)


def _converted(of: str, before: Frozen, after: Frozen) -> Iterator[str]:
    for name in MARKS:
        old, new = (each.get(name, ()) for each in (before, after))
        yield from (f"{of}{column} is {name} now." for column in new if column not in old)
        yield from (f"{of}{column} is no longer {name}." for column in old if column not in new)


def _answers(before: Frozen, after: Frozen, called: Mapping[str, str]) -> Iterator[str]:
    def words(key: str, answer: Any) -> str:
        given = answer if isinstance(answer, list) else [answer]
        return ", ".join(called.get(f"{key}={each}", str(each)) for each in given)

    old, new = before.get("by", {}), after.get("by", {})
    for key in old:
        if key in new and old[key] != new[key]:
            name = called.get(key, key.partition("/")[2])
            yield f"{after['label']}: {name}, {words(key, old[key])} became {words(key, new[key])}."


def _contrasts(before: Frozen, after: Frozen) -> Iterator[str]:
    label, names = after["label"], {arm["arm"]: arm["name"] for study in (before, after) for arm in study["arms"]}
    old, new = (
        {(each["first"], each["second"]): each for each in study.get("contrasts", ())} for study in (before, after)
    )
    nothing: Frozen = {"values": {}}
    for pair in {**old, **new}:
        of = f"{label}: {' v '.join(names[arm] for arm in pair)}, "
        was, now = old.get(pair, nothing), new.get(pair, nothing)
        yield from _values(of, was["values"], now["values"])
        yield from _converted(of, was, now)


def _values(of: str, before: Frozen, after: Frozen) -> Iterator[str]:
    for column in {**after, **before}:
        was, now = (each.get(column, "nothing") for each in (before, after))
        if was != now:
            yield f"{of}{column} {was} became {now}."
