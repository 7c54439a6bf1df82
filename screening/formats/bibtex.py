"""What does a BibTeX file say? Entries of a type, a key and fields, with the macros that @string defines.

The text between entries is comment. An entry whose brace is never closed ends where the next begins a
line, so that it does not swallow the rest of the file.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from screening.formats import names, tex
from screening.formats.compose import Block, Layout, compose
from screening.formats.record import ParsedRecord, UnreadableFile, excerpt
from screening.formats.source import BLANKS, Line, Source, blank

_START = re.compile(r"@[^\S\n]*([A-Za-z][A-Za-z_-]{1,30})\s*([{(])")
_RESTART = re.compile(r"\s*@[^\S\n]*[A-Za-z]{2,30}\s*[{(][^={}\"]{0,200},")
_BRACE = re.compile(r"\\.|[{}()]", re.DOTALL)
_NAME = re.compile(r"[\s,]*([^\s=,{}\"#]+(?:[^\S\n]+[^\s=,{}\"#]+){0,3})\s*=\s*", re.DOTALL)
_QUOTE_END = re.compile(r'"(?=\s*(?:#|,\s*(?:[A-Za-z][\w.:+-]*\s*=|$)|$))')
_NEXT_FIELD = re.compile(r"[,\n][^\S\n]*(?=[A-Za-z][\w.:+-]*\s*=\s*[{\"\d])")
_JOINT = re.compile(r"\s*#\s*")
_BARE = re.compile(r"[^\s,{}#\"]+")
_SPELT_OUT = re.compile(r"\s*(?:family|given|prefix)(?:-i)?\s*=")
_CROSSREF = re.compile(r"""\bcrossref\s*=\s*[{"]([^{}",]+)""", re.IGNORECASE)
_INHERITED = ("booktitle", "year", "date", "series", "volume", "isbn", "issn")
Inherited = Mapping[str, str]
_NO_RECORD = ("comment", "preamble", "string")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_LAYOUT = Layout(
    type=("reftype", "type", "entry type"),
    title=("title", "booktitle", "shorttitle"),
    year=("year", "date", "issued"),
    journal=("journal", "journaltitle", "booktitle", "journal-iso", "series"),
    volume=("volume",),
    issue=("number", "issue"),
    pages=("pages", "page", "article-number", "art_number", "articleno", "eid"),
    doi=("doi",),
    doi_hints=("url", "note", "ee", "howpublished", "bdsk-url-1", "link", "eprint"),
    pmid=("pmid", "pubmedid", "pubmed_id", "pubmed-id"),
    pmid_hints=("url", "note", "annote", "eprint"),
    issn=("issn",),
    abstract=("abstract",),
    urls=("url", "ee", "bdsk-url-1", "link", "howpublished"),
    language=("language", "langid"),
    accession=("unique-id", "accession-number", "accession"),
)
_KEYWORDS = ("keywords", "keyword", "author_keywords", "author-keywords", "keywords-plus", "mesh")
_AS_WRITTEN = {"url", "doi", "ee", "link", "file", "bdsk-url-1", "pmid", "eprint"}


@dataclass(slots=True)
class _Entry:
    """An entry being cut out of the lines: its text so far and how many braces are open."""

    kind: str
    closing: str
    line: int
    opened: int
    last: int
    parts: list[str] = field(default_factory=list)
    size: int = 0
    depth: int = 1
    closed: bool = False

    def block(self) -> Block:
        """-> its text and place, without the blank lines behind an entry that was never closed."""
        raw = "".join(self.parts)
        return Block(self.line, self.last, raw if self.closed else raw.rstrip(BLANKS))

    def body(self, block: Block) -> str:
        """-> what stands between its outermost braces."""
        return block.raw[self.opened : len(block.raw) - self.closed]


def read(source: Source) -> Iterator[ParsedRecord]:
    """Yield every entry of a BibTeX file; what is left out stands in ``source.problems``."""
    parents = _parents(source)
    macros = {month: month.capitalize() for month in _MONTHS}
    for entry in _entries(source):
        block = entry.block()
        if entry.kind == "string":
            macros.update({name: text for name, text in _fields(entry.body(block), macros, []) if text})
        if entry.kind in _NO_RECORD:
            source.problems.add(f"a @{entry.kind} holds no record.", block.line, block.end_line)
        else:
            yield _record(entry, block, macros, parents, source)


def _parents(source: Source) -> Mapping[str, Inherited]:
    """-> by its key, what each entry that another names in ``crossref`` has for that one. It may stand behind it."""
    named = {key.strip().lower() for line in source.lines() for key in _CROSSREF.findall(line.text)}
    found: dict[str, Inherited] = {}
    if not named:
        return found
    macros = {month: month.capitalize() for month in _MONTHS}
    for entry in _entries(Source(source.stream, source.name, source.encoding, source.limits)):
        body = entry.body(entry.block())
        if entry.kind == "string":
            macros.update({name: text for name, text in _fields(body, macros, []) if text})
        key, _, rest = body.partition(",")
        if entry.kind not in _NO_RECORD and key.strip().lower() in named:
            fields = dict(_fields(rest, macros, []))
            fields.setdefault("booktitle", fields.get("title", ""))
            found[key.strip().lower()] = {name: text.strip() for name in _INHERITED if (text := fields.get(name, ""))}
    return found


def _entries(source: Source) -> Iterator[_Entry]:
    entry: _Entry | None = None
    for line in source.lines():
        position = 0
        if entry and _RESTART.match(line.text):
            yield entry
            entry = None
        while position < len(line.text):
            if entry is None:
                entry, position = _opened(line, position, source)
            if entry is None:
                break
            position = _taken(entry, line, position, source.limits.record_characters)
            if entry.closed:
                yield entry
                entry = None
    if entry:
        yield entry


def _opened(line: Line, position: int, source: Source) -> tuple[_Entry | None, int]:
    """-> the entry that begins on a line, if one does, and where its text goes on."""
    start = _START.search(line.text, position)
    before = line.text[position : start.start() if start else len(line.text)]
    if not blank(before.replace(",", "")):
        source.problems.add("text outside any entry was left out.", line.number, left_out=True, text=before)
    if start is None:
        return None, len(line.text)
    head = start.group()
    entry = _Entry(
        start.group(1).lower(), "}" if start.group(2) == "{" else ")", line.number, len(head), line.number, [head]
    )
    return entry, start.end()


def _taken(entry: _Entry, line: Line, position: int, limit: int) -> int:
    """Take the rest of a line, or of it what is still in the entry; -> where the entry's part of the line ends."""
    end = len(line.text)
    for found in _BRACE.finditer(line.text, position):
        mark = found.group()
        if mark == "{":
            entry.depth += 1
        elif mark == "}" and (entry.depth > 1 or entry.closing == "}"):
            entry.depth -= 1
        elif mark == ")" and entry.closing == ")" and entry.depth == 1:
            entry.depth = 0
        if entry.depth == 0:
            entry.closed, end = True, found.end()
            break
    entry.parts.append(line.text[position:end])
    entry.size += end - position
    if not blank(line.text[position:end]):
        entry.last = line.number
    if entry.size > limit:
        raise UnreadableFile(
            f"The entry that begins on line {entry.line} is longer than {limit:,} characters. "
            "Its closing brace may be missing: export the search again, or split the file."
        )
    return end


