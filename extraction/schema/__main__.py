"""Where do two sheets differ? `python -m extraction.schema SHEETS.json` prints each difference and each complaint.

The file holds {"arms": {"7": "Psychotherapy"}, "outcomes": {"3": {"title": "Secure attachment", "kind": "dichotomous"}},
"first": {key: answer}, "second": {key: answer}}. Ends with 0 when the sheets are complete and equal, 1 when not, 2 when unreadable.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from extraction.schema.answers import Answer
from extraction.schema.asked import ArmOf, Asked, OutcomeOf, Structure, asked_of
from extraction.schema.clean import Unreadable, check, read, show
from extraction.schema.compare import compare


def form_in(document: Mapping[str, Any]) -> Asked:
    """The form that the document's arms and outcomes make."""
    arms = tuple(ArmOf(int(id), name) for id, name in document.get("arms", {}).items())
    outcomes = tuple(
        OutcomeOf(int(id), each["title"], each["kind"]) for id, each in document.get("outcomes", {}).items()
    )
    return asked_of(Structure(arms, outcomes))


def sheet_in(document: Mapping[str, Any], side: str, form: Asked) -> dict[str, Answer]:
    """One of the two sheets. Raises Unreadable, and KeyError for a key that is not on the form."""
    fields = {field.key: field for field in form.fields}
    return {key: Answer(read(fields[key], typed)) for key, typed in document[side].items()}


def report(form: Asked, first: Mapping[str, Answer], second: Mapping[str, Answer]) -> Iterator[str]:
    for side, sheet in (("first", first), ("second", second)):
        for problem in check(form.fields, sheet):
            yield f"{side} sheet: {problem.sentence}"
    for pair in compare(form.fields, first, second):
        if pair.needs_choice:
            values = f"{show(pair.first.value) or '(nothing)'} | {show(pair.second.value) or '(nothing)'}"
            yield f"{pair.match}: {pair.field.label}: {values}"


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        document = json.loads(Path(arguments[0]).read_text())
        form = form_in(document)
        lines = list(report(form, sheet_in(document, "first", form), sheet_in(document, "second", form)))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, Unreadable) as error:
        print(f"{arguments[0]}: {error}", file=sys.stderr)
        return 2
    except KeyError as error:
        print(f"{arguments[0]}: {error} is missing from the file, or is no key or kind of its form", file=sys.stderr)
        return 2
    print("\n".join(lines) or "complete and equal")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
