"""Hybrid market in the manner of Drift: a just-in-time auction, resting orders and a virtual market maker behind them.

A taker's order opens an auction at the oracle's price that gives way slot by slot. Makers with standing just-in-time
offers join at the first slot that is good enough for them, resting orders trade when the auction reaches their price,
and the virtual maker fills between. Whoever is cheapest trades first, so the outcome is one supply curve, walked from
its cheap end. The virtual maker is re-pegged to the oracle before every order, keeps a constant product, and never
sells below the oracle's price nor buys above it. Rules of drift-labs/protocol-v2, commit 0ae3e3b1; Drift trades
perpetual futures, here the oracle's price is the model price of an option at a volatility that the venue is told.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final, Literal

from intents.assets import OPTION_UNIT, USDC_UNIT
from intents.boundary import Amount
from intents.lifecycle import Cause
from intents.options import parse_series
from venues.markets.hybrid_supply import Level, Supply
from venues.markets.ladder import earning
from venues.markets.math import jit_auction
from venues.markets.pool import Deal, Pool
from venues.markets.venue import Admission, Arbitrage, Market, Share, Side, Status, Unfilled
from venues.pricing import black76, fixed_point

PPM: Final = 1_000_000

_MARK_SCALE: Final = fixed_point.ONE // USDC_UNIT


@dataclass(frozen=True, slots=True)
class JitOffer:
    """A maker's standing offer to join auctions."""

    owner: str
    edge_ppm: int
    """Least distance from the oracle's price at which it joins, in millionths, to the maker's advantage."""

    quantity: Amount


