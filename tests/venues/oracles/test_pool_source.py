from dataclasses import dataclass, field
from typing import Literal

import pytest

from intents.assets import PRICE_UNIT
from tests.venues.small_world import L2, START_MS, chain_state, make_chain, pool, sight, truth
from venues.markets.cpmm import SpotPool
from venues.oracles.pool_source import PoolSource, ether_price
from venues.oracles.reading import Reading, Unreadable
from venues.oracles.tick_history import TickHistory
from venues.view import View

START_S = START_MS // 1000
SOURCE = PoolSource(name="mean", chain=L2, venue="pool", window_s=1_800)
AT_140 = -226_906
"""Tick of 140 dollars for an ether, ether being token 0: the logarithm of 140e6 / 1e18."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered(SpotPool):
    """A pool with a history."""

    history: TickHistory = field(default_factory=lambda: TickHistory.begin(0, 0, 1, 100))
    ether_token: Literal[0, 1] = 0


def _view(history: TickHistory) -> View:
    plain = pool()
    venue = Remembered(id="pool", chain=L2, ether=plain.ether, cash=plain.cash, history=history)
    return sight(truth(140.0), make_chain(chain_state(L2, venue)))


def _price(found: Reading | Unreadable) -> float:
    assert isinstance(found, Reading)
    return found.price / PRICE_UNIT


def test_a_tick_is_a_price_whichever_token_is_ether() -> None:
    assert ether_price(AT_140, 0) == pytest.approx(140 * PRICE_UNIT, rel=1e-4)
    assert ether_price(-AT_140, 1) == pytest.approx(ether_price(AT_140, 0), rel=1e-8)


def test_a_calm_pool_says_its_price() -> None:
    history = TickHistory.begin(START_S - 3_600, AT_140, 10**18, 100)

    assert _price(SOURCE.read(_view(history), START_MS)) == pytest.approx(140, rel=1e-4)


def test_a_push_in_one_block_hardly_shows_and_one_that_is_held_does() -> None:
    calm = TickHistory.begin(START_S - 3_600, AT_140, 10**18, 100)
    pushed, held = (calm.moved(START_S - seconds, AT_140 - 7_000, 10**18) for seconds in (12, 1_800))

    assert _price(SOURCE.read(_view(pushed), START_MS)) == pytest.approx(140, rel=0.005)
    assert _price(SOURCE.read(_view(held), START_MS)) < 71


def test_a_young_pool_does_not_know() -> None:
    history = TickHistory.begin(START_S - 1_799, AT_140, 10**18, 100)

    assert SOURCE.read(_view(history), START_MS) == Unreadable("unknown")


def test_a_venue_without_a_history_is_no_source() -> None:
    assert SOURCE.read(sight(truth(140.0), make_chain(chain_state(L2, pool()))), START_MS) == Unreadable("down")
