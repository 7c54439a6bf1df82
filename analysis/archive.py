"""What is in an archive of the whole review? Everything that its member may see, in files that any other program reads."""

from __future__ import annotations

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from django.utils import timezone

from analysis import exports, package
from analysis.queries import whole as queries
from analysis.queries.whole import TABLES
from extraction.exports import csv_lines
from extraction.schema.codebook import HEAD as CODEBOOK_HEAD
from extraction.schema.codebook import codebook
from extraction.schema.form import to_json
from reviewapp import files
from reviewapp.models import Member

CHUNK = 1 << 20

README = """\
The whole review
{title}

Made by {member} on {day}, as {member} may see it. Votes, notes, labels, sheets and judgements of others are here as far as they are open: what is sealed
until a verdict or until both authors have handed in is left out, and comes with an archive that is made later.

{tables}
codebook.csv               what each column of each table means
review.json                the protocol, the reasons for exclusion, the planned analyses
forms/                     the versions of the extraction form as JSON, each with its codebook; version 0 is the one every review begins with
runs.jsonl                 every run of every analysis: input, options, result, versions; one line each
imports/, pdfs/            the files that were imported and the PDFs, each named by its SHA-256; imports.csv and documents.csv say which is which
reproduction/              the reproduction package: pooled numbers, an R script, figures, flow diagram, RevMan files

Tables are CSV in UTF-8 with a header row. Numbers of citations, studies, arms and so on are the same in all of them. Texts that a spreadsheet
would take for a formula have a quotation mark before them. Not in here: terms that are marked on the screen, what a member has put off, keys, invitations, and
discussions of conflicts; what was decided stands in decisions.csv, and who did what in trail.csv.
"""


@contextmanager
def content(member: Member, told: Callable[[int, int], object]) -> Iterator[Iterator[bytes]]:
    """The archive, piece by piece, from a file that goes when it has been read. told(done, total) is called after each part."""
    with tempfile.TemporaryFile() as draft:
        with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
            fill(archive, member, told)
        draft.seek(0)
        yield iter(lambda: draft.read(CHUNK), b"")


def fill(archive: zipfile.ZipFile, member: Member, told: Callable[[int, int], object]) -> None:
    total = len(TABLES) + 3
    add(archive, "README.txt", [readme(member)])
    for done, table in enumerate(TABLES, start=1):
        add(archive, f"{table.name}.csv", csv_lines(list(table.meanings), table.rows(member)))
        told(done, total)
    add(archive, "codebook.csv", [codebook_csv()])
    add(archive, "review.json", [package.as_json(queries.protocol(member))])
    for number, form in queries.forms(member):
        fields = package.as_json({"version": number, "form": to_json(form), "fields": codebook(form)})
        add(archive, f"forms/form-{number}.json", [fields])
        add(archive, f"forms/codebook-{number}.csv", csv_lines(CODEBOOK_HEAD, codebook(form)))
    add(archive, "runs.jsonl", (line(exports.run_json(each)) for each in queries.runs(member)))
    told(len(TABLES) + 1, total)
    for folder, sha256 in queries.kept_files(member):
        archive.write(files.path_of(sha256), f"{folder}/{sha256}", zipfile.ZIP_STORED)
    told(len(TABLES) + 2, total)
    for name, text in package.files(member, lambda _done, _total: None):
        archive.writestr(zipfile.ZipInfo(f"reproduction/{name}", package.MOMENT), text, zipfile.ZIP_DEFLATED)
    told(total, total)


def add(archive: zipfile.ZipFile, name: str, pieces: Iterable[str]) -> None:
    """A text file of these pieces, none of which is kept longer than it takes to write it."""
    info = zipfile.ZipInfo(name, package.MOMENT)
    info.compress_type = zipfile.ZIP_DEFLATED
    with archive.open(info, "w", force_zip64=True) as out:
        for piece in pieces:
            out.write(piece.encode())


def line(document: bytes) -> str:
    """A JSON document in one line."""
    return json.dumps(json.loads(document), ensure_ascii=False) + "\n"


def readme(member: Member) -> str:
    width = max(len(table.name) for table in TABLES) + 4
    tables = "\n".join(f"{table.name + '.csv':{max(width, 26)}} {table.holds}" for table in TABLES)
    return README.format(
        title=member.review.title, member=member, day=f"{timezone.now():%-d %B %Y, %H:%M} UTC", tables=tables
    )


def codebook_csv() -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["file", "column", "meaning"])
    writer.writerows(
        [f"{table.name}.csv", name, meaning] for table in TABLES for name, meaning in table.meanings.items()
    )
    return out.getvalue()
