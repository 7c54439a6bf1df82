"""What do the tests of this floor share?"""

from __future__ import annotations

import pytest

from extraction.models import Outcome
from reviewapp.models import Member
from tests.extraction import build


@pytest.fixture
def pair(first: Member, second: Member) -> tuple[Member, Member]:
    return first, second


@pytest.fixture
def outcome(first: Member) -> Outcome:
    return build.outcome(first)
