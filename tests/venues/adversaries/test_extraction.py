from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from intents.assets import ETH_UNIT, OPTION_UNIT, USDC_UNIT
from tests.venues.adversaries.searching import GWEI, NOW_MS, chain, let_act, seat, swap
from tests.venues.small_world import L1, L2, PUT, START_MS, amm, make_world, pool, truth
from venues.adversaries.builders import MILLION, Censor, Roster, Shift
from venues.adversaries.extraction import Step, transfers
from venues.adversaries.holdings import OTHERS, WORTH_UNIT, changes, holdings, marks
from venues.adversaries.observer import LANDED_LATE, ExtractionObserver
from venues.adversaries.sandwich import Sandwicher
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.produced import Produced
from venues.clearing import Account
from venues.faults import NO_FAULTS, Fault, Faults
from venues.markets.venue import Side
from venues.truth import Truth
from venues.world import RelayRules, World

PREY = replace(pool(L1), ether=3_000 * ETH_UNIT, cash=3_000 * 140 * USDC_UNIT)
SEARCHERS = ("one", "two")
KINDS = {"one": "sandwich", "two": "back_run", "censor": "censor"}
MARKET = truth(140.0)
worths = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(-(10**30), 10**30))


def balanced(worth: dict[str, int]) -> dict[str, int]:
    return worth | {"rest": -sum(worth.values())}


@given(worths)
def test_transfers_sum_to_what_each_lost_and_to_what_each_gained(worth: dict[str, int]) -> None:
    worth = balanced(worth)

    found = transfers(worth)

    for name, change in worth.items():
        gained = sum(t.worth for t in found if t.taker == name)
        lost = sum(t.worth for t in found if t.loser == name)
        assert gained == max(change, 0)
        assert lost == max(-change, 0)


def world_of(on: Chain[ChainState], market: Truth = MARKET, faults: Faults = NO_FAULTS) -> World:
    relay = RelayRules(proof_level={L1: "safe"}, proof_delay_ms=0)
    return World(chains=[on], agents=(), truth=market, relay=relay, start_ms=START_MS, faults=faults)


def observed(on: Chain[ChainState], blocks: int = 1) -> ExtractionObserver:
    watcher, world = ExtractionObserver(KINDS), world_of(on)
    count = on.number + blocks
    while world.chain(L1).number < count:
        world.advance(world.chain(L1).next_block_ms, [watcher])
    return watcher


def steps_of(on: Chain[ChainState], market: Truth = MARKET) -> tuple[Step, ...]:
    """Make a block, and return what adversaries changed in it."""
    watcher, world = ExtractionObserver(KINDS), world_of(on, market)
    world.advance(on.next_block_ms, [watcher])
    return tuple(step for touched in watcher._touched[L1] for step in touched.steps)


trades = st.lists(
    st.tuples(
        st.sampled_from(["user", *SEARCHERS]),
        st.sampled_from(["buy", "sell"]),
        st.sampled_from(["pool", "amm"]),
        st.integers(1, 60),
        st.integers(1, 40),
    ),
    min_size=1,
    max_size=8,
)


def crowd(flow: list[tuple[str, Side, str, int, int]]) -> Chain[ChainState]:
    """Return a chain with a pool full of trades, some of them by adversaries; some will fail."""
    on = chain(PREY, amm(L1), names=SEARCHERS)
    for number, (sender, side, venue, size, gwei) in enumerate(flow):
        quantity = size * (ETH_UNIT if venue == "pool" else OPTION_UNIT)
        name = "ETH" if venue == "pool" else PUT
        each = swap(on, quantity, 5, side, name, venue, f"t{number}", gwei * GWEI)
        on.submit(replace(each, sender=sender, call=replace(each.call, trader=sender)))
    return on


