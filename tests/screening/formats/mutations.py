"""What happens to export files on their way? Damage of every kind that has been seen, made at random."""

from random import Random

_PIECES = (
    b"\n", b"\r", b"\r\n", b"\n\n\n", b" ", b"\t", b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\x1a",
    b"\xe2\x80\xa8", b"\xc2\x85", b'"', b"'", b",", b";", b"{", b"}", b"@", b"\\", b"%", b"<", b">", b"&", b"&amp;", b"&nbsp;",
    b"<record>", b"</record>", b"<!--", b"-->", b"<![CDATA[", b"]]>", b"ER  - \n", b"TY  - JOUR\n", b"\nER\n", b"\nPT J\n",
    b"\nPMID- 1\n", b"\n%0 Journal Article\n", b"\nRT Journal Article\n", b"\n<7>\n", b"@article{x,\n", b"\nTI  - Other\n",
    b"Provider: Somewhere\n", "Ω".encode(), "Ü".encode("cp1252"), b"=1+1", b"- ", b"  - ",
)  # fmt: skip


def mutated(data: bytes, others: list[bytes], random: Random) -> bytes:
    """-> the data after one to five accidents: cut, dropped, doubled, swapped, mixed or overwritten."""
    for _ in range(random.randint(1, 5)):
        data = random.choice(_ACCIDENTS)(data, others, random)
    return data


def _cut(data: bytes, _: list[bytes], random: Random) -> bytes:
    return data[: random.randint(0, len(data))]


def _behead(data: bytes, _: list[bytes], random: Random) -> bytes:
    return data[random.randint(0, len(data)) :]


def _insert(data: bytes, _: list[bytes], random: Random) -> bytes:
    place = random.randint(0, len(data))
    return data[:place] + random.choice(_PIECES) * random.choice((1, 1, 1, 40)) + data[place:]


def _overwrite(data: bytes, _: list[bytes], random: Random) -> bytes:
    changed = bytearray(data)
    for _unused in range(min(len(changed), random.randint(1, 8))):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def _drop(data: bytes, _: list[bytes], random: Random) -> bytes:
    start = random.randint(0, len(data))
    return data[:start] + data[start + random.randint(1, 60) :]


def _lines(data: bytes, _: list[bytes], random: Random) -> bytes:
    lines = data.split(b"\n")
    a, b = random.randrange(len(lines)), random.randrange(len(lines))
    match random.randrange(3):
        case 0:
            lines[a], lines[b] = lines[b], lines[a]
        case 1:
            lines.insert(b, lines[a])
        case _:
            del lines[a]
    return b"\n".join(lines)


def _line_ends(data: bytes, _: list[bytes], random: Random) -> bytes:
    return data.replace(b"\r\n", b"\n").replace(b"\n", random.choice((b"\r\n", b"\r", b"\n\n", b"\r\r\n")))


def _join(data: bytes, others: list[bytes], random: Random) -> bytes:
    return data + random.choice((b"", b"\n", b"\n\n")) + random.choice(others)


_ACCIDENTS = (
    _cut,
    _behead,
    _insert,
    _insert,
    _insert,
    _overwrite,
    _overwrite,
    _drop,
    _drop,
    _lines,
    _lines,
    _line_ends,
    _join,
)
