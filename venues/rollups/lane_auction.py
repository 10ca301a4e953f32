"""Who bids for the express lane, and the auctioneer who opens the bids.

The lane is worth what its holder wins by being first: of two traders who see the same price, the first takes what a
pool loses to the market. For a constant-product pool that is an eighth of the squared volatility, as a share of its
value and a year. What each bidder believes of it differs from round to round.

Source of the rate: Milionis, Moallemi, Roughgarden, Zhang, "Automated market making and loss-versus-rebalancing", 2022.
"""

import math
from dataclasses import dataclass
from typing import Final

from venues.calls.express import ResolveRound
from venues.chain_state import ChainState
from venues.chains.timeboost import Bid, RoundRules, ranked
from venues.chains.transaction import Transaction
from venues.markets.cpmm import SpotPool
from venues.seeds import SeedPath, generator
from venues.view import Offer, View

YEAR_MS: Final = 365 * 24 * 3_600_000
HEADROOM: Final = 4
PPM: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneBidder:
    """A trader who bids what a round of being first is worth to them."""

    account: str
    """Account that trades and pays."""

    pools: tuple[str, ...]
    share_ppm: int
    """Part of the pools' loss that it expects to win with the lane, in millionths."""

    sigma: float
    """Standard deviation of the logarithm of what it believes."""

    seed: SeedPath

    def bid(self, view: View, state: ChainState, number: int, rules: RoundRules, now_ms: int) -> Bid:
        """Return its sealed bid for a round; no more than it has."""
        belief = math.exp(self.sigma * float(generator(*self.seed, number).standard_normal()) - self.sigma**2 / 2)
        years = rules.round_ms / YEAR_MS
        ether = sum(2 * pool.ether for pool in map(state.venues.get, self.pools) if isinstance(pool, SpotPool))
        loss_wei = view.truth.level.at(now_ms) ** 2 / 8 * years * ether
        worth_wei = round(loss_wei * self.share_ppm / PPM * belief)
        return Bid(self.account, min(worth_wei, state.wallets.get(self.account, 0)))


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneAuctioneer:
    """Takes the bids for each round when they close, and sends the highest two to the contract."""

    name: str
    chain: str
    rules: RoundRules
    bidders: tuple[LaneBidder, ...]

    def next_ms(self, now_ms: int) -> int:
        """Return when bids close next."""
        closing_ms = self.rules.origin_ms - self.rules.closing_ms
        return now_ms - (now_ms - closing_ms) % self.rules.round_ms + self.rules.round_ms

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Settle the next round, if anybody bids enough."""
        chain, state = view.chain(self.chain), view.state(self.chain)
        number = self.rules.round_at(now_ms) + 1
        bids = [bidder.bid(view, state, number, self.rules, now_ms) for bidder in self.bidders]
        best = tuple(bid for bid in ranked(bids, number) if bid.amount_wei >= self.rules.reserve_wei)[:2]
        if not best:
            return ()
        transaction = Transaction(
            id=f"{self.name}:{number}",
            sender=self.name,
            call=ResolveRound(round=number, bids=best),
            max_fee_wei=HEADROOM * chain.base_fee_wei,
            submitted_ms=now_ms,
        )
        return (Offer(self.chain, transaction),)