@settings(max_examples=60, deadline=None)
@given(trades)
def test_what_adversaries_took_is_what_everybody_else_lost_to_the_last_unit_in_every_step(
    flow: list[tuple[str, Side, str, int, int]],
) -> None:
    for step in steps_of(crowd(flow)):
        took = sum(step.worth.get(name, 0) for name in SEARCHERS)
        lost_by_users = -step.worth.get("user", 0)
        gained_by_venues = sum(step.worth.get(name, 0) for name in ("pool", "amm"))
        assert took == lost_by_users - gained_by_venues
        gained = sum(t.worth for t in step.transfers if t.taker == step.by)
        given_up = sum(t.worth for t in step.transfers if t.loser == step.by)
        assert gained - given_up == step.worth.get(step.by, 0)


def refunded_of(name: str, account: Account, on: Chain[ChainState], honest: Chain[ChainState]) -> Account:
    """Return what somebody gained, with the gas that they paid in one block more than in the other given back."""
    return account.plus(ether=honest.state.wallets.get(name, 0) - on.state.wallets.get(name, 0))


@settings(max_examples=40, deadline=None)
@given(trades)
def test_the_steps_lead_from_the_real_block_to_the_one_without_adversaries(
    flow: list[tuple[str, Side, str, int, int]],
) -> None:
    on, honest = crowd(flow), crowd([trade for trade in flow if trade[0] == "user"])

    steps = steps_of(on)
    honest.produce()

    changed = {
        name: refunded_of(name, account, on, honest) for name, account in changes(honest.state, on.state).items()
    }
    prices = marks(MARKET, on.time_ms, changed.values())
    total: dict[str, int] = {}
    for step in steps:
        for name, worth in step.worth.items():
            total[name] = total.get(name, 0) + worth
    expected = {name: prices.worth(account) for name, account in changed.items()}
    assert {name: worth for name, worth in total.items() if worth} == {n: w for n, w in expected.items() if w}
    assert sum(step.burned for step in steps) == on.state.burned - honest.state.burned


def test_a_sandwich_is_a_transfer_from_its_victim() -> None:
    on = chain(PREY, names=SEARCHERS)
    on.submit(swap(on))
    let_act(Sandwicher(seat("one")), on)

    watcher = observed(on)

    took = watcher.activity()["one"].worth
    from_user = watcher.tallies()["one", "sandwich", "user"].worth
    assert from_user == took > 0
    # What the victim paid beyond its quote went to the searcher, and in fees to the pool.
    lost = sum(tally.worth for (_, _, loser), tally in watcher.tallies().items() if loser == "user")
    to_pool = sum(tally.worth for (taker, _, _), tally in watcher.tallies().items() if taker == "pool")
    assert lost == took + to_pool
    assert watcher.activity()["one"].gas_wei > 0


def test_a_block_without_adversaries_is_not_counted() -> None:
    on = chain(PREY, names=SEARCHERS)
    on.submit(swap(on))

    watcher = observed(on)

    assert (watcher.blocks, watcher.tallies(), watcher.activity()) == (0, {}, {})


def test_a_transaction_that_was_kept_out_costs_only_what_its_delay_did() -> None:
    on = chain(PREY, names=SEARCHERS)
    on.submit(swap(on))
    censor = Censor(name="censor", senders=frozenset({"user"}))
    on.producer = Roster(chain=L1, shifts=(Shift(builder=censor, share_ppm=MILLION),), seed=(1,))
    watcher, world = ExtractionObserver(KINDS), world_of(on)
    world.advance(on.next_block_ms, [watcher])
    kept_out = {way: tally.worth for way, tally in watcher.tallies().items()}
    world.advance(on.next_block_ms, [watcher])
    still = {way: tally.worth for way, tally in watcher.tallies().items()}

    on.producer = None
    world.advance(on.next_block_ms, [watcher])

    ways = {how for _, how, _ in kept_out}
    assert ways == {"censor"}
    assert still == kept_out
    # The pool stood still meanwhile, and so did the market: what one block took, the other gave back.
    back = {(loser, taker): t.worth for (taker, how, loser), t in watcher.tallies().items() if how == LANDED_LATE}
    assert back == {(taker, loser): worth for (taker, _, loser), worth in kept_out.items()}


