"""Where do the records of an XML file begin and end? Each is cut out of the text and parsed alone.

So one broken record does not lose the others, memory stays bounded whether the file has lines or not, and
no document type or entity is ever looked at: what is outside the records is never parsed.
"""

import re
from collections.abc import Iterator
from html import unescape
from itertools import chain
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import fromstring

from screening.formats.compose import Block
from screening.formats.record import UnreadableFile
from screening.formats.source import BLANKS, Source, line_ends

ENTITIES_REFUSED = (
    "The XML declares entities, which no export does and which can do harm. It was refused; export the search again."
)
_ENDS = {"<!--": "-->", "<![CDATA[": "]]>"}
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!DOCTYPE[^\[<>]*>")
_PASSED_OVER = {"<!--": "-->", "<?": "?>"}
_SELF_CLOSED = re.compile(r"[^<>]*/>")
_LOOK_BACK = 64

_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9A-Fa-f]{1,6});)(\w{1,31};)?")
_NOT_XML = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|&#(?:[0-8]|1[124-9]|2\\d|3[01]|x[0-8bBcCeEfF]|x1[0-9a-fA-F]);"
)
_PREFIX = re.compile(r"(</?)[A-Za-z_][\w.-]{0,30}:(?=[A-Za-z_])")
_PREFIXED_ATTRIBUTE = re.compile(r"\s[A-Za-z_][\w.-]{0,30}:[\w.-]{1,40}\s*=\s*(?:\"[^\"<]*\"|'[^'<]*')")

_DEEPEST = 10
_INLINE = {"style", "i", "b", "u", "em", "strong", "sub", "sup", "italic", "bold", "p"}
_WRAPPED = re.compile(r"\n[^\S\n]{2,}")


def blocks(source: Source, names: tuple[str, ...]) -> Iterator[Block]:
    """Yield the text of every element of one of these names, in order; other text is told in ``source.problems``."""
    name = "|".join(names)
    outside = re.compile(rf"<!--|<!\[CDATA\[|<(?:{name})(?=[\s/>])")
    within = re.compile(rf"<!--|<!\[CDATA\[|</(?:{name})\s*>|<(?:{name})(?=[\s/>])")
    text, line, searched, inside, whole = "", 1, 0, False, 0
    for chunk in chain(source.chunks(), ("",)):
        text += chunk
        while found := (within if inside else outside).search(text, searched):
            token = found.group()
            if token in _ENDS:
                end = text.find(_ENDS[token], found.end())
                searched = found.start() if end < 0 else end + 3
                if end < 0:
                    break
                continue
            cut = found.end() if token.startswith("</") else found.start()
            piece, text = text[:cut], text[cut:]
            if inside:
                yield Block(line, line + line_ends(piece.rstrip()), piece)
                whole += 1
            else:
                _between(source, piece, line)
            line += line_ends(piece)
            inside = not token.startswith("</") and not _SELF_CLOSED.match(text, len(token))
            searched = 0 if token.startswith("</") else len(token)
        else:
            searched = max(searched, len(text) - _LOOK_BACK)
        if len(text) > source.limits.record_characters:
            raise UnreadableFile(
                f"What begins on line {line} goes on for more than {source.limits.record_characters:,} characters "
                "without the end of a record. Export the search again, or split the file."
            )
    if inside:
        source.problems.add(
            f"after {whole:,} whole records the file breaks off inside one, which was left out.",
            line,
            line + line_ends(text.rstrip()),
            left_out=True,
            text=text,
        )
    else:
        _between(source, text, line)


def _between(source: Source, text: str, line: int) -> None:
    if "<!ENTITY" in text:
        raise UnreadableFile(ENTITIES_REFUSED)
    if rest := without_tags(text):
        last = line + line_ends(text.rstrip())
        source.problems.add("text outside any record was left out.", line, last, left_out=True, text=rest)


def without_tags(text: str) -> str:
    """-> what is left of the text between records without tags, comments and processing instructions."""
    kept, position = [], 0
    while (start := text.find("<", position)) >= 0:
        kept.append(text[position:start])
        ending = next((end for begin, end in _PASSED_OVER.items() if text.startswith(begin, start)), "")
        if ending:
            end = text.find(ending, start)
            position = start if end < 0 else end + len(ending)
            if end < 0:
                break
        elif tag := _TAG.match(text, start):
            position = tag.end()
        else:
            kept.append("<")
            position = start + 1
    kept.append(text[position:])
    return "".join(kept).strip(BLANKS)


def element(source: Source, block: Block) -> Element | None:
    """-> a record's element; None, with a problem that says why, where its XML is broken beyond repair."""
    try:
        return _marked(fromstring(block.raw))
    except ParseError:
        pass
    try:
        return _marked(fromstring(_repaired(block.raw)))
    except ParseError as error:
        line, _ = error.position
        reason = str(error).partition(":")[0]
        source.problems.add(
            f"the XML of a record is broken ({reason} on line {block.line + line - 1}); it was left out.",
            block.line,
            block.end_line,
            left_out=True,
            text=re.sub(r"<[^<>]*>", " ", block.raw[:4000]),
        )
        return None


def _repaired(raw: str) -> str:
    """-> a record's text without what XML does not know: HTML's entities, control characters, undeclared prefixes."""
    raw = _NOT_XML.sub(" ", raw)
    raw = _ENTITY.sub(lambda match: _character(match.group()), raw)
    return _PREFIX.sub(r"\1", _PREFIXED_ATTRIBUTE.sub("", raw))


def _character(entity: str) -> str:
    character = unescape(entity)
    return character if character != entity and character not in "<>&\"'" else "&amp;" + entity[1:]


def values(root: Element, whole: frozenset[str] = frozenset()) -> dict[str, tuple[str, ...]]:
    """-> the text of every element that holds any, under its path, in order; under the paths in ``whole`` in one piece."""
    gathered: dict[str, list[str]] = {}
    waiting = [(child, child.tag, 1) for child in reversed(root)]
    while waiting:
        node, path, depth = waiting.pop()
        if depth < _DEEPEST and path not in whole and _holds_elements(node):
            waiting.extend((child, f"{path}/{child.tag}", depth + 1) for child in reversed(node))
        elif text := text_of(node):
            gathered.setdefault(path, []).append(text)
    return {path: tuple(texts) for path, texts in gathered.items()}


def _holds_elements(node: Element) -> bool:
    """-> does an element hold only elements, rather than text with marked words in it?"""
    mixed = (node.text or "").strip() or any(child.tag in _INLINE or (child.tail or "").strip() for child in node)
    return len(node) > 0 and not mixed


def text_of(node: Element) -> str:
    """-> all text in an element; raised and lowered characters keep their mark for ``clean`` to turn."""
    return _WRAPPED.sub(" ", "".join(node.itertext())).strip()


def _marked(root: Element) -> Element:
    """-> the element with raised and lowered characters marked in its text, as HTML marks them."""
    for node in root.iter():
        face = node.get("face", "")
        mark = node.tag if node.tag in ("sup", "sub") else face[:3] if face in ("superscript", "subscript") else ""
        if mark and not len(node):
            node.text = f"<{mark}>{node.text or ''}</{mark}>"
    return root
