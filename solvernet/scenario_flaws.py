"""What does not fit together in a scenario: parts that name what is there, but not what they can work with."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from intents.assets import parse_chain
from intents.errors import InvalidSymbolError
from solvernet import market_data
from solvers.registry import parse_spec
from venues.escrow import COLLECTOR

if TYPE_CHECKING:
    from solvernet.scenario import Scenario

BOOKS: Final = frozenset({"order_book", "matched_book", "batch_book"})
"""Kinds of venues that makers quote on."""


def flaw(scenario: "Scenario") -> str | None:
    """Return the first thing that does not fit, in one line; `None` if all does."""
    checks = (_chains, _times, _traders, lambda each: taken_names(each, each.solvers.specs))
    return next((text for check in checks for text in check(scenario)), None)


def taken_names(scenario: "Scenario", specs: Iterable[str]) -> Iterator[str]:
    """Yield a line for each solver whose name is that of somebody who has an account already."""
    for name in (parse_spec(text).name for text in specs):
        if name == COLLECTOR or name in scenario.venues or name.startswith("0x"):
            yield f"no solver can be called {name!r}: an account has that name; give it another, as other={name}"


def _chains(scenario: "Scenario") -> Iterator[str]:
    known: dict[str, str] = {}
    for name, part in scenario.chains.items():
        try:
            parse_chain(part.caip2)
        except InvalidSymbolError as error:
            yield f"chains.{name}.caip2: {error}"
        if part.caip2 in known:
            yield f"chains.{name}.caip2: {part.caip2} is {known[part.caip2]!r} already"
        known[part.caip2] = name


def _times(scenario: "Scenario") -> Iterator[str]:
    episode = scenario.market.episode
    if episode not in market_data.ROLLUP_OF_EPISODE:
        yield f"market.episode: no episode {episode!r}; there are {', '.join(sorted(market_data.ROLLUP_OF_EPISODE))}"
        return
    bars = market_data.price_bars(episode)
    named = {f"windows.{name}": window for name, window in scenario.windows.items()}
    for place, window in ({"window": scenario.window} | named).items():
        if not bars.start_ms <= window.start <= window.end <= bars.end_ms:
            yield f"{place}: prices of {episode} are known from {_minute(bars.start_ms)} to {_minute(bars.end_ms)}"
    if scenario.rounds.award_delay_s >= scenario.rounds.every_s:
        yield "rounds.award_delay_s: must be less than every_s, or the next round would begin before the award"


def _traders(scenario: "Scenario") -> Iterator[str]:
    for name, maker in scenario.makers.items():
        kind = scenario.venues[maker.venue].kind
        if kind not in BOOKS:
            yield f"makers.{name}.venue: {maker.venue!r} is a {kind}; makers quote on {', '.join(sorted(BOOKS))}"
    for name, quoter in scenario.quoters.items():
        if scenario.venues[quoter.venue].kind != "rfq":
            yield f"quoters.{name}.venue: {quoter.venue!r} is not of the kind rfq"
    for name, trader in scenario.arbitrageurs.items():
        away = next((venue for venue in trader.venues if scenario.venues[venue].chain != trader.chain), None)
        if away is not None:
            yield f"arbitrageurs.{name}.venues: {away!r} is not on {trader.chain}"


def _minute(time_ms: int) -> str:
    return f"{dt.datetime.fromtimestamp(time_ms / 1000, dt.UTC):%Y-%m-%dT%H:%MZ}"
