"""The test kit on every kind of venue."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.assets import ETH
from intents.lifecycle import Cause
from tests.venues.markets.stages import RANDOM, STAGES, costly_amm
from venues.markets.ladder import quote
from venues.markets.option_amm import OptionAmm
from venues.markets.venue import Side, Unfilled
from venues.snapshot import ChainView, Snapshot, decode, encode
from venues.testing import Stage, faults

every_stage = pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES)


@every_stage
def test_the_kit_finds_no_fault(stage: Stage) -> None:
    assert faults(stage) == []


@pytest.mark.parametrize("kind", RANDOM)
@settings(max_examples=8, deadline=None)
@given(st.data())
def test_the_kit_finds_no_fault_in_random_venues(kind: str, data: st.DataObject) -> None:
    assert faults(data.draw(RANDOM[kind]())) == []


@pytest.mark.parametrize("side", ["buy", "sell"])
@every_stage
def test_the_kit_finds_no_fault_after_trading(stage: Stage, side: Side) -> None:
    moved = stage.after(stage.order(side, stage.sizes(side)[-2]))

    assert moved is not None
    assert faults(moved) == []


@pytest.mark.parametrize("status", ["cancel_only", "unavailable", "unknown"])
@every_stage
def test_a_closed_venue_trades_nothing(stage: Stage, status: str) -> None:
    closed = replace(stage, venue=replace(stage.venue, status=status))  # type: ignore[type-var]

    outcome = quote(closed.venue, closed.instrument, "buy", stage.sizes("buy")[0], closed.market)

    assert closed.venue.admission(closed.market) == status
    assert isinstance(outcome, Unfilled)
    assert outcome.cause == Cause.HALTED
    assert faults(closed) == []


@pytest.mark.parametrize("status", ["cancel_only", "unavailable", "unknown"])
@every_stage
def test_a_closed_venue_offers_nothing_to_route_over(stage: Stage, status: str) -> None:
    closed = replace(stage.venue, status=status)  # type: ignore[type-var]
    name, market = stage.instrument, stage.market

    for side in ("buy", "sell"):
        assert closed.ladder(name, side, market) == ()
        assert closed.capacity(name, side, market) == 0
        assert closed.marginal_price(name, side, market) is None
    assert closed.arbitrage({name: 1.0, ETH: 1.0}, market) == ()


@pytest.mark.parametrize("name", ["stable", "option maker", "ticks, call", "hybrid"])
def test_nobody_can_tell_what_a_venue_without_its_oracle_does(name: str) -> None:
    blind = replace(STAGES[name], market=replace(STAGES[name].market, spot=0))

    assert blind.venue.admission(blind.market) == "unknown"
    assert faults(blind) == []


def test_a_snapshot_brings_every_kind_of_venue_back() -> None:
    venues = {s.venue.kind: s.venue for name, s in STAGES.items() if name != "order book"}
    view = ChainView(
        chain="eip155:901",
        spot=1,
        spot_observed_ms=0,
        gas_price_wei=1,
        venues=tuple(venues[kind] for kind in sorted(venues)),  # type: ignore[arg-type]
        bridges=(),
    )
    snapshot = Snapshot(time_ms=0, ether_price=1, chains=(view,))

    assert decode(encode(snapshot)) == snapshot
    assert len(venues) == 10


@pytest.mark.parametrize("name", ["constant product", "option maker", "order book"])
def test_what_a_scenario_does_not_set_is_not_in_a_snapshot(name: str) -> None:
    """Older scenarios keep their hashes."""
    view = ChainView(
        chain="eip155:901",
        spot=1,
        spot_observed_ms=0,
        gas_price_wei=1,
        venues=(STAGES[name].venue,),  # type: ignore[arg-type]
        bridges=(),
    )
    text = encode(Snapshot(time_ms=0, ether_price=1, chains=(view,)))

    assert not [word for word in (b"status", b"memory", b"vol_fees") if word in text]


def test_the_option_maker_remembers_only_where_its_fees_ask_for_it() -> None:
    plain, costly = STAGES["option maker"], STAGES["option maker, all fees"]
    after = [stage.after(stage.order("buy", 10**18)) for stage in (plain, costly)]

    memories = [stage.venue.memory for stage in after if stage is not None and isinstance(stage.venue, OptionAmm)]

    assert memories[0] == costly_amm().memory
    assert memories[1].sold == {costly.instrument: 10**18}