@dataclass(frozen=True, slots=True)
class LimitOrder:
    """A resting order."""

    owner: str
    price: Amount
    """USDC base units for one option."""

    quantity: Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class HybridMarket:
    """One series."""

    base: Amount
    quote: Amount
    """Reserves of the virtual maker; their ratio is its price in units of the oracle's."""

    mark_vol: Amount
    """Volatility of the model price, times `fixed_point.ONE`."""

    jit_asks: tuple[JitOffer, ...] = ()
    jit_bids: tuple[JitOffer, ...] = ()
    asks: tuple[LimitOrder, ...] = ()
    bids: tuple[LimitOrder, ...] = ()
    """Offers and orders in the order of arrival."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HybridRules:
    """Parameters of a hybrid venue."""

    slots: int
    """Length of an auction."""

    tick: Amount
    """Grid of auction prices, in USDC base units."""

    spread_ppm: int
    """Half the spread of the virtual maker, in millionths of its price."""

    fee_ppm: int
    """Taker fee, in millionths of the premium."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hybrid(Pool):
    """A venue for many series; the virtual maker's money and positions are in the clearing house under `account`."""

    id: str
    chain: str
    account: str
    fee_account: str
    rules: HybridRules
    markets: dict[str, HybridMarket]
    gas: int = 220_000
    status: Status = "available"
    kind: Literal["hybrid"] = "hybrid"

    def instruments(self) -> tuple[str, ...]:
        """Return the listed series."""
        return tuple(self.markets)

    def admission(self, market: Market) -> Admission:
        """Return whether the venue takes orders; nobody can tell without an oracle price."""
        return "unknown" if market.spot <= 0 and self.status == "available" else self.status

    def mark(self, instrument: str, market: Market) -> int:
        """Return the oracle's price of a series, in USDC base units for one option, at least a tick."""
        vol = self.markets[instrument].mark_vol
        price = black76.option_price(parse_series(instrument), market.spot, vol, market.now_ms)
        return max(jit_auction.on_grid(price // _MARK_SCALE, self.rules.tick, up=False), self.rules.tick)

    def deal(self, instrument: str, side: Side, quantity: int, market: Market) -> "Deal[Hybrid] | Unfilled":
        """Return the walk along the supply curve."""
        if market.now_ms >= parse_series(instrument).expiry_ms:
            return Unfilled(Cause.NO_LIQUIDITY, f"{instrument} has expired")
        supply = self._supply(instrument, side, market)
        if quantity > supply.capacity():
            return self.too_thin(instrument, quantity)
        virtual, takes = supply.allocate(quantity)
        shares, total = self._shares(side, supply, virtual, takes)
        fee = -(-total * self.rules.fee_ppm // PPM)
        fee = fee if side == "buy" else min(fee, total)
        after = replace(
            self, markets=self.markets | {instrument: self._taken(instrument, side, supply, virtual, takes)}
        )
        cash = total + fee if side == "buy" else total - fee
        return Deal(after, cash, fee, (*shares, Share(self.fee_account, 0, fee)))

    def depth(self, instrument: str, side: Side, market: Market) -> int:
        """Return all offers and orders, and a tenth of the virtual maker's reserve."""
        supply = self._supply(instrument, side, market)
        return sum(level.quantity for level in supply.levels) + supply.base // 10

    def most(self, instrument: str, side: Side, market: Market) -> int:
        """Return all offers and orders, and half of the virtual maker's reserve."""
        if market.now_ms >= parse_series(instrument).expiry_ms:
            return 0
        return self._supply(instrument, side, market).capacity()

    def worst_after(self, instrument: str, side: Side, prior: int, market: Market) -> "Hybrid | None":
        """Return the venue after one trade of `prior`: the pieces do not matter but for roundings."""
        if prior == 0:
            return self
        deal = self.deal(instrument, side, prior, market)
        return None if isinstance(deal, Unfilled) else deal.after

    def marginal_price(self, instrument: str, side: Side, market: Market) -> float | None:
        """Return the price of the next base unit, fee included."""
        if self.capacity(instrument, side, market) == 0:
            return None
        sign = 1 if side == "buy" else -1
        return (
            self._supply(instrument, side, market).first_price() / OPTION_UNIT * (1 + sign * self.rules.fee_ppm / PPM)
        )

    def best_trade(self, instrument: str, side: Side, price: float, market: Market) -> Arbitrage | None:
        """Return the supply up to the price elsewhere, the fee taken off."""
        if self.capacity(instrument, side, market) == 0:
            return None
        sign = 1 if side == "buy" else -1
        kept = 1 + sign * self.rules.fee_ppm / PPM
        quantity, total = self._supply(instrument, side, market).up_to(price * OPTION_UNIT / kept)
        return earning(instrument, side, quantity, total / OPTION_UNIT * kept, price)

    def _supply(self, instrument: str, side: Side, market: Market) -> Supply:
        """Return what trades against one side of takers."""
        here, mark = self.markets[instrument], self.mark(instrument, market)
        return Supply(
            side=side,
            mark=mark,
            base=here.base,
            quote=here.quote,
            spread_ppm=self.rules.spread_ppm,
            levels=tuple(self._levels(here, side, mark)),
        )

    def _levels(self, here: HybridMarket, side: Side, mark: int) -> Iterator[Level]:
        """Yield resting orders and just-in-time offers, best first; at equal prices orders before offers."""
        sign = 1 if side == "buy" else -1
        start, end = jit_auction.auction_prices(mark, 0, long=side == "buy")
        orders, offers = (here.asks, here.jit_asks) if side == "buy" else (here.bids, here.jit_bids)
        found = [Level(order.price, order.quantity, order.owner, "order", i) for i, order in enumerate(orders)]
        for i, offer in enumerate(offers):
            wanted = mark + sign * -(-mark * offer.edge_ppm // PPM)
            slot = jit_auction.joining_slot(start, end, wanted, self.rules.slots, self.rules.tick)
            if slot is not None:
                price = jit_auction.auction_price(start, end, slot, self.rules.slots, self.rules.tick)
                found.append(Level(price, offer.quantity, offer.owner, "offer", i))
        yield from sorted(found, key=lambda level: (sign * level.price, level.kind == "offer", level.index))

    def _shares(self, side: Side, supply: Supply, virtual: int, takes: tuple[int, ...]) -> tuple[list[Share], int]:
        """Return what every counterparty gives and gets, and the premium of all."""
        sign = 1 if side == "buy" else -1
        shares = []
        for level, taken in zip(supply.levels, takes, strict=True):
            if taken:
                cash = -(-level.price * taken // OPTION_UNIT) if side == "buy" else level.price * taken // OPTION_UNIT
                shares.append(Share(level.owner, -sign * taken, sign * cash))
        if virtual:
            shares.append(Share(self.account, -sign * virtual, sign * supply.virtual_cash(virtual)))
        return shares, sign * sum(share.cash for share in shares)

    def _taken(self, instrument: str, side: Side, supply: Supply, virtual: int, takes: tuple[int, ...]) -> HybridMarket:
        """Return the market of a series after a trade."""
        here = self.markets[instrument]
        gone = {(level.kind, level.index): taken for level, taken in zip(supply.levels, takes, strict=True)}
        orders, offers = (here.asks, here.jit_asks) if side == "buy" else (here.bids, here.jit_bids)
        kept = tuple(replace(o, quantity=o.quantity - gone.get(("order", i), 0)) for i, o in enumerate(orders))
        left = tuple(replace(o, quantity=o.quantity - gone.get(("offer", i), 0)) for i, o in enumerate(offers))
        kept, left = tuple(o for o in kept if o.quantity), tuple(o for o in left if o.quantity)
        base, quote = supply.moved(virtual)
        if side == "buy":
            return replace(here, base=base, quote=quote, asks=kept, jit_asks=left)
        return replace(here, base=base, quote=quote, bids=kept, jit_bids=left)


def rest(venue: Hybrid, instrument: str, side: Side, order: LimitOrder, market: Market) -> Hybrid | Unfilled:
    """Return the venue with a resting order added, or why it may not rest.

    An order that is better than the oracle's price for takers of its side would be taken in an auction at once, and one
    that crosses the other side would trade; neither rests.
    """
    here, mark = venue.markets[instrument], venue.mark(instrument, market)
    crosses = order.price > mark if side == "buy" else order.price < mark
    if crosses or order.quantity <= 0:
        return Unfilled(Cause.REJECTED, f"{instrument}: an order at {order.price} would trade at once at {mark}")
    changed = replace(here, bids=(*here.bids, order)) if side == "buy" else replace(here, asks=(*here.asks, order))
    return replace(venue, markets=venue.markets | {instrument: changed})
