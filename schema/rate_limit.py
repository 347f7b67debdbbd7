"""What a caller has spent and may still spend, and what is said to whoever spent it all."""

from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

import strawberry

from schema.errors import Code, ReadError
from schema.fields import OfSpending, rule
from schema.scalars import DateTime


@dataclass(frozen=True, slots=True)
class Spending:
    """A caller's budget after an operation. cost: of that operation; limit, used, remaining: points of the period,
    which lasts `period` seconds and ends at `resets_at` (seconds since 1970), `left` seconds from now."""

    cost: int
    limit: int
    used: int
    remaining: int
    period: int
    resets_at: float
    left: float

    @property
    def seconds(self) -> int:
        """Whole seconds to wait, after which the period is over."""
        return max(ceil(self.left), 1)

    @property
    def reset_at(self) -> str:
        return datetime.fromtimestamp(ceil(self.resets_at), UTC).isoformat()


class RateLimited(ReadError):
    """An operation that costs more than its caller has left."""

    code = Code.RATE_LIMITED

    def __init__(self, spending: Spending) -> None:
        left = spending.limit - spending.used
        lacking = (
            f"The operation costs {spending.cost:,} points, and {left:,} of {spending.limit:,} are left."
            if left
            else f"All {spending.limit:,} points are spent."
        )
        super().__init__(f"{lacking} There are more in {spending.seconds} seconds.")
        self.spending = spending


@strawberry.type
class RateLimit:
    cost: int = rule(OfSpending("cost"), "What this operation costs, in points.")
    limit: int = rule(OfSpending("limit"), "Points of a period.")
    remaining: int = rule(
        OfSpending("remaining"),
        "What an operation may cost. Where several processes serve, a fiftieth of the limit less than is left.",
    )
    used: int = rule(OfSpending("used"))
    reset_at: DateTime = rule(OfSpending("reset_at"), "When the period ends, and the budget is whole again.")


@strawberry.type
class RateLimitQuery:
    rate_limit: RateLimit | None = rule(
        OfSpending(),
        "What the caller has spent and may still spend: one budget for GraphQL and REST. Null where there is no limit.",
    )
