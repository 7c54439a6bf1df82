"""Is the main screen open, or does it wait for a pilot to reach the protocol's level of agreement?"""

from __future__ import annotations

from dataclasses import dataclass

from reviewapp.models import Review, Stage
from screening.models import GateOverride, Pilot


@dataclass(frozen=True, slots=True)
class Gate:
    """level: what the protocol asks of the pair that agrees least, None if it asks nothing; reached: what the last full round had."""

    level: float | None = None
    measure: str = ""
    pilot: Pilot | None = None
    reached: float | None = None
    override: GateOverride | None = None

    @property
    def is_open(self) -> bool:
        if self.level is None or self.override is not None:
            return True
        return self.reached is not None and self.reached >= self.level


def gate(review: Review, stage: str) -> Gate:
    """The gate before a stage. It stands before title and abstract only, and only if the protocol names a level."""
    if review.gate_level is None or stage != Stage.TITLE_ABSTRACT:
        return Gate()
    done = Pilot.objects.filter(review=review, stage=stage, dropped_at=None, completed_at__isnull=False)
    last = done.order_by("-round").first()
    reached = last.lowest.get(review.gate_measure) if last else None
    override = GateOverride.objects.filter(review=review, withdrawn_at=None).select_related("member__user").first()
    return Gate(review.gate_level, review.gate_measure, last, reached, override)
