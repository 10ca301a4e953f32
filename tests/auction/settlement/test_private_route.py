"""Which steps are handed to builders, and what becomes of those that none of them includes."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, Literal

import pytest
from immutables import Map

from auction.settlement.executor import Executor
from auction.settlement.policy import SettlementPolicy
from auction.settlement.private_route import PRIOR_SURROUNDED, PRIOR_TRADES, PrivateRules, Sight, exposure
from intents.assets import ETH, ETH_UNIT
from tests.auction.settlement.course import POLICY, live, plan, world
from tests.venues.calls.stage import OWNER, dollars, orders, signed, state, terms
from tests.venues.small_world import L1, L2, START_MS, amm
from venues.adversaries.builders import MILLION, Roster, Shift
from venues.calls.fill_terms import FillTerms
from venues.calls.upkeep import Trade
from venues.chain_state import ChainState
from venues.chains.ordering.private import PrivateBuilder
from venues.chains.transaction import Transaction
from venues.markets.venue import Order, Side, Unfilled
from venues.world import World

RULES: Final = PrivateRules(
    builders={L1: {"amber": 600_000}}, patience_blocks=3, premium_percent=120, delay_ppm=0, choice="always"
)


def policy(choice: Literal["priced", "always"] = "always", **fields: object) -> SettlementPolicy:
    """Return the policy with private inclusion on the owner's home chain."""
    return replace(POLICY, private=replace(RULES, choice=choice, **fields))  # type: ignore[arg-type]


def scene(share: float = 1.0, venue: str = "book") -> World:
    """Return the world where a builder makes a share of the home chain's blocks."""
    home = state(L1)
    if venue == "amm":
        home = replace(home, venues=Map({"amm": amm(L1)}))
    made = world(states=(home, state(L2)))
    shift = Shift(builder=PrivateBuilder("amber"), share_ppm=round(share * MILLION))
    made.chain(L1).producer = Roster(chain=L1, shifts=(shift,), seed=(1, "producer"))
    return made


