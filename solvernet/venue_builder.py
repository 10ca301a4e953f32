"""Building the venues of a scenario, what they hold in the clearing house, and who keeps them going."""

from collections.abc import Iterator
from itertools import pairwise

from intents.assets import ETH_UNIT, PRICE_UNIT, USDC_UNIT
from intents.options import OptionSeries, parse_expiry
from solvernet import book_builder, desk_builder, rules
from solvernet.desk_parts import BatchBookPart, MatchedBookPart, RfqPart
from solvernet.market_parts import ConcentratedPart, HybridPart, TickAmmPart
from solvernet.scenario import Scenario
from solvernet.scenario_parts import AmmPart, BookPart, PoolPart
from venues.clearing import Account
from venues.markets.clob import EMPTY_BOOK, OrderBook
from venues.markets.concentrated import ConcentratedPool, PoolTerms, concentrated_pool
from venues.markets.cpmm import SpotPool
from venues.markets.hybrid import Hybrid, HybridMarket
from venues.markets.hybrid_agents import JitMaker, VolKeeper
from venues.markets.kinds import AnyVenue
from venues.markets.option_amm import Board, OptionAmm
from venues.markets.tick_option_amm import TickMarket, TickOptionAmm, TickRange
from venues.truth import Truth
from venues.view import Agent


