"""Which moves between states are allowed, and who assigns a state? Each workflow has one table; only `move` assigns."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.db.models import Model

from reviewapp.errors import WrongState

Moves = Mapping[str, Collection[str]]


def move(thing: Model, to: str, moves: Moves, *, field: str = "state", also: Sequence[str] = ()) -> bool:
    """Assign `to` to the state field of a locked row and save that field; say whether anything changed.

    also: other fields, assigned already, that are saved in the same statement. moves maps each state to the states that may follow it. Raises WrongState for a move that is not in the table.
    """
    now = getattr(thing, field)
    if now == to:
        return False
    if to not in moves.get(now, ()):
        name = thing._meta.verbose_name
        raise WrongState(f"This {name} is “{now.replace('_', ' ')}” and cannot become “{to.replace('_', ' ')}”.")
    setattr(thing, field, to)
    thing.save(update_fields=[field, *also])
    return True