def _record(
    entry: _Entry, block: Block, macros: dict[str, str], parents: Mapping[str, Inherited], source: Source
) -> ParsedRecord:
    problems = (
        []
        if entry.closed
        else [f"Line {entry.line}: the entry's closing brace is missing; it was read as far as it goes."]
    )
    body = entry.body(block)
    key, comma, rest = body.partition(",")
    if "=" in key:
        key, rest = "", body
    fields: dict[str, tuple[str, ...]] = {"entry type": (entry.kind,)}
    if key.strip():
        fields["citation key"] = (key.strip(),)
    for name, text in _fields(rest, macros, problems, entry.line):
        if text.strip():
            fields[name] = (*fields.get(name, ()), text.strip())
    inherited = parents.get(next(iter(fields.get("crossref", ())), "").lower(), {})
    if not {"year", "date"}.isdisjoint(fields):
        inherited = {name: text for name, text in inherited.items() if name not in ("year", "date")}
    told = {name: (text,) for name, text in inherited.items()} | fields
    read = {
        name: tuple(map(tex.unescaped if name in _AS_WRITTEN else tex.plain, texts)) for name, texts in told.items()
    }
    record = compose(block, read, _LAYOUT, problems, max_field=source.limits.field_characters)
    return replace(
        record,
        fields=fields,
        authors=_authors(fields),
        pages=record.pages.replace("--", "-"),
        keywords=tuple(
            dict.fromkeys(
                word for name in _KEYWORDS for text in read.get(name, ()) for word in names.keywords(_unwrapped(text))
            )
        ),
    )


