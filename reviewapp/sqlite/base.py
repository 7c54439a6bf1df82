"""SQLite as Django knows it, with a queue for its one writer.

SQLite itself has none: who finds the database taken looks again after a pause, longer each time, and the gap between two transactions of a
busy job may always fall into the pauses. Here a transaction first takes a lock on a file beside the database, which the kernel hands on
the moment it is free, between threads as between processes, and takes back from whoever is killed.
"""

from __future__ import annotations

import fcntl
from io import BufferedRandom
from typing import Any

from django.db.backends.sqlite3 import base


class DatabaseWrapper(base.DatabaseWrapper):
    """All transactions write, as `transaction_mode` IMMEDIATE has it; single statements outside of one go by SQLite's own lock."""

    queue: BufferedRandom | None = None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        if not self.is_in_memory_db():
            self.queue = open(f"{conn_params['database']}-queue", "ab+")  # noqa: SIM115 - as long as the connection
        return super().get_new_connection(conn_params)

    def _start_transaction_under_autocommit(self) -> None:
        if self.queue:
            fcntl.flock(self.queue, fcntl.LOCK_EX)
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self.hand_on()
            raise

    def _commit(self) -> None:
        try:
            super()._commit()
        finally:
            self.hand_on()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self.hand_on()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            if self.queue:
                self.queue.close()  # and with it goes the lock, if there was one
                self.queue = None

    def hand_on(self) -> None:
        """Let the next one write."""
        if self.queue:
            fcntl.flock(self.queue, fcntl.LOCK_UN)
