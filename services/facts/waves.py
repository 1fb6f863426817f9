"""What is announced of waves."""

from dataclasses import dataclass

from services.actors import Permission
from services.facts.fact import Fact


@dataclass(frozen=True, kw_only=True)
class WaveFact(Fact):
    NEEDS = Permission.PICKING_READ

    location_id: int
    wave_id: int


@dataclass(frozen=True, kw_only=True)
class WaveCreated(WaveFact):
    """Fulfillments were put together to be picked in one walk."""

    fulfillments: int


class WaveStarted(WaveFact):
    """A picker took a wave; all of its fulfillments are being picked."""


@dataclass(frozen=True, kw_only=True)
class WaveFulfillmentRemoved(WaveFact):
    """A fulfillment was taken out of a wave."""

    fulfillment_id: int


class WaveDone(WaveFact):
    """Nothing of a wave is left to pick."""


class WaveCancelled(WaveFact):
    """A wave was dissolved; its fulfillments are picked one by one."""
