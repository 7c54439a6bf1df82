"""Where in a text do the review's terms stand? Words and phrases, large or small; a * at the end stands for any ending."""

from __future__ import annotations

import re
from collections.abc import Sequence

INCLUDE, EXCLUDE = "include", "exclude"


class Marker:
    """Finds the terms of two lists. Where two could begin, the longer one does; in a tie the one to include."""

    def __init__(self, include: Sequence[str] = (), exclude: Sequence[str] = ()) -> None:
        self.include, self.exclude = tuple(include), tuple(exclude)
        kinds = [(term, EXCLUDE) for term in exclude] + [(term, INCLUDE) for term in include]
        self.kinds = {self.plain(term): kind for term, kind in kinds}
        patterns = sorted((self.pattern(term) for term, _ in kinds), key=len, reverse=True)
        self.found = re.compile("|".join(patterns), re.IGNORECASE) if patterns else None
        self.groups = [(re.compile(self.pattern(term), re.IGNORECASE), kind) for term, kind in reversed(kinds)]

    @staticmethod
    def plain(term: str) -> str:
        return term.lower()

    @staticmethod
    def pattern(term: str) -> str:
        words = r"\s+".join(re.escape(word) for word in term.rstrip("*").split())
        return rf"(?<!\w){words}" + (r"\w*" if term.endswith("*") else r"(?!\w)")

    def parts(self, text: str) -> list[tuple[str, str]]:
        """The text in pieces, each with the list it belongs to, or "" for none; together they are the text."""
        if self.found is None or not text:
            return [(text, "")] if text else []
        pieces, end = [], 0
        for match in self.found.finditer(text):
            if match.start() > end:
                pieces.append((text[end : match.start()], ""))
            pieces.append((match[0], self.kind(match[0])))
            end = match.end()
        if end < len(text):
            pieces.append((text[end:], ""))
        return pieces

    def kind(self, found: str) -> str:
        return next(kind for pattern, kind in self.groups if pattern.fullmatch(found))