def test_a_delay_while_the_pool_moves_costs_the_difference() -> None:
    on = chain(PREY, names=SEARCHERS)
    on.submit(swap(on, slack_percent=30))
    other = swap(on, slack_percent=30, name="other", price_wei=10 * GWEI)
    on.submit(replace(other, sender="solver", call=replace(other.call, trader="solver")))  # type: ignore[type-var]
    censor = Censor(name="censor", senders=frozenset({"user"}))
    on.producer = Roster(chain=L1, shifts=(Shift(builder=censor, share_ppm=MILLION),), seed=(1,))
    watcher, world = ExtractionObserver(KINDS), world_of(on)
    world.advance(on.next_block_ms, [watcher])
    on.producer = None
    world.advance(on.next_block_ms, [watcher])

    lost = sum(t.worth for (_, _, loser), t in watcher.tallies().items() if loser == "user")
    got = sum(t.worth for (taker, _, _), t in watcher.tallies().items() if taker == "user")
    assert lost > got


@given(st.integers(-(10**12), 10**12), st.integers(-(10**21), 10**21), st.integers(-(10**20), 10**20))
def test_the_worth_of_an_account_is_what_its_parts_come_to(cash: int, ether: int, options: int) -> None:
    account = Account(cash, ether, {PUT: options})
    prices = marks(MARKET, NOW_MS, [account])

    dollars = prices.worth(account) / WORTH_UNIT / USDC_UNIT

    fair = float(MARKET.fair([PUT], NOW_MS)[0])
    assert dollars == pytest.approx(
        cash / USDC_UNIT + ether * 140 / ETH_UNIT + options * fair / OPTION_UNIT, rel=1e-6, abs=1e-3
    )


def test_everything_on_a_chain_belongs_to_somebody_who_is_named() -> None:
    world = make_world()
    for _ in range(20):
        world.advance(world.now_ms + 60_000)
        for name in (L1, L2):
            state = world.state(name)
            found = holdings(state)
            cash, ether = state.totals()
            assert OTHERS not in found
            assert sum(account.cash for account in found.values()) == cash
            assert sum(account.ether for account in found.values()) + state.burned == ether


def test_what_no_account_holds_is_kept_under_a_name_of_its_own() -> None:
    class Vault(ChainState):
        __slots__ = ()

        def totals(self) -> tuple[int, int]:
            cash, ether = ChainState.totals(self)
            return cash + 7, ether

    state = chain(PREY).state
    hidden = Vault(**{name: getattr(state, name) for name in ChainState.__dataclass_fields__})

    assert holdings(hidden)[OTHERS] == Account(7)
    assert changes(state, state) == {}
    assert changes(state, hidden) == {OTHERS: Account(7)}


def test_gas_is_apart() -> None:
    on = chain(PREY, names=SEARCHERS)
    on.submit(swap(on))
    let_act(Sandwicher(seat("one")), on)
    wallet = on.state.wallets["one"]

    (step,) = steps_of(on)

    assert step.burned == wallet - on.state.wallets["one"] > 0


def test_what_a_block_changed_that_was_given_up_counts_only_in_its_rival() -> None:
    on = chain(PREY, names=SEARCHERS)
    branch_ms = on.next_block_ms + 1
    fault = Fault(id="r", kind="reorg", target=L1, from_ms=branch_ms, until_ms=branch_ms, depth=1)
    watcher, world = ExtractionObserver(KINDS), world_of(on, faults=Faults((fault,)))
    on.submit(replace(swap(on), submitted_ms=START_MS))
    let_act(Sandwicher(seat("one")), on, START_MS)
    world.advance(branch_ms - 1, [watcher])
    once = watcher.tallies()

    undone: list[int] = []

    class Witness:
        def on_block(self, world: World, chain_id: str, produced: Produced[ChainState]) -> None:
            undone.append(len(produced.undone))

    world.advance(branch_ms, [watcher, Witness()])

    assert undone == [3]
    assert watcher.blocks == 1
    assert watcher.activity()["one"].transactions == 2
    assert {way: tally.worth for way, tally in watcher.tallies().items()} == {w: t.worth for w, t in once.items()}
