"""What can go wrong in the domain, and which answer does the reader get? Verbs raise these; one middleware shows them."""

from __future__ import annotations


class DomainError(Exception):
    """A refusal in words: what happened, and what to do next.

    status: the HTTP status of the page; title: its heading; message: sentences for the reader.
    """

    status = 400
    title = "That did not work"

    def __init__(self, message: str, *, todo: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.todo = todo


class NotHere(DomainError):
    """There is no such thing for this person: outsiders get the same answer as for what does not exist."""

    status = 404
    title = "Not found"

    def __init__(self, message: str = "There is no such page, or it is not open to you.", *, todo: str = "") -> None:
        super().__init__(message, todo=todo)


class Refused(DomainError):
    """The member's role does not allow this."""

    status = 403
    title = "Not yours to do"


class WrongState(DomainError):
    """The thing is not in a state in which this can be done."""

    status = 409
    title = "Not possible now"


class Stale(DomainError):
    """Somebody, or another window, changed this meanwhile."""

    status = 409
    title = "Changed meanwhile"


class BadInput(DomainError):
    """A field holds something that cannot be used; the message names it."""

    status = 422
    title = "Please check what was entered"


class BadFile(DomainError):
    """A file cannot be read; the message names file and line."""

    status = 422
    title = "This file could not be used"