class VenueBuilder:
    """Builds the venues of one world."""

    def __init__(self, scenario: Scenario, truth: Truth, birth_ms: int) -> None:
        self._scenario = scenario
        self._truth = truth
        self._birth_ms = birth_ms

    def venues(self, name: str) -> Iterator[AnyVenue]:
        """Yield the venues of a chain of the scenario."""
        chain = self._scenario.chains[name].caip2
        for venue_id, part in self._scenario.venues.items():
            if part.chain == name:
                yield self._venue(venue_id, chain, part)

    def accounts(self, name: str) -> Iterator[tuple[str, Account]]:
        """Yield the accounts that venues of a chain, and the makers inside them, start with."""
        for venue_id, part in self._scenario.venues.items():
            if part.chain == name and isinstance(part, AmmPart | TickAmmPart | HybridPart):
                yield venue_id, Account(rules.usdc(part.cash), rules.wei(part.ether))
                if isinstance(part, HybridPart) and part.jit:
                    yield jit_maker(venue_id), Account(rules.usdc(part.jit.cash), rules.wei(part.jit.ether))
        yield from desk_builder.accounts(self._scenario, name)
        yield from book_builder.accounts(self._scenario, name)

    def services(self, name: str) -> tuple[str, ...]:
        """Return the senders, beside accounts, that keep venues of a chain going and pay for gas."""
        parts = self._scenario.venues.items()
        told = [vol_keeper(venue) for venue, part in parts if part.chain == name and isinstance(part, HybridPart)]
        return (*told, *book_builder.services(self._scenario, name))

    def agents(self) -> Iterator[Agent]:
        """Yield those who keep venues going."""
        yield from desk_builder.agents(self._scenario)
        yield from book_builder.agents(self._scenario)
        for venue_id, part in self._scenario.venues.items():
            if not isinstance(part, HybridPart):
                continue
            chain = self._scenario.chains[part.chain].caip2
            yield VolKeeper(
                name=vol_keeper(venue_id),
                chain=chain,
                venue=venue_id,
                period_ms=rules.ms(part.vols_every_s),
                offset_ms=rules.ms(part.vols_offset_s),
            )
            if part.jit:
                yield JitMaker(
                    name=jit_maker(venue_id),
                    chain=chain,
                    venue=venue_id,
                    edge_ppm=rules.ppm(part.jit.edge_percent),
                    quantity=rules.option(part.jit.size),
                    leave_vol=part.jit.leave_vol,
                    refresh_ms=rules.ms(part.jit.refresh_s),
                    offset_ms=rules.ms(part.jit.offset_s),
                )

    def _venue(
        self,
        venue_id: str,
        chain: str,
        part: BookPart
        | AmmPart
        | PoolPart
        | ConcentratedPart
        | TickAmmPart
        | HybridPart
        | RfqPart
        | MatchedBookPart
        | BatchBookPart,
    ) -> AnyVenue:
        if isinstance(part, BookPart):
            books = dict.fromkeys([*self._series(), *exotic_series(self._scenario)], EMPTY_BOOK)
            return OrderBook(id=venue_id, chain=chain, books=books, fee_account=f"{venue_id}.fees")
        if isinstance(part, AmmPart):
            boards = self._boards()
            return OptionAmm(id=venue_id, chain=chain, account=venue_id, rules=rules.amm_rules(part), boards=boards)
        if isinstance(part, PoolPart):
            ether = rules.wei(part.ether)
            cash = ether * self._truth.price(self._birth_ms) * USDC_UNIT // (ETH_UNIT * PRICE_UNIT)
            return SpotPool(id=venue_id, chain=chain, ether=ether, cash=cash)
        if isinstance(part, ConcentratedPart):
            return self._concentrated(venue_id, chain, part)
        if isinstance(part, TickAmmPart):
            return self._tick_amm(venue_id, chain, part)
        if isinstance(part, RfqPart):
            return desk_builder.desk(self._scenario, venue_id, chain, part)
        if isinstance(part, MatchedBookPart):
            return book_builder.matched_book(venue_id, chain, part, self._series())
        if isinstance(part, BatchBookPart):
            return book_builder.batch_book(venue_id, chain, part, self._series())
        return self._hybrid(venue_id, chain, part)

    def _concentrated(self, venue_id: str, chain: str, part: ConcentratedPart) -> ConcentratedPool:
        price = self._truth.price(self._birth_ms)
        terms = PoolTerms(
            fee_pips=rules.ppm(part.fee_percent),
            spacing=part.spacing,
            ether_token=0,
            sqrt_price=rules.sqrt_price(price),
        )
        positions = [rules.position(item, price, part.spacing) for item in part.ranges]
        return concentrated_pool(venue_id, chain, terms, positions)

    def _tick_amm(self, venue_id: str, chain: str, part: TickAmmPart) -> TickOptionAmm:
        return TickOptionAmm(
            id=venue_id,
            chain=chain,
            account=venue_id,
            markets=self._tick_markets(part),
            premium_fee=rules.one(part.premium_fee_percent / 100),
            notional_fee=rules.one(part.notional_fee_percent / 100),
        )

    def _tick_markets(self, part: TickAmmPart) -> dict[str, TickMarket]:
        """Return markets that stand in the middle of their ranges, at the fair price."""
        size, symbols = rules.option(part.size), self._series()
        spot = self._truth.price(self._birth_ms) / PRICE_UNIT
        markets = {}
        for symbol, fair in zip(symbols, self._truth.fair(symbols, self._birth_ms), strict=True):
            strike, right = float(symbol.split("-")[2]), symbol[-1]
            price = float(fair) / (strike if right == "P" else spot)
            if price < part.least_price:
                continue
            ends = [rules.one(price * (1 + k * part.width)) for k in range(-part.ranges, part.ranges + 1)]
            ranges = tuple(TickRange(lower, upper, size) for lower, upper in pairwise(ends))
            markets[symbol] = TickMarket(ranges, size * part.ranges)
        return markets

    def _hybrid(self, venue_id: str, chain: str, part: HybridPart) -> Hybrid:
        symbols, depth = self._series(), rules.option(part.depth)
        _, _, vols = self._truth.vols(symbols, self._birth_ms)
        markets = {
            symbol: HybridMarket(base=depth, quote=depth, mark_vol=rules.one(float(vol)))
            for symbol, vol in zip(symbols, vols, strict=True)
        }
        return Hybrid(
            id=venue_id,
            chain=chain,
            account=venue_id,
            fee_account=f"{venue_id}.fees",
            rules=rules.hybrid_rules(part),
            markets=markets,
        )

    def _series(self) -> list[str]:
        market = self._scenario.market
        return [
            OptionSeries(market.underlying, parse_expiry(expiry), strike * PRICE_UNIT, right).symbol
            for expiry in market.expiries
            for strike in market.strikes
            for right in ("C", "P")
        ]

    def _boards(self) -> dict[str, Board]:
        """Return boards that start at the market's own level and smile."""
        boards = {}
        for expiry in self._scenario.market.expiries:
            symbols = [f"ETH-{expiry}-{strike}-C" for strike in self._scenario.market.strikes]
            _, _, vols = self._truth.vols(symbols, self._birth_ms)
            level = self._truth.level.at(self._birth_ms)
            skews = zip(self._scenario.market.strikes, vols, strict=True)
            boards[expiry] = Board(
                rules.one(level), {str(strike): rules.one(float(vol) / level) for strike, vol in skews}
            )
        return boards


def exotic_series(scenario: Scenario) -> tuple[str, ...]:
    """Return the symbols that order books list beside European options."""
    return scenario.exotics.series if scenario.exotics else ()


def vol_keeper(venue: str) -> str:
    """Return the name of the keeper that tells a venue volatilities."""
    return f"vols.{venue}"


def jit_maker(venue: str) -> str:
    """Return the name of the maker with just-in-time offers at a venue."""
    return f"jit.{venue}"
