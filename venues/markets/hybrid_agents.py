"""Who keeps a hybrid venue going: the keeper that tells it volatilities, and a maker with standing offers.

Both reach the venue by transactions: on a crowded chain its volatilities grow old, and offers that were taken are not
renewed.
"""

from dataclasses import dataclass
from typing import Final

from venues.calls.hybrid_upkeep import RenewOffers, TellVols
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.transaction import Call, Transaction
from venues.pricing.fixed_point import ONE
from venues.view import Offer, View

TIP_WEI: Final = 50_000_000
FEE_HEADROOM: Final = 3
FEE_BLOCKS: Final = 10
"""Blocks over which a first-price chain's going price is looked up."""

_VOL_DIGITS: Final = 10**6
"""Volatilities are told to a millionth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VolKeeper:
    """Tells a venue the market's volatility of each series that has not expired."""

    name: str
    chain: str
    venue: str
    period_ms: int
    offset_ms: int

    def next_ms(self, now_ms: int) -> int:
        """Return the time of its next message."""
        return now_ms - (now_ms - self.offset_ms) % self.period_ms + self.period_ms

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Send the volatilities of the present."""
        listed = view.state(self.chain).venues[self.venue].instruments()
        _, terms, vols = view.truth.vols(listed, now_ms)
        told = {
            name: round(float(vols[i]) * _VOL_DIGITS) * (ONE // _VOL_DIGITS)
            for i, name in enumerate(listed)
            if terms.expiries_ms[i] > now_ms
        }
        call = TellVols(venue=self.venue, vols=told, until_ms=now_ms + self.period_ms)
        return (_offer(self.name, view.chain(self.chain), call, now_ms),)


@dataclass(frozen=True, slots=True, kw_only=True)
class JitMaker:
    """Keeps offers of one size and one edge on both sides of every series, and leaves when volatility is too high."""

    name: str
    chain: str
    venue: str
    edge_ppm: int
    quantity: int
    """Base units."""

    leave_vol: float
    refresh_ms: int
    offset_ms: int

    def next_ms(self, now_ms: int) -> int:
        """Return the time of its next refresh."""
        return now_ms - (now_ms - self.offset_ms) % self.refresh_ms + self.refresh_ms

    def act(self, view: View, now_ms: int) -> tuple[Offer, ...]:
        """Renew its offers, or take them back."""
        stays = view.truth.level.at(now_ms) < self.leave_vol
        call = RenewOffers(
            venue=self.venue,
            maker=self.name,
            edge_ppm=self.edge_ppm,
            quantity=self.quantity if stays else 0,
            until_ms=now_ms + self.refresh_ms,
            listed=len(view.state(self.chain).venues[self.venue].instruments()),
        )
        return (_offer(self.name, view.chain(self.chain), call, now_ms),)


def _offer(name: str, chain: Chain[ChainState], call: Call[ChainState], now_ms: int) -> Offer:
    going = chain.base_fee_wei * FEE_HEADROOM if chain.rules.base_fee else chain.fee_quantile(0.5, FEE_BLOCKS)
    transaction = Transaction(
        id=f"{name}:{now_ms}",
        sender=name,
        call=call,
        max_fee_wei=going + TIP_WEI,
        tip_wei=TIP_WEI if chain.rules.base_fee else 0,
        submitted_ms=now_ms,
    )
    return Offer(chain.id, transaction)
