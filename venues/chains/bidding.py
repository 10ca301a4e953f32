"""What a sender offers for a place in a block, and how the offer is raised while it waits.

Before base fees the offer is a quantile of what recently got into blocks, with a premium, raised up to a cap;
afterwards it is a multiple of the base fee and a tip.
"""

from dataclasses import dataclass
from typing import Final, Protocol

from venues.chains.fees.replacement import BUMP_PERCENT
from venues.chains.rules import ChainRules

PERCENT: Final = 100


class Prices(Protocol):
    """What can be seen of a chain's prices at an instant."""

    @property
    def rules(self) -> ChainRules:
        """How the chain makes and prices its blocks."""

    @property
    def base_fee_wei(self) -> int:
        """Base fee of the next block; zero in a first-price auction."""

    def fee_quantile(self, quantile: float, blocks: int) -> int:
        """Return a quantile over recent blocks of the price that got in, in wei per gas."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bidding:
    """Numbers of the rule."""

    quantile: float
    """Quantile, over recent blocks, of the price that gets in."""

    window_blocks: int
    premium_percent: int
    """Price offered first, as a percentage of that quantile."""

    bump_after_blocks: int
    """Blocks a transaction waits before its price is raised."""

    cap_percent: int
    """Most that is ever offered for a step, as a percentage of its first offer."""

    base_fee_headroom_percent: int
    tip_wei: int

    def price(self, chain: Prices) -> int:
        """Return what is offered for a unit of gas now, in wei."""
        if chain.rules.base_fee is None:
            return chain.fee_quantile(self.quantile, self.window_blocks) * self.premium_percent // PERCENT
        return chain.base_fee_wei * self.base_fee_headroom_percent // PERCENT + self.tip_wei

    def expected_price(self, chain: Prices) -> int:
        """Return what a unit of gas is expected to cost: with a base fee, less than what is offered."""
        return self.price(chain) if chain.rules.base_fee is None else chain.base_fee_wei + self.tip_wei

    def cap(self, offered_wei: int) -> int:
        """Return the most that is offered for a step whose first offer was `offered_wei`."""
        return offered_wei * self.cap_percent // PERCENT

    def raised(self, offered_wei: int, current_wei: int, cap_wei: int) -> int | None:
        """Return the price of a replacement, or `None` if the pool would refuse it or the cap forbids it."""
        least = -(-offered_wei * BUMP_PERCENT // PERCENT)
        price = min(max(current_wei, least), cap_wei)
        return price if price >= least else None

    def raised_tip(self, tip_wei: int) -> int:
        """Return the tip of a replacement: the least that the pool takes in place of `tip_wei`."""
        return max(-(-tip_wei * BUMP_PERCENT // PERCENT), tip_wei + 1)
