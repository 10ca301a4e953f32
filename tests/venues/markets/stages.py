"""Venues of the newer kinds at random and by name, as stages of the test kit."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from hypothesis import strategies as st

from intents.assets import ETH, OPTION_UNIT, PRICE_UNIT, USDC, USDC_UNIT
from tests.venues.markets.random_venues import CHAIN, MARKET, OTHER, RULES, SYMBOL, amm, book, pool
from venues.markets.batch_book import BatchBook
from venues.markets.clob import OrderBook
from venues.markets.concentrated import ConcentratedPool, PoolTerms, concentrated_pool
from venues.markets.hybrid import Hybrid, HybridMarket, HybridRules, JitOffer, LimitOrder
from venues.markets.matched_book import MatchedBook
from venues.markets.math.lyra_fees import VarianceRules
from venues.markets.math.tick_math import Q96, tick_at
from venues.markets.math.tick_swap import Position
from venues.markets.option_amm import OptionAmm
from venues.markets.option_fees import VolFees
from venues.markets.rfq import RfqDesk
from venues.markets.rfq_quotes import FirmQuote, Request
from venues.markets.stable_swap import StablePool, StableToken
from venues.markets.standing import Standing
from venues.markets.tick_option_amm import TickMarket, TickOptionAmm, TickRange
from venues.markets.venue import Market, Side
from venues.markets.weighted import WeightedPool, WeightedToken
from venues.pricing.fixed_point import ONE
from venues.testing import Stage

WEI: Final = 10**18
DAI: Final = "DAI"
LOWER: Final = "ETH-27MAR20-120-P"
DAY_MS: Final = 86_400_000

VOL_FEES: Final = VolFees(
    price_once_ms=0,
    price_twice_ms=30 * DAY_MS,
    spot_once_ms=0,
    spot_twice_ms=30 * DAY_MS,
    vega_coefficient=100 * ONE,
    worth=500_000 * ONE,
    variance=VarianceRules(
        coefficient=ONE // 10,
        least_vega=ONE // 10,
        vega_slope=ONE // 50,
        least_skew=ONE,
        skew_slope=3 * ONE,
        reference_skew=ONE,
        least_variance=ONE,
        variance_slope=ONE * 3 // 2,
    ),
)


def ladder_book() -> OrderBook:
    """Return a book of six orders on each side."""
    return book([(5.0 - i / 2, 4.0) for i in range(6)], [(5.5 + i, 4.0) for i in range(6)])


def concentrated(ether_token: int = 0, price: float = 140.0, fee_pips: int = 3000) -> ConcentratedPool:
    """Return a pool with one position everywhere and two near the price, which is dollars for one ether."""
    root = int(math.sqrt(price * USDC_UNIT / WEI) * Q96)
    root = root if ether_token == 0 else Q96 * Q96 // root
    near = tick_at(root) // 60 * 60
    positions = [
        Position(-887220, 887220, 10**16),
        Position(near - 6000, near + 6000, 10**17),
        Position(near - 600, near + 1200, 3 * 10**17),
    ]
    terms = PoolTerms(fee_pips=fee_pips, spacing=60, ether_token=1 if ether_token else 0, sqrt_price=root)
    return concentrated_pool("ticks", CHAIN, terms, positions)


def weighted(ether: int = 4000, dollars: int = 140_000, percent: int = 80, fee: int = 3 * 10**15) -> WeightedPool:
    """Return a pool of ether and USDC where ether has `percent` of the weight."""
    tokens = (
        WeightedToken(symbol=ETH, balance=ether * WEI, weight=percent * WEI // 100, scaling=1),
        WeightedToken(symbol=USDC, balance=dollars * USDC_UNIT, weight=(100 - percent) * WEI // 100, scaling=10**12),
    )
    return WeightedPool(id="weights", chain=CHAIN, tokens=tokens, fee=fee)


def stable(ether: int = 4000, dollars: int = 400_000, amp: int = 200) -> StablePool:
    """Return a pool of ether at the oracle's price and USDC."""
    tokens = (
        StableToken(symbol=ETH, balance=ether * WEI, rate=WEI, by_oracle=True),
        StableToken(symbol=USDC, balance=dollars * USDC_UNIT, rate=10**30),
    )
    return StablePool(id="stable", chain=CHAIN, tokens=tokens, amp=amp * 100, fee=4 * 10**6, offpeg=2 * 10**10)


def three_tokens() -> StablePool:
    """Return a pool of two dollar tokens, ether and USDC, without a dynamic fee."""
    plain = stable()
    dai = StableToken(symbol=DAI, balance=500_000 * WEI, rate=WEI)
    return replace(plain, tokens=(*plain.tokens, dai), offpeg=10**10)


