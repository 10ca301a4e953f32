"""References and payments of a decided round."""

import pytest

from auction.payments.payment import Payment
from auction.reckoning import Decided, Reckoning
from auction.scoring import Scored
from auction.winner_determination.rounds import EXACT, WinnerRule, select_by
from tests.auction.rivals import lots, rival

ONE = lots(i1=1)
BOTH = lots(i1=1, i2=1)


def reckoned(bids: list[Scored], remaining: dict[str, int], rule: WinnerRule = EXACT) -> Reckoning:
    """Return the accounts of a round decided by a rule."""
    winners = select_by(rule, bids, remaining, {}, b"tie").winners
    return Reckoning(Decided(fair=bids, winners=winners, remaining=remaining, cash={}, tie=b"tie", rule=rule))


SECOND_PRICE = [rival("one", (1, 1, 100)), rival("two", (1, 1, 70))]


def test_the_reference_of_a_winner_is_the_round_without_it_and_that_of_a_loser_the_round_itself() -> None:
    references = reckoned(SECOND_PRICE, ONE).references

    assert (references.of("one"), references.of("two"), references.of("nobody")) == (71, 101, 101)


@pytest.mark.parametrize("rule", ["vcg", "core"])
def test_a_single_winner_is_owed_what_it_is_better_than_the_second(rule: str) -> None:
    found = reckoned(SECOND_PRICE, ONE).payments(rule, fees=1000)  # type: ignore[arg-type]

    assert found == (Payment(solver="one", score=101, reference=71, reward=30),)


@pytest.mark.parametrize("rule", ["vcg", "core"])
@pytest.mark.parametrize("fees", [0, 10, 45, 1000])
def test_rewards_are_never_more_than_the_fees(rule: str, fees: int) -> None:
    bids = [rival("one", (1, 1, 100)), rival("two", (2, 1, 80)), rival("three", (1, 1, 70), (2, 1, 70))]

    found = reckoned(bids, BOTH).payments(rule, fees)  # type: ignore[arg-type]

    assert sum(payment.reward for payment in found) <= fees
    assert all(payment.reward >= 0 for payment in found)


def test_as_bid_nobody_is_owed_anything() -> None:
    assert [p.reward for p in reckoned(SECOND_PRICE, ONE).payments("pay_as_bid", 1000)] == [0]


def test_under_greed_the_reference_may_exceed_the_score_and_nobody_is_made_to_pay() -> None:
    """Greed takes the large batch; without its solver two others reach more."""
    bids = [
        rival("batch", (1, 1, 150), (2, 1, 150)),
        rival("one", (1, 1, 10), (3, 1, 180)),
        rival("two", (2, 1, 10), (4, 1, 180)),
    ]

    found = reckoned(bids, lots(i1=1, i2=1, i3=1, i4=1), WinnerRule(mode="greedy"))

    assert found.references.of("batch") == 384
    assert found.references.choice.score == 302
    assert found.payments("vcg", 1000) == (Payment(solver="batch", score=302, reference=384, reward=0),)
