import json
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from immutables import Map
from pydantic import ValidationError

from intents.assets import ETH_UNIT, OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.canonical import canonical_bytes
from tests.venues.bridges.stage import canonical, fast, light_client, optimistic, sent
from tests.venues.calls.stage import dollars
from tests.venues.small_world import (
    GAS,
    L1,
    L2,
    MINUTE_MS,
    PUT,
    START_MS,
    amm,
    book,
    chain_state,
    make_world,
    pool,
    port,
)
from venues.bridges import AnyPort, FastPort, Transfer
from venues.chain_state import Answer, ChainState
from venues.markets.clob import Quote, requote
from venues.markets.option_amm import OptionAmm
from venues.snapshot import Holdings, Snapshot, decode, encode, view_chain

GWEI = 10**9
QUOTES = {PUT: ((Quote(dollars(4), 20 * OPTION_UNIT),), (Quote(dollars(5), 20 * OPTION_UNIT),))}


def _state() -> ChainState:
    return chain_state(L2, requote(book(), "maker", QUOTES), amm(), pool())


def _snapshot(state: ChainState | None = None, gas_price_wei: int = GWEI) -> Snapshot:
    views = (
        view_chain(chain_state(L1), 20 * GWEI, ("solver",)),
        view_chain(state or _state(), gas_price_wei, ("solver",)),
    )
    return Snapshot(time_ms=START_MS, ether_price=140 * PRICE_UNIT, chains=views)


def _lived(minutes: int) -> Snapshot:
    """Return what is seen of the small world after some minutes."""
    world = make_world()
    world.advance(START_MS + minutes * MINUTE_MS)
    views = tuple(view_chain(world.state(name), 7 * GWEI, ("solver", "trader")) for name in world.chain_ids)
    return Snapshot(time_ms=world.now_ms, ether_price=world.state(L2).answer.price, chains=views)


def _with_pool(state: ChainState) -> ChainState:
    return state.with_venue(pool(ether=4_001))


def _with_book(state: ChainState) -> ChainState:
    return state.with_venue(requote(book(), "maker", {PUT: (QUOTES[PUT][0], ())}))


def _with_amm(state: ChainState) -> ChainState:
    made = state.venues["amm"]
    assert isinstance(made, OptionAmm)
    board = made.boards["27MAR20"]
    return state.with_venue(replace(made, boards=made.boards | {"27MAR20": replace(board, base_iv=board.base_iv + 1)}))


def _with_liquidity(state: ChainState) -> ChainState:
    return state.with_port(state.bridges["bridge"].received(1))


def _with_cash(state: ChainState) -> ChainState:
    return replace(state, clearing=state.clearing.change("solver", cash=1))


def _with_less_gas(state: ChainState) -> ChainState:
    paid = state.pay_gas("solver", 1)
    assert paid is not None
    return paid


def _with_spot(state: ChainState) -> ChainState:
    return replace(state, answer=replace(state.answer, price=state.answer.price + 1))


def _with_later_spot(state: ChainState) -> ChainState:
    return replace(state, answer=replace(state.answer, observed_ms=START_MS + 1))


CHANGES = (
    _with_pool,
    _with_book,
    _with_amm,
    _with_liquidity,
    _with_cash,
    _with_less_gas,
    _with_spot,
    _with_later_spot,
)


@pytest.mark.parametrize("minutes", [0, 7])
def test_what_was_encoded_is_decoded_as_it_was(minutes: int) -> None:
    snapshot = _lived(minutes)

    again = decode(encode(snapshot))

    assert again == snapshot
    assert again.hash == snapshot.hash
    assert encode(again) == encode(snapshot)


def test_venues_come_back_as_what_they_were_and_can_trade() -> None:
    snapshot = _snapshot()
    again = decode(encode(snapshot))

    for name, venue in snapshot.by_venue.items():
        twin, market = again.by_venue[name], again.market(venue.chain)
        instrument = venue.instruments()[0]
        assert type(twin) is type(venue)
        assert twin.ladder(instrument, "buy", market) == venue.ladder(instrument, "buy", market)