def at_curve(made: World, owed: FillTerms, slack_percent: int) -> tuple[Order, ...]:
    """Return the orders of a fill at the option market maker, with a bound around its price."""
    found = []
    for order in orders(owed):
        open_ = replace(order, venue="amm")
        outcome = made.state(L1).venues["amm"].execute(open_, made.state(L1).market(made.now_ms))
        assert not isinstance(outcome, Unfilled), outcome
        found.append(replace(open_, bound=outcome[1].cash * (100 + slack_percent) // 100))
    return tuple(found)


def sent(executor: Executor) -> list[tuple[str, str]]:
    """Return what happened to steps so far, each with its reason."""
    return [(event.what, event.reason) for event in executor.drain()]


def test_a_private_step_lands_in_a_block_of_a_builder_who_has_it() -> None:
    made, executor = scene(), Executor(policy())
    executor.start(plan(made, policy=policy()), settles=True, world=made)
    assert made.chain(L1).pending == ()

    live(made, executor, 60)

    assert executor.run("fill").delivered_ms
    assert sent(executor) == [("sent", "handed to amber"), ("landed", "")]


def test_builders_are_offered_the_premium() -> None:
    made, executor = scene(), Executor(policy())
    public = POLICY.price(made.chain(L1))

    executor.start(plan(made, policy=policy()), settles=True, world=made)

    (private,) = made.chain(L1).private.values()
    assert private.transaction.max_fee_wei == public * 120 // 100


def test_what_no_builder_included_goes_to_the_public_pool_after_the_patience() -> None:
    made, executor = scene(share=0.0), Executor(policy())
    executor.start(plan(made, policy=policy()), settles=True, world=made)
    live(made, executor, 21)
    assert made.chain(L1).pending == ()
    assert sent(executor) == [("sent", "handed to amber")]

    live(made, executor, 60)

    assert [what for what, _ in sent(executor)] == ["published", "sent", "landed"]
    assert dict(made.chain(L1).private) == {}
    assert executor.run("fill").delivered_ms == START_MS + 40_000


def test_it_is_never_in_both_places() -> None:
    made, executor = scene(share=0.3), Executor(policy())
    for number in range(4):
        document = signed(nonce=number + 1, quantity=2.0)
        owed = terms(document, fill_id=f"{number}.s.0.0")
        executor.start(plan(made, owed, policy=policy()), settles=True, world=made)

    for _ in range(20):
        live(made, executor, 10)
        here = made.chain(L1)
        stems = [name.partition("#")[0] for name in (*here.private, *(each.id for each in here.pending))]
        assert len(stems) == len(set(stems))
    assert all(run.delivered_ms for run in executor.runs())


def test_a_step_that_would_revert_costs_nothing_while_it_is_private() -> None:
    patient = policy(patience_blocks=100)
    made, executor = scene(), Executor(patient)
    broke = replace(made.state(L1), escrow=replace(made.state(L1).escrow, vaults=Map({OWNER.address: 0})))
    made.chain(L1).state = broke
    executor.start(plan(made, policy=patient), settles=True, world=made)

    live(made, executor, 300)

    assert executor.run("fill").gas_wei == {}
    assert executor.run("fill").failed


def test_steps_without_orders_and_chains_without_builders_stay_public() -> None:
    made, executor = scene(), Executor(policy())
    executor.start(plan(made, terms(chain=L2), policy=policy()), settles=True, world=made)

    live(made, executor, 120)

    assert not any(sending.was_private for sending in executor.run("fill").sendings.values())
    assert executor.run("fill").delivered_ms


@pytest.mark.parametrize(
    ("venue", "slack_percent", "seen", "is_private"),
    [
        ("amm", 10, True, True),
        ("amm", 10, False, False),
        ("amm", 0, True, False),
        ("book", 10, True, False),
    ],
)
def test_the_way_that_is_expected_to_cost_less_is_taken(
    *, venue: str, slack_percent: int, seen: bool, is_private: bool
) -> None:
    ruled = policy("priced", premium_percent=101, delay_ppm=20_000)
    made, executor = scene(venue=venue), Executor(ruled)
    owed = terms(signed(limit=100.0), price=50.0)
    placed = at_curve(made, owed, slack_percent) if venue == "amm" else orders(owed, 5.5)
    if seen:
        _surround(made, executor)

    executor.start(plan(made, owed, sent=placed, policy=ruled), settles=True, world=made)

    assert executor.run("fill").sendings["fill/settle"].was_private == is_private


def test_what_a_curve_can_lose_is_the_distance_to_its_bounds() -> None:
    made = scene(venue="amm")
    placed = at_curve(made, terms(), 10)

    found = exposure(made.state(L1), placed, "solver", made.now_ms)

    cash = found.traded
    assert found.loss == cash * 110 // 100 - cash
    assert exposure(made.state(L1), [replace(placed[0], bound=1)], "solver", made.now_ms).loss == 0


def test_a_trade_between_two_opposite_ones_of_somebody_else_is_seen_as_surrounded() -> None:
    sandwich = [_trade("x", "buy"), _trade("victim", "buy"), _trade("x", "sell")]
    harmless = [_trade("x", "buy"), _trade("victim", "buy"), _trade("y", "sell")]

    assert Sight().after(sandwich).trades == (False, True, False)
    assert Sight().after(harmless).trades == (False, False, False)
    assert Sight().share == PRIOR_SURROUNDED / PRIOR_TRADES
    assert Sight().after(sandwich).share > Sight().share > Sight().after(harmless).share


@pytest.mark.parametrize(("share_ppm", "blocks"), [(1_000_000, 0.0), (500_000, 0.875), (0, 3.0)])
def test_the_wait_is_that_of_a_lot_drawn_every_block_until_patience_ends(share_ppm: int, blocks: float) -> None:
    rules = replace(RULES, builders={L1: {"amber": share_ppm}})

    assert rules.wait_blocks(L1) == pytest.approx(blocks)


def test_a_copy_of_the_executor_decides_as_it_would() -> None:
    ruled = policy("priced", premium_percent=101, delay_ppm=20_000)
    made, executor = scene(venue="amm"), Executor(ruled)
    _surround(made, executor)
    twin, there = executor.fork(), made.fork()
    owed = terms(signed(limit=100.0), price=50.0)
    placed = at_curve(made, owed, 10)

    ways: Mapping[str, bool] = {}
    for name, who, where in (("one", executor, made), ("other", twin, there)):
        who.start(plan(where, owed, sent=placed, policy=ruled), settles=True, world=where)
        ways = {**ways, name: who.run("fill").sendings["fill/settle"].was_private}

    assert ways == {"one": True, "other": True}


def _trade(sender: str, side: Side) -> Transaction[ChainState]:
    order = Order(venue="pool", instrument=ETH, side=side, quantity=ETH_UNIT, bound=dollars(1000) * (side == "buy"))
    call = Trade(trader=sender, orders=(order,), venue_gas=100_000)
    return Transaction(id=f"{sender}:{side}", sender=sender, call=call, max_fee_wei=10**9)


def _surround(made: World, executor: Executor) -> None:
    """Let the executor see that half of all trades stand between two others."""
    making = made.chain(L1).making
    assert making is None
    live(made, executor, 10)
    last = made.chain(L1).making
    assert last is not None
    block = [_trade("x", "buy"), *(_trade(f"v{number}", "buy") for number in range(30)), _trade("x", "sell")]
    made.chain(L1).making = replace(last, chosen=tuple(block))
    executor._dispatch.look(made, L1)
