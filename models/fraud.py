"""Fraud: how risky an order looks, why, and what somebody decided about it."""

from dataclasses import dataclass

from models.lifecycle import Status


class FraudReview(Status):
    CLEARED = "cleared", "Its score is below what has to be looked at."
    PENDING = "pending", "Somebody has to look at it before it goes to fulfillment."
    ACCEPTED = "accepted", "Somebody looked at it and let it go on."
    REJECTED = "rejected", "Somebody looked at it and gave it up."
    DROPPED = "dropped", "It was given up for another reason before anybody decided."


class FraudLevel(Status):
    LOW = "low", "A score below 30."
    ELEVATED = "elevated", "A score from 30 to 59."
    HIGH = "high", "A score of 60 or more."

    @classmethod
    def of(cls, score: int) -> "FraudLevel":
        if score < 30:
            return cls.LOW
        return cls.ELEVATED if score < 60 else cls.HIGH


@dataclass(frozen=True, kw_only=True)
class FraudSignal:
    """A rule that spoke against an order: how much it weighs and what it saw."""

    code: str
    points: int
    explanation: str