def ticks(place: int = 50) -> TickOptionAmm:
    """Return a market maker in a put and in a call that is nearly worthless at its lower end."""
    put = TickMarket(
        (
            TickRange(5 * WEI // 100, 8 * WEI // 100, 40 * OPTION_UNIT),
            TickRange(8 * WEI // 100, 12 * WEI // 100, 20 * OPTION_UNIT),
            TickRange(12 * WEI // 100, 30 * WEI // 100, 60 * OPTION_UNIT),
        ),
        place * OPTION_UNIT,
    )
    call = TickMarket(
        (
            TickRange(WEI // 1000, 8 * WEI // 100, 40 * OPTION_UNIT),
            TickRange(8 * WEI // 100, WEI // 5, 60 * OPTION_UNIT),
        ),
        30 * OPTION_UNIT,
    )
    return TickOptionAmm(id="ranges", chain=CHAIN, account="ranges", markets={SYMBOL: put, OTHER: call})


def hybrid(base: int = 1000, quote: int = 1010) -> Hybrid:
    """Return a hybrid whose put is worth about 11.24 dollars, with offers and orders on both sides of that."""
    here = HybridMarket(
        base=base * OPTION_UNIT,
        quote=quote * OPTION_UNIT,
        mark_vol=ONE,
        jit_asks=(JitOffer("near", 1000, 5 * OPTION_UNIT), JitOffer("far", 4000, 7 * OPTION_UNIT)),
        jit_bids=(JitOffer("near", 2000, 5 * OPTION_UNIT),),
        asks=(
            LimitOrder("seller", 15 * USDC_UNIT, 10 * OPTION_UNIT),
            LimitOrder("rival", 11_900_000, 3 * OPTION_UNIT),
        ),
        bids=(LimitOrder("buyer", 11 * USDC_UNIT, 10 * OPTION_UNIT),),
    )
    rules = HybridRules(slots=10, tick=1000, spread_ppm=2000, fee_ppm=1000)
    return Hybrid(id="mix", chain=CHAIN, account="mix", fee_account="mix.fees", rules=rules, markets={SYMBOL: here})


SPREAD: Final = f"1*{SYMBOL}&-1*{LOWER}"


def firm(maker: str, side: Side, dollars: float, options: float, *, whole: bool = False) -> FirmQuote:
    """Return a quote given at the start of the blind period of `desk`."""
    return FirmQuote(
        maker=maker,
        side=side,
        price=round(dollars * USDC_UNIT),
        quantity=round(options * OPTION_UNIT),
        whole=whole,
        given_ms=MARKET.now_ms - 9_000,
        until_ms=MARKET.now_ms + 60_000,
        delta=-(10**8),
        vega=2 * 10**8,
    )


def desk(structure: str = SPREAD, whole_ask: float = 4.9, whole_bid: float = 4.2) -> RfqDesk:
    """Return a desk with one request for twelve of a structure, answered by two makers for any part and one for all."""
    quotes = (
        firm("alpha", "buy", 5.0, 7),
        firm("beta", "buy", 5.2, 12),
        firm("gamma", "buy", whole_ask, 12, whole=True),
        firm("alpha", "sell", 4.1, 5),
        firm("beta", "sell", 4.0, 9),
        firm("gamma", "sell", whole_bid, 12, whole=True),
    )
    start = MARKET.now_ms - 10_000
    request = Request(
        amount=12 * OPTION_UNIT,
        opened_ms=start,
        visible_ms=start + 5_000,
        until_ms=start + 300_000,
        quotes=quotes,
    )
    return RfqDesk(
        id="desk", chain=CHAIN, fee_account="desk.fees", blind_ms=5_000, life_ms=300_000, requests={structure: request}
    )


def standing(*levels: tuple[str, Side, float, float]) -> tuple[Standing, ...]:
    """Return orders of owners on a side, with price in dollars and size in options."""
    return tuple(
        Standing(number, owner, side, round(price * USDC_UNIT), round(size * OPTION_UNIT))
        for number, (owner, side, price, size) in enumerate(levels, 1)
    )


ORDERS: Final = standing(
    ("alpha", "sell", 5.5, 4),
    ("beta", "sell", 5.5, 6),
    ("beta", "sell", 6.1, 4),
    ("alpha", "sell", 7.0, 9),
    ("alpha", "buy", 5.0, 3),
    ("beta", "buy", 4.9, 7),
    ("alpha", "buy", 4.9, 2),
)


def matched_book(**rules: str) -> MatchedBook:
    """Return a book of two makers, with three prices on one side and two on the other."""
    return MatchedBook(id="clob", chain=CHAIN, fee_account="f", orders={SYMBOL: ORDERS, OTHER: ()}, next_id=9, **rules)  # type: ignore[arg-type]


def batch_book() -> BatchBook:
    """Return the same orders, waiting for a batch."""
    return BatchBook(
        id="batches",
        chain=CHAIN,
        fee_account="f",
        orders={SYMBOL: ORDERS, OTHER: ()},
        next_id=9,
        interval_ms=10_000,
        ends_ms=MARKET.now_ms + 3_000,
    )


def costly_amm() -> OptionAmm:
    """Return an option market maker that charges for time, vega and variance."""
    return amm(rules=replace(RULES, vol_fees=VOL_FEES))


STAGES: Final[dict[str, Stage]] = {
    "constant product": Stage(venue=pool(), instrument=ETH, market=MARKET),
    "concentrated, ether first": Stage(venue=concentrated(0), instrument=ETH, market=MARKET),
    "concentrated, ether second": Stage(venue=concentrated(1), instrument=ETH, market=MARKET),
    "weighted": Stage(venue=weighted(), instrument=ETH, market=MARKET),
    "weighted, half and half": Stage(venue=weighted(1000, 140_000, 50), instrument=ETH, market=MARKET),
    "stable": Stage(venue=stable(), instrument=ETH, market=MARKET),
    "stable, three tokens": Stage(venue=three_tokens(), instrument=DAI, market=MARKET),
    "option maker": Stage(venue=amm(), instrument=SYMBOL, market=MARKET),
    "option maker, all fees": Stage(venue=costly_amm(), instrument=SYMBOL, market=MARKET),
    "ticks, put": Stage(venue=ticks(), instrument=SYMBOL, market=MARKET),
    "ticks, call": Stage(venue=ticks(), instrument=OTHER, market=MARKET),
    "hybrid": Stage(venue=hybrid(), instrument=SYMBOL, market=MARKET),
    "hybrid, virtual maker below the oracle": Stage(venue=hybrid(1100, 1000), instrument=SYMBOL, market=MARKET),
    "desk, spread": Stage(venue=desk(), instrument=SPREAD, market=MARKET),
    "desk, single option": Stage(venue=desk(SYMBOL), instrument=SYMBOL, market=MARKET),
    "desk, nothing is cheaper whole": Stage(venue=desk(SYMBOL, 6.0, 3.0), instrument=SYMBOL, market=MARKET),
    "matched book": Stage(venue=matched_book(), instrument=SYMBOL, market=MARKET, rounding=16),
    "matched book, pro-rata": Stage(
        venue=matched_book(allocation="pro_rata"), instrument=SYMBOL, market=MARKET, rounding=16
    ),
    "batch book": Stage(venue=batch_book(), instrument=SYMBOL, market=MARKET, rounding=16),
    "order book": Stage(venue=ladder_book(), instrument=SYMBOL, market=MARKET, rounding=16),
}
"""One venue of each kind, and the variants that differ in how they compute."""


def _stage(venue: object, instrument: str, market: Market = MARKET) -> Stage:
    return Stage(venue=venue, instrument=instrument, market=market)  # type: ignore[arg-type]


RANDOM: Final[dict[str, Callable[[], st.SearchStrategy[Stage]]]] = {
    "concentrated": lambda: st.builds(
        lambda token, price, fee: _stage(concentrated(token, price, fee), ETH),
        st.integers(0, 1),
        st.floats(20.0, 5000.0),
        st.sampled_from([100, 500, 3000, 10_000]),
    ),
    "weighted": lambda: st.builds(
        lambda ether, dollars, percent, fee: _stage(weighted(ether, dollars, percent, fee * 10**14), ETH),
        st.integers(10, 10**6),
        st.integers(1000, 10**8),
        st.integers(10, 90),
        st.integers(1, 300),
    ),
    "stable": lambda: st.builds(
        lambda ether, per_cent, amp, spot: _stage(
            stable(ether, ether * spot * per_cent // 100, amp), ETH, replace(MARKET, spot=spot * PRICE_UNIT)
        ),
        st.integers(100, 10**5),
        st.integers(30, 300),
        st.integers(5, 2000),
        st.integers(60, 4000),
    ),
    "ticks": lambda: st.builds(
        lambda place, name, spot: _stage(ticks(place), name, replace(MARKET, spot=spot * PRICE_UNIT)),
        st.integers(1, 119),
        st.sampled_from([SYMBOL, OTHER]),
        st.integers(60, 300),
    ),
    "hybrid": lambda: st.builds(
        lambda base, skew: _stage(hybrid(base, base * skew // 1000), SYMBOL),
        st.integers(100, 10**5),
        st.integers(700, 1300),
    ),
}
