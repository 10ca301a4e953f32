"""Hashed timelocks: who may do what when, and where the money goes."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intents.assets import ETH, ETH_UNIT, OPTION_UNIT
from tests.venues.htlc.locks import (
    DEPOSIT,
    MAKER,
    SCHEDULE,
    SECRET,
    STRANGER,
    TAKER,
    after,
    before,
    block,
    lock_terms,
    locked,
    opening,
    reason,
)
from tests.venues.small_world import PUT, START_MS
from venues.chain_state import ChainState
from venues.chains.transaction import Applied
from venues.htlc.calls import Cancel, OpenLock, Withdraw
from venues.htlc.lock import HashLock, Side, hash_of
from venues.htlc.timelocks import Timelocks

sides = st.sampled_from(["source", "destination"])
callers = st.sampled_from([MAKER, TAKER, STRANGER])
gaps = st.lists(st.integers(0, 5), min_size=4, max_size=4)


def withdraw(caller: str = TAKER, secret: str = SECRET) -> Withdraw:
    return Withdraw(lock_id="swap", caller=caller, secret=secret)


def cancel(caller: str = TAKER) -> Cancel:
    return Cancel(lock_id="swap", caller=caller)


def cash(state: ChainState, account: str) -> int:
    return state.clearing.account(account).cash


def staged(side: Side, waits: list[int]) -> tuple[ChainState, list[int]]:
    """Return a chain with a lock whose stages follow each other after some milliseconds, and their beginnings."""
    begins = [sum(waits[: i + 1]) for i in range(4)]
    locks = Timelocks(
        withdrawal_ms=begins[0],
        public_withdrawal_ms=begins[1],
        cancellation_ms=begins[2],
        public_cancellation_ms=begins[3] if side == "source" else None,
    )
    both = replace(SCHEDULE, source=locks, destination=locks)
    call = opening(side, terms=replace(lock_terms(side), schedule=both))
    return after(before(side), call, block(side, START_MS)), begins


@given(sides, gaps, callers, st.integers(0, 22))
def test_who_may_withdraw_and_cancel_at_which_age(side: Side, waits: list[int], caller: str, age: int) -> None:
    """The stages once more, from their names: each holds from its first instant up to, not including, its last."""
    state, (private, public, cancelling, anybody) = staged(side, waits)
    at = block(side, START_MS + age)

    withdraws = (private if caller == TAKER else public) <= age < cancelling
    cancels = age >= cancelling if caller == TAKER else side == "source" and age >= anybody

    assert (reason(state, withdraw(caller), at) == "") == withdraws
    assert (reason(state, cancel(caller), at) == "") == cancels


@given(sides, gaps, callers, st.integers(0, 22), st.booleans())
def test_no_call_makes_or_loses_money(side: Side, waits: list[int], caller: str, age: int, cancels: bool) -> None:
    state, _ = staged(side, waits)

    outcome = (cancel(caller) if cancels else withdraw(caller)).apply(state, block(side, START_MS + age))

    assert state.totals() == before(side).totals()
    if isinstance(outcome, Applied):
        assert outcome.state.totals() == before(side).totals()
        assert outcome.state.hashlocks["swap"].holdings() == {}


@given(sides, gaps, callers, st.integers(0, 22), callers, st.integers(0, 22))
def test_a_lock_ends_once(side: Side, waits: list[int], first: str, age: int, second: str, later: int) -> None:
    state, _ = staged(side, waits)
    for call in (withdraw(first), cancel(first)):
        outcome = call.apply(state, block(side, START_MS + age))
        if isinstance(outcome, Applied):
            at = block(side, START_MS + age + later)
            assert reason(outcome.state, withdraw(second), at) == "reverted"
            assert reason(outcome.state, cancel(second), at) == "reverted"


def test_a_withdrawal_pays_the_other_party_and_shows_the_secret() -> None:
    state = locked()

    done = after(state, withdraw(), block("source", START_MS + 10_000))

    assert cash(done, TAKER) - cash(before("source"), TAKER) == lock_terms().amount
    assert cash(done, MAKER) - cash(before("source"), MAKER) == -lock_terms().amount
    assert done.hashlocks["swap"].secret == SECRET


def test_on_the_destination_the_maker_is_paid_even_if_the_taker_asks() -> None:
    done = after(locked("destination"), withdraw(TAKER), block("destination", START_MS + 10_000))

    assert cash(done, MAKER) - cash(before("destination"), MAKER) == lock_terms().amount


@pytest.mark.parametrize("side", ["source", "destination"])
def test_a_cancelled_lock_leaves_everybody_as_they_were(side: Side) -> None:
    done = after(locked(side), cancel(), block(side, START_MS + 30_000))

    assert (done.clearing, done.wallets) == (before(side).clearing, before(side).wallets)


@pytest.mark.parametrize(("age", "caller", "earned"), [(10_000, TAKER, 0), (20_000, TAKER, 1), (20_000, STRANGER, 1)])
def test_the_deposit_pays_whoever_withdraws_in_public(age: int, caller: str, earned: int) -> None:
    done = after(locked(), withdraw(caller), block("source", START_MS + age))

    assert done.wallets[caller] - before("source").wallets[caller] == earned * DEPOSIT
    assert done.wallets[MAKER] - before("source").wallets[MAKER] == -earned * DEPOSIT
    assert done.hashlocks["swap"].is_public == (earned == 1)


@pytest.mark.parametrize(("age", "caller", "earned"), [(30_000, TAKER, 0), (40_000, STRANGER, 1)])
def test_the_deposit_pays_whoever_cancels_in_public(age: int, caller: str, earned: int) -> None:
    done = after(locked(), cancel(caller), block("source", START_MS + age))

    assert done.wallets[caller] - before("source").wallets[caller] == earned * DEPOSIT


def test_the_owners_own_public_cancellation_brings_the_deposit_back() -> None:
    done = after(locked(), cancel(MAKER), block("source", START_MS + 40_000))

    assert done.wallets == before("source").wallets


@pytest.mark.parametrize(
    ("call", "age", "code"),
    [
        (withdraw(), 9_999, "early"),
        (withdraw(STRANGER), 19_999, "early"),
        (withdraw(secret="00" * 32), 10_000, "secret"),
        (withdraw(), 30_000, "late"),
        (cancel(), 29_999, "early"),
        (cancel(STRANGER), 39_999, "early"),
        (Withdraw(lock_id="other", caller=TAKER, secret=SECRET), 10_000, "reverted"),
    ],
)
def test_a_refusal_names_its_reason(call: Withdraw | Cancel, age: int, code: str) -> None:
    assert reason(locked(), call, block("source", START_MS + age)) == code


def test_nobody_but_the_taker_ever_cancels_on_the_destination() -> None:
    assert reason(locked("destination"), cancel(MAKER), block("destination", START_MS + 10**9)) == "forbidden"


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (opening(deadline_ms=START_MS - 1), "late"),
        (opening(deadline_ms=START_MS), ""),
        (opening(terms=replace(lock_terms(), amount=0)), "reverted"),
        (opening(terms=replace(lock_terms(), deposit_wei=-1)), "reverted"),
        (opening(terms=replace(lock_terms(), amount=10**18)), "undercollateralised"),
        (opening(terms=replace(lock_terms(), deposit_wei=10**24)), "undercollateralised"),
        (opening("destination", source_cancellation_ms=START_MS + 29_999), "unsafe"),
        (opening("destination", source_cancellation_ms=None), "unsafe"),
        (opening("destination", source_cancellation_ms=START_MS + 30_000), ""),
    ],
)
def test_what_may_not_be_locked_is_refused(call: OpenLock, code: str) -> None:
    assert reason(before("source"), call, block("source", START_MS)) == code


@pytest.mark.parametrize(("age", "may"), [(9_999, False), (10_000, True), (29_999, True), (30_000, False)])
def test_a_lock_says_itself_when_the_taker_may_withdraw(age: int, may: bool) -> None:
    assert locked().hashlocks["swap"].withdrawable(TAKER, START_MS + age) == may


def test_an_id_is_used_once() -> None:
    assert reason(locked(), opening(), block("source", START_MS + 1)) == "reverted"


def test_collateral_of_options_cannot_be_locked() -> None:
    """By hand: 714,285 puts of 140 dollars take all but 100 of the hundred million dollars of the account."""
    state = before("source")
    clearing = state.clearing.change(MAKER, positions={PUT: -714_285 * OPTION_UNIT})

    refused = reason(replace(state, clearing=clearing), opening(), block("source", START_MS))

    assert clearing.uncovered([MAKER]) is None
    assert refused == "undercollateralised"


def test_ether_is_locked_apart_from_its_deposit() -> None:
    terms = replace(lock_terms(), asset=ETH, amount=3 * ETH_UNIT)
    state = after(before("source"), opening(terms=terms), block("source", START_MS))

    done = after(state, withdraw(), block("source", START_MS + 10_000))

    assert state.hashlocks["swap"].holdings() == {ETH: 3 * ETH_UNIT + DEPOSIT}
    assert done.clearing.account(TAKER).ether - before("source").clearing.account(TAKER).ether == 3 * ETH_UNIT
    assert done.totals() == before("source").totals()


def test_stages_out_of_order_are_no_timelocks() -> None:
    with pytest.raises(ValueError, match="one after the other"):
        Timelocks(withdrawal_ms=2, public_withdrawal_ms=1, cancellation_ms=3)


def test_the_hash_is_that_of_the_contracts() -> None:
    """Keccak-256 of 32 zero bytes, as every EVM computes it."""
    assert hash_of("00" * 32) == "290decd9548b62a8d60345a988386fc84ba6bc95484008f6362f93160ef3e563"


def test_a_secret_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        hash_of("00" * 31)


def test_an_open_lock_is_locked() -> None:
    assert locked().hashlocks["swap"] == HashLock(terms=lock_terms(), opened_ms=START_MS)