@pytest.mark.parametrize("minutes", [0, 7])
def test_the_hash_survives_canonical_json(minutes: int) -> None:
    """Whoever stores the text with sorted keys and no spaces reads the same snapshot out of it."""
    snapshot = _lived(minutes)

    text = canonical_bytes(json.loads(encode(snapshot)))

    assert decode(text) == snapshot
    assert decode(text).hash == snapshot.hash


def test_equal_worlds_are_seen_alike() -> None:
    assert encode(_lived(7)) == encode(_lived(7))
    assert _lived(7).hash == _lived(7).hash != _lived(8).hash


@pytest.mark.parametrize("change", CHANGES)
def test_the_hash_changes_with_anything_that_solvers_see(change: Callable[[ChainState], ChainState]) -> None:
    assert _snapshot(change(_state())).hash != _snapshot().hash


def _raised(node: object) -> Iterator[object]:
    """Yield copies of a JSON document in each of which one number is one larger."""
    if isinstance(node, dict):
        for key, value in node.items():
            yield from (node | {key: other} for other in _raised(value))
    elif isinstance(node, list):
        for i, value in enumerate(node):
            yield from ([*node[:i], other, *node[i + 1 :]] for other in _raised(value))
    elif isinstance(node, int) and not isinstance(node, bool):
        yield node + 1
    elif isinstance(node, str) and node.isdecimal():
        yield str(int(node) + 1)


def test_every_number_of_the_text_counts() -> None:
    snapshot = _snapshot()

    texts = list(_raised(json.loads(encode(snapshot))))

    hashes = {decode(json.dumps(text).encode()).hash for text in texts}
    assert len(texts) > 40
    assert len(hashes | {snapshot.hash}) == len(texts) + 1


def test_the_hash_changes_with_time_price_and_gas() -> None:
    first = _snapshot()
    later, dearer = replace(first, time_ms=START_MS + 1), replace(first, ether_price=1)

    assert len({first.hash, later.hash, dearer.hash, _snapshot(gas_price_wei=GWEI + 1).hash}) == 4


def test_what_solvers_do_not_see_does_not_change_the_hash() -> None:
    """Positions of others, which transfer waits at a bridge, and answers of the past."""
    before = _state()
    others = replace(before, clearing=before.clearing.change("user", cash=dollars(5)))
    history = replace(before, past_answers=(Answer(7, 1, 1),))
    waiting = [_waiting(before, cash) for cash in (10**6, 10**7)]

    assert {_snapshot(state).hash for state in (others, history)} == {_snapshot().hash}
    assert len({_snapshot(state).hash for state in waiting}) == 1


def _waiting(state: ChainState, cash: int) -> ChainState:
    queued = state.bridges["bridge"].arrived(Transfer(id="t", account="user", cash=dollars(cash)), 0)
    return replace(state, bridges=state.bridges.set("bridge", queued))


def test_a_view_shows_what_a_solver_has() -> None:
    view = view_chain(_with_cash(_state()), GWEI, ("solver", "stranger"))

    cash = 100_000_000 * USDC_UNIT + 1
    assert view.holdings["solver"] == Holdings(cash=cash, ether=1_000_000 * ETH_UNIT, gas=GAS)
    assert view.holdings["stranger"] == Holdings(cash=0, ether=0, gas=0)


def test_venues_and_bridges_are_in_the_order_of_their_names() -> None:
    state = chain_state(L2, pool(), book(), amm())

    view = view_chain(state, GWEI, ())

    assert [venue.id for venue in view.venues] == ["amm", "book", "pool"]


@given(st.integers(0, 10**7), st.integers(0, 10**12))
def test_gas_in_dollars_is_rounded_up(gas: int, price_wei: int) -> None:
    """By hand: at 140 dollars a base unit of USDC buys 10^18 / (140 * 10^6) wei."""
    snapshot = _snapshot(gas_price_wei=price_wei)

    cash = snapshot.gas_cash(L2, gas)

    assert (cash - 1) * 10**18 < gas * price_wei * 140 * USDC_UNIT <= cash * 10**18


