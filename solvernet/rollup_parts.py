"""Parts of a chain's section that make it a rollup: how it posts, how it proves, and how it sells its express lane."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from intents.boundary import Boundary

Positive = Annotated[float, Field(gt=0, le=1e12)]
Fraction = Annotated[float, Field(gt=0, le=1)]


class BatcherPart(Boundary):
    """The batcher: with one, the rollup is as safe and final as what is posted, and not after fixed times."""

    carrier: Literal["auto", "blobs", "calldata"] = "auto"
    """What carries batches: `auto` takes the cheaper at each."""

    compression: Fraction = 0.6
    """Bytes after compression over bytes before."""

    others_bytes: int = Field(default=180, gt=0)
    """Mean size of everybody else's transactions before compression."""

    every_s: Positive | None = None
    """Longest wait of a block; that of the preset if left out."""


class ProverPart(Boundary):
    """The prover of a rollup with validity proofs."""

    mean_s: Positive
    """Mean time that a proof takes."""

    sigma: float = Field(ge=0, le=2)
    """Standard deviation of the logarithm of that time."""

    aggregate: int = Field(gt=0)
    """Batches of one proof."""

    delay_s: float | None = Field(default=None, ge=0)
    """Time for which a proved batch is held back; that of the preset if left out."""


class LaneBidderPart(Boundary):
    """An arbitrageur who bids for the express lane."""

    share: Fraction
    """Part of what its pools lose to the market that it expects to win with the lane."""

    sigma: float = Field(ge=0, le=2)
    """Standard deviation of the logarithm of what it believes, from round to round."""


class LanePart(Boundary):
    """The auction of the express lane."""

    round_s: float = Field(default=60.0, ge=10)
    closing_s: float = Field(default=15.0, ge=5)
    reserve: Positive
    """Least price of a round, in ether."""

    beneficiary: str
    """Account that the proceeds go to."""

    bidders: Mapping[str, LaneBidderPart]
    """By arbitrageur."""
