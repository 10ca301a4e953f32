"""Calls that keep a hybrid venue going: the volatilities it is told, and the offers of its makers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from venues.chain_state import ChainState
from venues.chains.transaction import Applied, Block, Reverted
from venues.markets.hybrid import Hybrid, HybridMarket, JitOffer

TELL_GAS = 45_000
GAS_PER_VOL = 5_500
"""One slot of storage changed; assumed, as all gas of venues here."""

OFFER_GAS = 45_000
GAS_PER_OFFER = 9_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TellVols:
    """Tell a hybrid venue the volatility of each series."""

    venue: str
    vols: Mapping[str, int]
    """Volatility of each series, times `fixed_point.ONE`."""

    until_ms: int
    """Last block time at which the news are still news."""

    @property
    def gas(self) -> int:
        """Gas, by the number of series."""
        return TELL_GAS + GAS_PER_VOL * len(self.vols)

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the volatilities in force."""
        venue = _open_hybrid(state, self.venue, self.until_ms, block)
        if isinstance(venue, Reverted):
            return venue
        told = {name: replace(venue.markets[name], mark_vol=vol) for name, vol in self.vols.items()}
        return Applied(state.with_venue(replace(venue, markets=venue.markets | told)))


@dataclass(frozen=True, slots=True, kw_only=True)
class RenewOffers:
    """Replace all just-in-time offers of one maker: the same on both sides of each series named."""

    venue: str
    maker: str
    edge_ppm: int
    quantity: int
    """Base units on each side; none are left where it is zero."""

    until_ms: int
    listed: int
    """Number of series at the venue: it sets the gas."""

    @property
    def gas(self) -> int:
        """Gas, by the number of offers."""
        return OFFER_GAS + GAS_PER_OFFER * 2 * self.listed

    def apply(self, state: ChainState, block: Block) -> Applied[ChainState] | Reverted:
        """Return the state with the maker's offers renewed."""
        venue = _open_hybrid(state, self.venue, self.until_ms, block)
        if isinstance(venue, Reverted):
            return venue
        if venue.status in {"unavailable", "unknown"}:
            return Reverted(f"halted: {self.venue} is {venue.status}")
        renew = self._renewed if venue.status == "available" else self._cut
        markets = {name: renew(market) for name, market in venue.markets.items()}
        return Applied(state.with_venue(replace(venue, markets=markets)))

    def _cut(self, market: HybridMarket) -> HybridMarket:
        """Return a market in which no offer of the maker is larger than stated, or has another edge."""
        return replace(market, jit_asks=self._smaller(market.jit_asks), jit_bids=self._smaller(market.jit_bids))

    def _smaller(self, offers: tuple[JitOffer, ...]) -> tuple[JitOffer, ...]:
        kept = ((o, self._most(o)) for o in offers)
        return tuple(replace(offer, quantity=min(offer.quantity, most)) for offer, most in kept if most)

    def _most(self, offer: JitOffer) -> int:
        if offer.owner != self.maker:
            return offer.quantity
        return self.quantity if offer.edge_ppm == self.edge_ppm else 0

    def _renewed(self, market: HybridMarket) -> HybridMarket:
        own = (JitOffer(self.maker, self.edge_ppm, self.quantity),) if self.quantity else ()
        asks = tuple(offer for offer in market.jit_asks if offer.owner != self.maker)
        bids = tuple(offer for offer in market.jit_bids if offer.owner != self.maker)
        return replace(market, jit_asks=(*asks, *own), jit_bids=(*bids, *own))


def _open_hybrid(state: ChainState, venue_id: str, until_ms: int, block: Block) -> Hybrid | Reverted:
    venue = state.venues.get(venue_id)
    if not isinstance(venue, Hybrid):
        return Reverted(f"reverted: {venue_id} is not a hybrid venue")
    if block.time_ms > until_ms:
        return Reverted(f"late: block {block.number} is past the deadline")
    return venue
