from dataclasses import replace

from intents.assets import PRICE_UNIT, USDC_UNIT
from tests.venues.adversaries.searching import GWEI, NOW_MS, chain, let_act, mine, seat, view_of
from tests.venues.small_world import FEED_RULES, L1, MINUTE_MS, START_MS, amm, truth
from venues.adversaries.foresight import MedianForesight, ModuleForesight
from venues.adversaries.oracle_runner import OracleRunner
from venues.adversaries.oracle_trade import best_round_trip
from venues.calls.upkeep import PostAnswer
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.presets import ARBITRUM
from venues.chains.transaction import Transaction
from venues.oracles.osm import SecurityModule

SEAT = seat("runner", venues=("amm",), ether=0)
RUNNER = OracleRunner(SEAT, ())


def stage(percent: float = 5.0, price_wei: int = 20 * GWEI) -> Chain[ChainState]:
    on = chain(amm(L1), names=("runner",))
    state = on.state
    poor = state.clearing.account("runner").plus(ether=-state.clearing.account("runner").ether)
    on.state = replace(state, clearing=replace(state.clearing, accounts=state.clearing.accounts.set("runner", poor)))
    on.submit(update(percent, price_wei))
    return on


def update(percent: float, price_wei: int) -> Transaction[ChainState]:
    price = round(140 * PRICE_UNIT * (1 + percent / 100))
    call = PostAnswer(price=price, observed_ms=NOW_MS)
    return Transaction(id="post", sender="osm", call=call, max_fee_wei=price_wei, submitted_ms=NOW_MS)


def test_the_legs_stand_around_a_waiting_update_and_earn_what_the_round_trip_is_worth() -> None:
    on = stage()
    before = on.state
    now = before.market(NOW_MS)
    trip = best_round_trip(before.venues["amm"], now, replace(now, spot=147 * PRICE_UNIT), 10**14)

    let_act(RUNNER, on)
    senders = [receipt.sender for receipt in mine(on).values()]

    earned = on.state.clearing.account("runner").cash - before.clearing.account("runner").cash
    assert senders == ["runner", "osm", "runner"]
    assert on.state.clearing.account("runner").positions == {}
    assert trip is not None
    # The block comes some seconds after the look: time value is all that differs.
    assert abs(earned - trip.profit) < trip.profit // 100


def test_an_update_that_moves_little_is_left_alone() -> None:
    assert RUNNER.act(view_of(stage(percent=0.2)), NOW_MS) == ()


def test_a_rival_who_bid_more_is_outbid() -> None:
    on = stage()
    rival = OracleRunner(replace(SEAT, name="user", rivals=frozenset({"runner"})), ())
    known = OracleRunner(replace(SEAT, rivals=frozenset({"user"})), ())
    let_act(rival, on)

    let_act(known, on, NOW_MS + 1)

    bids = {t.sender: t.max_fee_wei for t in on.pending if ":first:" in t.id}
    assert bids["runner"] == bids["user"] + 1


def test_where_the_pool_is_hidden_it_buys_when_the_reporting_rule_says_that_an_update_is_due() -> None:
    on = chain(amm(L1), names=("runner",), rules=ARBITRUM)
    hidden = replace(SEAT, sees_pool=False, ether=10**24)
    runner = OracleRunner(hidden, (MedianForesight(FEED_RULES, latency_ms=1_000),))
    jump = truth(140.0, 150.0, step_ms=10_000)
    later = NOW_MS + 10_000

    assert runner.act(view_of(on, jump), START_MS) == ()
    let_act(runner, on, later, jump)

    (sent,) = on.waiting("runner")
    delay = sent.submitted_ms - later
    assert hidden.latency_ms[0] <= delay <= hidden.latency_ms[1]


def test_it_sells_once_the_update_is_in_and_nothing_more_is_due() -> None:
    on = stage()
    hidden = OracleRunner(replace(SEAT, sees_pool=False), (MedianForesight(FEED_RULES, latency_ms=1_000),))
    on.withdraw("post")
    jump = truth(140.0, 150.0, step_ms=10_000)
    let_act(hidden, on, NOW_MS + 20_000, jump)
    mine(on)
    held = dict(on.state.clearing.account("runner").positions)
    on.submit(update(7.143, 20 * GWEI))
    mine(on)

    let_act(hidden, on, NOW_MS + 40_000, truth(150.0))
    mine(on)

    assert held
    assert on.state.clearing.account("runner").positions == {}


def test_it_does_not_buy_twice_on_one_update() -> None:
    on = stage()
    on.withdraw("post")
    hidden = OracleRunner(replace(SEAT, sees_pool=False), (MedianForesight(FEED_RULES, latency_ms=1_000),))
    jump = truth(140.0, 150.0, step_ms=10_000)
    let_act(hidden, on, NOW_MS + 20_000, jump)

    assert hidden.act(view_of(on, jump), NOW_MS + 21_000) == ()
    mine(on)
    assert hidden.act(view_of(on, jump), NOW_MS + 40_000) == ()


def test_the_value_that_a_delayed_module_holds_back_is_known_shortly_before_its_step() -> None:
    module = SecurityModule(
        name="osm", chain=L1, steps=((START_MS - 60 * MINUTE_MS, 1), (START_MS, 2), (START_MS + 60 * MINUTE_MS, 3))
    )
    known = ModuleForesight(module, lead_ms=MINUTE_MS)
    on = chain(amm(L1))

    assert known.due(view_of(on), L1, START_MS + 58 * MINUTE_MS) is None
    assert known.due(view_of(on), L1, START_MS + 59 * MINUTE_MS) is None
    on.state = replace(on.state, answer=replace(on.state.answer, observed_ms=START_MS - 60 * MINUTE_MS))
    assert known.due(view_of(on), L1, START_MS + 58 * MINUTE_MS) is None
    assert known.due(view_of(on), L1, START_MS + 59 * MINUTE_MS) == 3


def test_it_keeps_more_than_its_gas() -> None:
    dear = stage(price_wei=2_000_000 * GWEI)

    assert OracleRunner(replace(SEAT, least_profit=USDC_UNIT), ()).act(view_of(dear), NOW_MS) == ()