def test_a_bridge_is_found_by_its_ends_and_its_capacity_lies_at_the_far_one() -> None:
    snapshot = _snapshot(_with_liquidity(_state()))

    there, back = snapshot.bridge(L1, L2), snapshot.bridge(L2, L1)

    assert there is not None
    assert back is not None
    assert (there.chain, back.chain) == (L1, L2)
    assert snapshot.bridge_liquidity(there) == back.liquidity == there.liquidity + 1
    assert snapshot.bridge_liquidity(back) == there.liquidity
    assert snapshot.bridge(L1, L1) is None


def test_of_several_bridges_the_first_by_name_is_taken() -> None:
    made = chain_state(L1)
    second = replace(made.bridges["bridge"], id="arch")
    view = view_chain(replace(made, bridges=made.bridges.set("arch", second)), GWEI, ())

    found = Snapshot(time_ms=0, ether_price=0, chains=(view,)).bridge(L1, L2)

    assert found is not None
    assert found.id == "arch"


def _bridged(*ends: AnyPort) -> Snapshot:
    views = []
    for chain in (L1, L2):
        ports = {port.id: port for port in ends if port.chain == chain}
        views.append(view_chain(replace(chain_state(chain), bridges=Map(ports)), GWEI, ()))
    return Snapshot(time_ms=0, ether_price=0, chains=tuple(views))


def test_of_several_bridges_the_quickest_open_one_is_taken() -> None:
    slow, quick = (replace(port(L1, L2, delay_ms=ms), id=name) for ms, name in ((9_000, "a"), (5_000, "b")))

    assert _bridged(slow, quick).bridge(L1, L2) == quick.as_seen()
    assert _bridged(slow, replace(quick, halted=True)).bridge(L1, L2) == slow.as_seen()


def test_a_bridge_that_is_halted_at_either_end_has_no_capacity() -> None:
    there, back = port(L1, L2), port(L2, L1)
    for ends in ((replace(there, halted=True), back), (there, replace(back, halted=True))):
        assert _bridged(*ends).bridge_liquidity(ends[0].as_seen()) == 0


def test_what_is_fronted_at_one_end_takes_from_the_cap_of_both() -> None:
    near = fast(L1).fronted(sent(4_000), "relayer")
    assert isinstance(near, FastPort)
    snapshot = _bridged(near, fast(L2))

    left = 10_000 * USDC_UNIT - sent(4_000).cash
    assert snapshot.bridge_liquidity(near.as_seen()) == left
    assert snapshot.bridge_liquidity(fast(L2).as_seen()) == left


def test_a_fast_bridge_at_its_cap_is_not_open() -> None:
    full = fast(L2, cap=sent(4_000).cash).fronted(sent(4_000), "relayer")
    assert isinstance(full, FastPort)
    snapshot = _bridged(fast(L1), full)

    assert not snapshot.is_open(fast(L1).as_seen())


def test_an_open_liquidity_bridge_is_told_of_in_the_words_it_always_was() -> None:
    told = json.loads(encode(_bridged(port(L1, L2))))["chains"][0]["bridges"][0]

    assert set(told) == {"id", "chain", "peer", "liquidity", "fee_ppm", "fixed_fee", "delay_ms", "gas", "queue"}


@pytest.mark.parametrize("ends", [canonical, fast, light_client, optimistic])
def test_bridges_of_every_kind_survive_the_way_to_the_solvers(ends: Callable[[str], AnyPort]) -> None:
    snapshot = _bridged(ends(L1), replace(ends(L2), halted=True))

    assert decode(encode(snapshot)) == snapshot
    assert snapshot.by_chain[L2].bridges[0].halted
    assert {port.kind for view in snapshot.chains for port in view.bridges} == {ends(L1).kind}


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda body: body.pop("time_ms"), id="missing"),
        pytest.param(lambda body: body.update(time_ms="1"), id="text for a number"),
        pytest.param(lambda body: body.update(ether_price=-1), id="negative price"),
        pytest.param(lambda body: body["chains"][1]["venues"][0].update(kind="casino"), id="unknown venue"),
    ],
)
def test_what_is_not_a_snapshot_is_refused(spoil: Callable[[dict[str, object]], object]) -> None:
    body = json.loads(encode(_snapshot()))
    spoil(body)

    with pytest.raises(ValidationError):
        decode(json.dumps(body).encode())
