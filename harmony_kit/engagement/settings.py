"""The few numbers that decide what a report says; printed in every report."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

__all__ = ["QUOTES_FROM", "Settings"]

#: How many people of a lens must have been heard before any of them is quoted.
QUOTES_FROM: Final = 5


class Settings(BaseModel):
    """Thresholds of one engagement.

    Attributes
    ----------
    tolerance
        How far two means may lie apart and still count as close, in points of a 5-point scale;
        other scales use ``tolerance * (points - 1) / 4``.
    claim_at, leaning_at
        Probability from which a report claims a state, and from which it says "leaning".
    min_group
        Fewest people of one lens about whom anything is shown; three at least, of whom one who
        knows her own answer cannot work out another's.
    named
        Whether everybody agreed that single answers may be recognised: then figures are told as
        they were measured. It is said on every page and in the register.
    draws
        Draws of choices, duties, scorecards and readiness; the site model has its own number.
    redacted, redacted_from
        Whether reports are for circulation, without quotes and roles, which `harmony run
        --redacted` says and no engagement.yaml; and the fewest people then.
    reliability
        Share of the differences between the answers of one lens that would come back if the same
        people were asked again; the rest is response noise. 0.7 is what single rating items
        reach on average; a plant that asked people twice sets its own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    tolerance: float = Field(default=1.0, gt=0, le=4)
    claim_at: float = Field(default=0.80, gt=0.5, le=1)
    leaning_at: float = Field(default=0.60, gt=0.25, le=1)
    min_group: int = Field(default=4, ge=3, le=20)
    named: bool = False
    draws: int = Field(default=4000, ge=500, le=100_000)
    redacted: bool = False
    redacted_from: int = Field(default=5, ge=4, le=40)
    reliability: float = Field(default=0.7, gt=0.2, le=1)

    @model_validator(mode="after")
    def _check_order(self) -> Settings:
        if self.leaning_at > self.claim_at:
            message = "leaning_at must not be above claim_at"
            raise ValueError(message)
        return self

    @property
    def shown_from(self) -> int:
        """The fewest people of one lens about whom a report shows anything."""
        return max(self.redacted_from, self.min_group + 1) if self.redacted else self.min_group

    def tolerance_of(self, points: int) -> float:
        """The tolerance in points of a scale with this many points."""
        return self.tolerance * (points - 1) / 4