def _unwrapped(text: str) -> str:
    """-> keywords on one line, where signs part them and lines do not."""
    return " ".join(text.split()) if re.search("[,;|]", text) else text


def _fields(body: str, macros: dict[str, str], problems: list[str], line: int = 0) -> Iterator[tuple[str, str]]:
    """Yield each field's name, in lower case, and its value without delimiters and with macros replaced."""
    position = 0
    while position < len(body):
        named = _NAME.match(body, position)
        if named is None:
            rest = body[position:].strip(" \t\r\n,}")
            following = _NEXT_FIELD.search(body, position)
            skipped = body[position : following.start() if following else len(body)].strip(" \t\r\n,")
            if rest and skipped:
                problems.append(f"Line {line}: “{excerpt(skipped)}” was not understood; the raw text has it.")
            if following is None:
                return
            position = following.end()
            continue
        value, position = _value(body, named.end(), macros, problems, line)
        yield named.group(1).lower(), value


def _value(body: str, position: int, macros: dict[str, str], problems: list[str], line: int) -> tuple[str, int]:
    """-> a field's value, of pieces joined by #, and where it ends."""
    pieces: list[str] = []
    while True:
        piece, position = _piece(body, position, macros, problems, line)
        pieces.append(piece)
        joint = _JOINT.match(body, position)
        if joint is None:
            return "".join(pieces), position
        position = joint.end()


def _piece(body: str, position: int, macros: dict[str, str], problems: list[str], line: int) -> tuple[str, int]:
    if body.startswith("{", position):
        end = _closing(body, position)
        return body[position + 1 : end], end + body.startswith("}", end)
    if body.startswith('"', position):
        found = _QUOTE_END.search(body, position + 1)
        end = found.start() if found else len(body)
        return body[position + 1 : end], end + 1
    bare = _BARE.match(body, position)
    if bare is None:
        return "", position
    word = bare.group()
    if not word[0].isdigit() and word.lower() not in macros and not re.search(r"\d", word):
        problems.append(f"Line {line}: “{excerpt(word)}” is no @string of this file and was taken as text.")
    return macros.get(word.lower(), word), bare.end()


def _closing(body: str, position: int) -> int:
    """-> where a value in braces ends; where its brace is never closed, before the next field."""
    depth = 0
    for found in _BRACE.finditer(body, position):
        depth += {"{": 1, "}": -1}.get(found.group(), 0)
        if depth == 0:
            return found.start()
    following = _NEXT_FIELD.search(body, position)
    return following.start() if following else len(body)


def _authors(fields: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """-> the names, parted at "and" outside braces; else in the ways in which a cell of a table has them."""
    texts = [text for name in ("author", "authors") for text in fields.get(name, ())] or list(fields.get("editor", ()))
    found = chain.from_iterable(_people(" ".join(text.split())) for text in texts)
    return tuple(name for name in found if name and name.lower() != "others")


def _people(text: str) -> Iterator[str]:
    parts, depth, start = [], 0, 0
    for found in re.finditer(r"\\.|[{}]|\s(?:and|AND|And)(?=\s)", text):
        mark = found.group()
        depth += {"{": 1, "}": -1}.get(mark, 0)
        if depth <= 0 and mark[1:].lower() == "and":
            parts.append(text[start : found.start()])
            start = found.end()
    parts.append(text[start:])
    if len(parts) == 1 and not text.startswith("{") and not _SPELT_OUT.match(text):
        yield from names.authors(tex.plain(text))
    else:
        yield from (_name(names.tidy(tex.plain(part))) for part in parts)


def _name(text: str) -> str:
    """-> a name, also from BibLaTeX's long form of it ("family=Berg, given=Jan, prefix=van der")."""
    if not _SPELT_OUT.match(text):
        return text
    said = {name.strip(): value.strip() for name, _, value in (part.partition("=") for part in text.split(","))}
    family = " ".join(filter(None, (said.get("prefix", ""), said.get("family", ""))))
    given = said.get("given") or said.get("given-i", "")
    return ", ".join(filter(None, (family, given, said.get("suffix", ""))))
