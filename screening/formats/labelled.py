"""What does a file say in which each line begins with a field's name? As NoteExpress ("{Title}: ...") and CNKI ("Title-题名: ...") write.

A record begins where the name that stands first in the file comes again.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

from screening.formats import names
from screening.formats.columns import in_two_languages, layout, role_of, roles_of
from screening.formats.compose import compose
from screening.formats.draft import Draft
from screening.formats.record import ParsedRecord
from screening.formats.source import Source, blank

_LINE = re.compile(
    r"\ufeff?(?:\{(?P<braced>[^{}\r\n]{1,60})\}|(?P<bare>[^:\r\n{}]{2,60}))[:\uff1a][^\S\r\n]?(?P<value>[^\r\n]*)"
)
_KNOWN_AT_LEAST = 3
_LOOKED_AT = 60


def is_labelled(head: str) -> bool:
    """-> do the first lines of a text name fields, the title's among them?"""
    found = [_named(line) for line in head.splitlines()[:_LOOKED_AT] if not blank(line)]
    roles = {role_of(name) for name, _ in filter(None, found)} - {""}
    return bool(found and found[0]) and "title" in roles and len(roles) >= _KNOWN_AT_LEAST


def read(source: Source) -> Iterator[ParsedRecord]:
    """Yield every record of a file of named fields; what is left out stands in ``source.problems``."""
    for draft in _drafts(source):
        fields, block = draft.fields(), draft.block()
        if not any(text for texts in fields.values() for text in texts):
            source.empty(block.line, block.end_line)
            continue
        roles = roles_of(fields)
        record = compose(block, fields, layout(roles), max_field=source.limits.field_characters)
        people, words = (
            next((text for name in roles.get(role, ()) for text in fields[name] if text), "")
            for role in ("authors", "keywords")
        )
        yield replace(record, authors=names.authors(people), keywords=names.keywords(words))


def _drafts(source: Source) -> Iterator[Draft]:
    draft: Draft | None = None
    first = ""
    for line in source.lines():
        named = _named(line.text)
        if named and draft and named[0] == first:
            yield draft
            draft = None
        if named:
            first = first or named[0]
            draft = draft or Draft(line, source.limits.record_characters)
            draft.tag(line, *named)
        elif draft:
            draft.more(line, line.text.strip())
        elif not blank(line.text):
            source.left_out(line)
    if draft:
        yield draft


def _named(text: str) -> tuple[str, str] | None:
    """-> a line's name and value: the name in braces, or in two languages, so that no sentence with a colon is taken for one."""
    found = _LINE.match(text)
    if found is None:
        return None
    braced, bare, value = found.groups()
    name = (braced or bare).strip()
    return (name, value.strip()) if braced or in_two_languages(name) else None
