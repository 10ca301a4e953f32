"""Bridges of a scenario file, told apart by their kind; a section without one is a liquidity bridge.

Of the two chains the first is where USDC is at home: lock-and-mint bridges lock it there and mint it on the second.
"""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from intents.boundary import Boundary
from solvernet.quantities import Dollars, Seconds
from solvernet.scenario_parts import Instant
from venues.bridges.canonical import DEPOSIT_CONFIRMATIONS
from venues.bridges.optimistic import LIVENESS_MS, VERDICT_MS

Percent = Annotated[float, Field(ge=0, lt=100)]
Positive = Annotated[float, Field(gt=0, le=1e12)]
Blocks = Annotated[int, Field(ge=0)]


class TravellersPart(Boundary):
    """Everybody else who moves USDC over a bridge."""

    per_hour: Positive
    """Mean number of transfers each way."""

    median: Positive
    """Dollars of a transfer; lognormal."""

    spread: float = Field(ge=0, le=5)
    """Standard deviation of the logarithm of the amount."""

    cash: Dollars
    """What they have on each chain at the start."""

    every_s: Positive = 30.0
    """How often they send what has come together."""


class AnyBridge(Boundary):
    """What every bridge says."""

    chains: tuple[str, str]
    travellers: TravellersPart | None = None

    @model_validator(mode="after")
    def _joins_two(self) -> "AnyBridge":
        if self.chains[0] == self.chains[1]:
            raise ValueError(f"a bridge joins two chains, not {self.chains[0]} with itself")
        return self


class BridgePart(AnyBridge):
    """A liquidity bridge."""

    kind: Literal["liquidity"] = "liquidity"
    liquidity: Dollars
    fee_percent: Percent
    fixed_fee: Dollars
    delay_s: Seconds
    """Median time from inclusion to arrival."""

    p99_s: Seconds = 0.0
    """99th percentile of that time; constant if zero."""


class LockingBridge(AnyBridge):
    """What lock-and-mint bridges say."""

    locked: Dollars
    """USDC locked on the first chain, and minted on the second, before the start."""

    reserve: Dollars = 0.0
    """What the bridge's reserve has on each chain, for what was paid and should not have been."""

    poll_s: Positive = 12.0
    """How often those who run the bridge look at it."""


class CanonicalPart(LockingBridge):
    """The bridge of a rollup, the second chain; what leaving it takes follows from its preset."""

    kind: Literal["canonical"]
    confirmations: Blocks = DEPOSIT_CONFIRMATIONS
    """Blocks by which the rollup stays behind the first chain."""


class PaidBridge(LockingBridge):
    """What bridges say that charge a fee."""

    fee_percent: Percent
    fixed_fee: Dollars


class FastPart(PaidBridge):
    """A bridge whose relayer fronts."""

    kind: Literal["fast"]
    confirmations: tuple[Blocks, Blocks]
    """Blocks on top of a transfer before it is fronted, by the chain it comes from."""

    reaction_s: Seconds
    """Median time from the block of a transfer until the relayer may act."""

    reaction_p99_s: Seconds = 0.0
    cap: Dollars
    cash: Dollars
    """The relayer's own money, on each chain."""


class LightClientPart(PaidBridge):
    """A bridge that believes proofs of finality."""

    kind: Literal["light_client"]
    proof_s: Seconds
    """Median time to make a proof once the source is final."""

    proof_p99_s: Seconds = 0.0


class ForgeryPart(Boundary):
    """A proposal of a transfer that nobody sent."""

    chain: str
    """Where the forger wants to be paid."""

    at: Instant
    cash: Positive


class OptimisticPart(PaidBridge):
    """A bridge that believes what nobody disputes."""

    kind: Literal["optimistic"]
    confirmations: tuple[Blocks, Blocks]
    """Blocks on top of a transfer before it is proposed, by the chain it comes from."""

    reaction_s: Seconds
    """Median time from the block of a transfer until the honest proposer may act."""

    reaction_p99_s: Seconds = 0.0
    liveness_s: Positive = LIVENESS_MS / 1000
    verdict_s: Positive = VERDICT_MS / 1000
    bond: Positive
    cap: Dollars
    cash: Dollars
    """What the proposer has on each chain, and the watcher too: bonds are paid from it."""

    watched: bool = True
    forgery: ForgeryPart | None = None

    @model_validator(mode="after")
    def _forges_at_an_end(self) -> "OptimisticPart":
        if self.forgery is not None and self.forgery.chain not in self.chains:
            raise ValueError(f"the forgery is on {self.forgery.chain}, where the bridge does not lead")
        return self


def _kind(value: object) -> str:
    kind = value.get("kind", "liquidity") if isinstance(value, dict) else getattr(value, "kind", "liquidity")
    return str(kind)


AnyBridgePart = Annotated[
    Annotated[BridgePart, Tag("liquidity")]
    | Annotated[CanonicalPart, Tag("canonical")]
    | Annotated[FastPart, Tag("fast")]
    | Annotated[LightClientPart, Tag("light_client")]
    | Annotated[OptimisticPart, Tag("optimistic")],
    Discriminator(_kind),
]
"""A section of `[bridges.NAME]`."""
