"""What is shared by the pages of this floor?"""

from __future__ import annotations

from typing import Any

from reviewapp.errors import BadInput

PAGE = 50
MOST_FOUND = 10_000  # who finds more asks for too little; to count them all would take longer than to show them


def cleaned(form: Any) -> dict[str, Any]:
    """What a small form holds. Raises BadInput that names the field."""
    if not form.is_valid():
        raise BadInput(
            " ".join(
                f"{form.fields[name].label or name}: {told[0]}" if name in form.fields else told[0]
                for name, told in form.errors.items()
            )
        )
    return form.cleaned_data
