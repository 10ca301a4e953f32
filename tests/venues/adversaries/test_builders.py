from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import ETH_UNIT, PRICE_UNIT
from tests.venues.adversaries.searching import GWEI, NOW_MS, chain, let_act, mine, seat, swap
from tests.venues.small_world import L1, QUIET, START_MS, chain_state, make_chain, pool
from venues.adversaries.back_runner import BackRunner
from venues.adversaries.builders import MILLION, Censor, Favour, Roster, Shift
from venues.calls.upkeep import PostAnswer
from venues.chain_state import ChainState
from venues.chains.chain import Chain
from venues.chains.ordering.picked import Mandate
from venues.chains.ordering.producer import CENSORED
from venues.chains.presets import ARBITRUM, ETHEREUM_2020, ETHEREUM_TODAY, ChainRules
from venues.chains.transaction import Block, Transaction
from venues.faults import Fault, Faults

SEED = (1, "producer")


def always(builder: Censor | Favour) -> Roster:
    return Roster(chain=L1, shifts=(Shift(builder=builder, share_ppm=MILLION),), seed=SEED)


def post(price_wei: int = 5 * GWEI) -> Transaction[ChainState]:
    call = PostAnswer(price=141 * PRICE_UNIT, observed_ms=NOW_MS)
    return Transaction(id="post", sender="osm", call=call, max_fee_wei=price_wei, tip_wei=GWEI, submitted_ms=NOW_MS)


def stage(rules: ChainRules = ETHEREUM_2020) -> Chain[ChainState]:
    on = chain(pool(L1), names=("favourite",), rules=rules)
    on.submit(swap(on, ETH_UNIT))
    on.submit(post())
    return on


@pytest.mark.parametrize("rules", [ETHEREUM_2020, ETHEREUM_TODAY, ARBITRUM], ids=lambda rules: str(rules.name))
def test_what_one_producer_keeps_out_lands_with_the_next_honest_one(rules: ChainRules) -> None:
    on = stage(rules)
    on.producer = always(Censor(name="censor", senders=frozenset({"user"})))
    while on.time_ms < NOW_MS + 1_000:
        on.produce()
    assert on.is_waiting("swap")
    assert not on.is_waiting("post")

    on.producer = None

    assert mine(on)["swap"].status == "success"


def test_kinds_of_calls_can_be_kept_out_whoever_sends_them() -> None:
    on = stage()
    on.producer = always(Censor(name="censor", calls=frozenset({"PostAnswer"})))

    assert list(mine(on)) == ["swap"]


def test_a_censor_without_a_list_keeps_everybody_out() -> None:
    on = stage()
    on.producer = always(Censor(name="censor"))

    assert mine(on) == {}
    assert len(on.pending) == 2


def test_the_favourite_goes_first_whatever_it_pays() -> None:
    on = stage()
    poor = replace(swap(on, ETH_UNIT, price_wei=1), id="poor", sender="favourite")
    on.submit(replace(poor, call=replace(poor.call, trader="favourite")))
    on.producer = always(Favour(name="favour", own=frozenset({"favourite"})))

    assert list(mine(on)) == ["poor", "swap", "post"]


def test_a_favourite_who_cannot_pay_the_base_fee_is_not_put_into_a_block() -> None:
    on = stage(ETHEREUM_TODAY)
    poor = replace(swap(on, ETH_UNIT, price_wei=1), id="poor", sender="favourite")
    on.submit(poor)
    on.producer = always(Favour(name="favour", own=frozenset({"favourite"})))

    assert "poor" not in mine(on)


@given(st.integers(0, MILLION))
def test_a_builder_makes_its_share_of_the_blocks(share_ppm: int) -> None:
    roster = Roster(chain=L1, shifts=(Shift(builder=Censor(name="censor"), share_ppm=share_ppm),), seed=SEED)

    made = sum(roster.who(Block(L1, number, START_MS)) == "censor" for number in range(300))

    assert abs(made / 300 - share_ppm / MILLION) < 0.15


def test_two_builders_share_the_blocks_between_them() -> None:
    shifts = tuple(Shift(builder=Censor(name=name), share_ppm=MILLION // 2) for name in ("a", "b"))
    roster = Roster(chain=L1, shifts=shifts, seed=SEED)

    assert {roster.who(Block(L1, number, START_MS)) for number in range(60)} == {"a", "b"}


def test_a_fault_censors_its_share_of_blocks_while_it_lasts_and_only_its_senders() -> None:
    fault = Fault(
        id="f",
        kind="censorship",
        target=L1,
        from_ms=START_MS,
        until_ms=START_MS + 3_600_000,
        share_ppm=MILLION,
        senders=("user",),
    )
    on = stage()
    on.producer = Roster(chain=L1, shifts=(), seed=SEED, faults=Faults((fault,)))

    assert on.producer.who(Block(L1, 1, START_MS)) == CENSORED
    assert on.producer.who(Block(L1, 1, fault.until_ms)) == ""
    assert list(mine(on)) == ["post"]


def test_what_the_honest_producer_would_have_taken_is_kept_beside_what_was() -> None:
    on = stage()
    on.producer = always(Censor(name="censor", senders=frozenset({"user"})))
    parent = on.state

    mine(on)

    assert on.making is not None
    assert on.making.parent is parent
    assert on.making.by == "censor"
    assert [t.id for t in on.making.chosen] == ["post"]
    assert [t.id for t in on.making.honest] == ["swap", "post"]


def test_a_roster_of_nobody_changes_nothing() -> None:
    chains = [make_chain(chain_state(L1, pool(L1)), ETHEREUM_2020, QUIET) for _ in range(2)]
    chains[1].producer = Roster(chain=L1, shifts=(), seed=SEED)
    for on in chains:
        on.submit(post())

    first, second = ([on.produce() for _ in range(3)] for on in chains)

    assert first == second


@pytest.mark.parametrize("closed", [False, True])
def test_what_the_l1_forces_into_a_block_comes_before_any_favourite(closed: bool) -> None:
    on = stage()
    poor = replace(swap(on, ETH_UNIT, price_wei=1), id="poor", sender="favourite")
    on.submit(poor)
    on.producer = always(Favour(name="favour", own=frozenset({"favourite"})))
    on.mandate = Mandate(first=(swap(on, ETH_UNIT, name="forced"),), is_closed=closed)

    assert list(mine(on)) == (["forced"] if closed else ["forced", "poor", "swap", "post"])


def test_who_is_censored_gets_in_through_the_l1() -> None:
    on = stage()
    on.producer = always(Censor(name="censor"))
    on.mandate = Mandate(first=(swap(on, ETH_UNIT, name="forced"),))

    assert list(mine(on)) == ["forced"]


def test_who_a_sequencer_is_told_to_keep_out_would_be_in_the_honest_block() -> None:
    on = stage()
    on.mandate = Mandate(barred=frozenset({"swap"}))

    mine(on)

    assert on.making is not None
    assert (on.making.by, [t.id for t in on.making.chosen]) == (CENSORED, ["post"])
    assert [t.id for t in on.making.honest] == ["swap", "post"]


def test_a_favourite_that_would_fail_at_the_top_keeps_its_place() -> None:
    on = stage()
    follower = BackRunner(seat("favourite", venues=("pool",)))
    large = swap(on, 300 * ETH_UNIT, name="large")
    on.submit(large)
    let_act(follower, on)
    on.producer = always(Favour(name="favour", own=frozenset({"favourite"})))

    receipts = mine(on)

    assert [receipt.sender for receipt in receipts.values()] == ["user", "user", "favourite", "osm"]
    assert {receipt.status for receipt in receipts.values()} == {"success"}
