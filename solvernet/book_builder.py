"""Building books of single orders, and who keeps them going."""

from collections.abc import Iterator, Sequence
from typing import Final

from solvernet import rules
from solvernet.desk_parts import BatchBookPart, MatchedBookPart
from solvernet.scenario import Scenario
from solvernet.scenario_parts import BookPart
from venues.clearing import Account
from venues.markets.batch_book import BatchBook
from venues.markets.book_agents import BatchKeeper, BookMaker, Sniper
from venues.markets.ladder_sniper import LadderSniper
from venues.markets.makers import Maker
from venues.markets.matched_book import MatchedBook
from venues.markets.standing import Standing
from venues.view import Agent

TOLERANCE: Final = 0.015
"""Assumed: how far from its place, as a fraction of the price, a maker leaves an order; a renewal costs gas."""

RETRY_MS: Final = 30_000
"""Time after which a maker pays more for a transaction that waits."""


def matched_book(venue_id: str, chain: str, part: MatchedBookPart, series: Sequence[str]) -> MatchedBook:
    """Return an empty book of every series."""
    return MatchedBook(
        id=venue_id,
        chain=chain,
        fee_account=f"{venue_id}.fees",
        orders=dict.fromkeys(series, _NONE),
        allocation=part.allocation,
        self_trades=part.self_trades,
    )


def batch_book(venue_id: str, chain: str, part: BatchBookPart, series: Sequence[str]) -> BatchBook:
    """Return an empty book of every series."""
    return BatchBook(
        id=venue_id,
        chain=chain,
        fee_account=f"{venue_id}.fees",
        orders=dict.fromkeys(series, _NONE),
        interval_ms=rules.ms(part.interval_s),
        ends_ms=0,
    )


def maker_of(scenario: Scenario, maker: Maker) -> Agent:
    """Return a maker as its venue wants it: order by order at books of single orders."""
    part = scenario.venues[maker.venue]
    if isinstance(part, MatchedBookPart | BatchBookPart):
        return BookMaker(maker=maker, tolerance=TOLERANCE, retry_ms=RETRY_MS)
    return maker


def accounts(scenario: Scenario, chain: str) -> Iterator[tuple[str, Account]]:
    """Yield what those who pick off stale orders on a chain start with."""
    for name, part in scenario.snipers.items():
        if scenario.venues[part.venue].chain == chain:
            yield f"sniper.{name}", Account(rules.usdc(part.cash), rules.wei(part.ether))


def services(scenario: Scenario, chain: str) -> tuple[str, ...]:
    """Return the keepers of batches on a chain."""
    parts = scenario.venues.items()
    return tuple(f"batches.{name}" for name, part in parts if part.chain == chain and isinstance(part, BatchBookPart))


def agents(scenario: Scenario) -> Iterator[Agent]:
    """Yield the keepers of batches, and those who pick off stale orders."""
    for name, part in scenario.venues.items():
        if isinstance(part, BatchBookPart):
            chain, interval_ms = scenario.chains[part.chain].caip2, rules.ms(part.interval_s)
            yield BatchKeeper(name=f"batches.{name}", chain=chain, venue=name, interval_ms=interval_ms)
    for name, sniper in scenario.snipers.items():
        kind = LadderSniper if isinstance(scenario.venues[sniper.venue], BookPart) else Sniper
        yield kind(
            name=f"sniper.{name}",
            chain=scenario.chains[scenario.venues[sniper.venue].chain].caip2,
            venue=sniper.venue,
            margin=sniper.margin,
            period_ms=rules.ms(sniper.period_s),
            offset_ms=rules.ms(sniper.offset_s),
        )


_NONE: Final[tuple[Standing, ...]] = ()
