"""How do many new rows get into the database at once? By COPY on PostgreSQL, which costs it and us half of what INSERT does.

Who calls it is a verb, in its transaction; rows that a table has by the thousand come this way.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection, models


def insert(manager: models.Manager[Any], rows: Sequence[models.Model]) -> None:
    """Store new rows of a manager's model. Each has its primary key afterwards."""
    if not rows:
        return
    model = manager.model
    if connection.vendor != "postgresql":
        manager.bulk_create(rows)
        return
    table, key = model._meta.db_table, model._meta.pk
    assert key is not None
    fields: list[models.Field[Any, Any]] = list(model._meta.concrete_fields)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [table, key.column, len(rows)]
        )
        for row, (number,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = number
        with cursor.copy(f'COPY "{table}" ({columns}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row([field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields])
    for row in rows:
        row._state.adding = False
        row._state.db = connection.alias
