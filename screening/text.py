"""Which citations hold these words? Full-text search: FTS5 on SQLite, a tsvector on PostgreSQL, kept up to date by the database itself.

`install` is called after every migration and makes what is missing: no code that writes citations has to think of the index, and none can
forget it. `rebuild` makes the index anew from the citations.
"""

from __future__ import annotations

import re
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL

FIELDS = ("title", "abstract", "authors", "journal", "keywords")
LONGEST = 300_000  # characters of one citation that PostgreSQL indexes; its index has room for 1 MB

COLUMNS = ", ".join(FIELDS)
SQLITE = {
    "table": f"CREATE VIRTUAL TABLE screening_text USING fts5({COLUMNS}, content='screening_citation', content_rowid='id', "
    "tokenize='porter unicode61 remove_diacritics 2')",
    "add": f"INSERT INTO screening_text(rowid, {COLUMNS}) VALUES (new.id, {', '.join(f'new.{name}' for name in FIELDS)});",
    "take": f"INSERT INTO screening_text(screening_text, rowid, {COLUMNS}) "
    f"VALUES ('delete', old.id, {', '.join(f'old.{name}' for name in FIELDS)});",
}
VECTOR = (
    f"to_tsvector('english', left(concat_ws(' ', {', '.join(f'{{0}}{name}::text' for name in FIELDS)}), {LONGEST}))"
)


def install(**kwargs: Any) -> None:
    """Make the index and what keeps it, where they are missing; fill it if it is new."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            is_new = not cursor.execute("SELECT 1 FROM sqlite_master WHERE name = 'screening_text'").fetchone()
            if is_new:
                cursor.execute(SQLITE["table"])
            for name, when, what in (
                ("added", "INSERT", SQLITE["add"]),
                ("deleted", "DELETE", SQLITE["take"]),
                ("changed", f"UPDATE OF {COLUMNS}", SQLITE["take"] + SQLITE["add"]),
            ):
                cursor.execute(
                    f"CREATE TRIGGER IF NOT EXISTS screening_text_{name} AFTER {when} ON screening_citation BEGIN {what} END"
                )
        else:
            cursor.execute(
                "SELECT 1 FROM information_schema.columns WHERE table_name = 'screening_citation' AND column_name = 'search'"
            )
            is_new = not cursor.fetchone()
            if is_new:
                cursor.execute("ALTER TABLE screening_citation ADD COLUMN search tsvector")
                cursor.execute("CREATE INDEX screening_text ON screening_citation USING gin (search)")
            cursor.execute(
                "CREATE OR REPLACE FUNCTION screening_text() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN NEW.search := {VECTOR.format('NEW.')}; RETURN NEW; END $$"
            )
            cursor.execute(
                "CREATE OR REPLACE TRIGGER screening_text BEFORE INSERT OR UPDATE OF "
                f"{COLUMNS} ON screening_citation FOR EACH ROW EXECUTE FUNCTION screening_text()"
            )
    if is_new:
        rebuild()


def rebuild() -> None:
    """Make the whole index anew from the citations as they are."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("INSERT INTO screening_text(screening_text) VALUES ('rebuild')")
        else:
            cursor.execute(f"UPDATE screening_citation SET search = {VECTOR.format('')}")


# --- what people type --------------------------------------------------------------------------------------------

TYPED = re.compile(r'(-?)"([^"]*)"?|(-?)(\S+)')
Phrase = tuple[list[str], bool]  # its words, and whether the last is only a beginning


def phrases(text: str) -> tuple[list[Phrase], list[Phrase]]:
    """What must be there and what must not: words, "words together", begin*, -without. Other signs only part words."""
    wanted: list[Phrase] = []
    unwanted: list[Phrase] = []
    for not_quoted, quoted, not_plain, plain in TYPED.findall(text.replace("\0", " ")):
        words = re.findall(r"\w+", quoted or plain)
        if words:
            (unwanted if not_quoted or not_plain else wanted).append((words, plain.endswith("*")))
    return wanted, unwanted


FEW = 2000  # so many ids are named one by one, and the citations looked up by them; else citations are walked and looked up in the index


def matching(typed: str, of: str = "") -> Q:
    """The citations that hold all that is asked for, as a condition on a QuerySet of them, or of what is joined with them (of="citation__").

    Nothing asked: all of them.
    """
    wanted, unwanted = phrases(typed)
    found = Q()
    if wanted:
        found &= holding(wanted, of, all_of_them=True)
    if unwanted:
        found &= ~holding(unwanted, of, all_of_them=False)
    return found


def holding(asked: list[Phrase], of: str, *, all_of_them: bool) -> Q:
    """Holds all of these phrases, or one of them."""
    if connection.vendor != "sqlite":
        parts = [" <-> ".join([*words[:-1], words[-1] + (":*" if begins else "")]) for words, begins in asked]
        match = (" & " if all_of_them else " | ").join(f"({part})" for part in parts)
        return Q(RawSQL("screening_citation.search @@ to_tsquery('english', %s)", [match], BooleanField()))
    parts = [f'"{" ".join(words)}"' + ("*" if begins else "") for words, begins in asked]
    match = (" AND " if all_of_them else " OR ").join(parts)
    found = "SELECT rowid FROM screening_text WHERE screening_text MATCH %s"
    with connection.cursor() as cursor:
        some = [pk for (pk,) in cursor.execute(f"{found} LIMIT {FEW + 1}", [match])]
    if len(some) <= FEW:
        return Q(**{f"{of}pk__in": some})
    return Q(RawSQL(f"+screening_citation.id IN ({found})", [match], BooleanField()))
