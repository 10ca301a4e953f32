import pytest
from hypothesis import given
from hypothesis import strategies as st

from venues.security.deposit import WITHDRAWAL_DELAY, Deposit
from venues.security.slashing import WAD

ETHER = 10**18
shares = st.integers(1, 10**24)
factors = st.integers(10**12, WAD)


def test_a_slash_takes_the_same_share_of_every_deposit() -> None:
    deposit = Deposit().grown(10 * ETHER, WAD)

    assert deposit.worth(WAD * 9 // 10) == 9 * ETHER


def test_who_joins_after_a_slash_does_not_pay_for_it() -> None:
    joined = Deposit().grown(10 * ETHER, WAD // 2)

    assert joined.worth(WAD // 2) == 10 * ETHER
    assert joined.worth(WAD // 4) == 5 * ETHER


def test_nobody_joins_an_operator_without_magnitude() -> None:
    with pytest.raises(ValueError, match="takes no deposits"):
        Deposit().grown(1, 0)


def test_a_withdrawal_waits_two_weeks_and_is_slashed_until_then() -> None:
    left, withdrawal = Deposit().grown(10 * ETHER, WAD).withdrawn(4 * ETHER, 1_000)

    assert withdrawal.ready_block() == 1_000 + WITHDRAWAL_DELAY
    assert withdrawal.paid(WAD) == 4 * ETHER
    assert withdrawal.paid(WAD // 2) == 2 * ETHER
    assert left.worth(WAD // 2) == 3 * ETHER


def test_nobody_withdraws_more_than_they_deposited() -> None:
    with pytest.raises(ValueError, match="cannot withdraw 11 of 10"):
        Deposit(shares=10).withdrawn(11, 0)


@given(shares, shares, factors, factors, st.floats(0, 1))
def test_a_way_in_and_out_never_pays_out_more_than_came_in(
    first: int, second: int, one: int, other: int, part: float
) -> None:
    high, low = max(one, other), min(one, other)
    deposit = Deposit().grown(first, high).grown(second, low)
    left, withdrawal = deposit.withdrawn(int(part * deposit.shares), 0)

    assert withdrawal.paid(low) + left.worth(low) <= first * low // high + second + 1
