"""Rewards within what fees pay for: bounded for each winner by its own fees, and still in the core."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auction.payments.core import core_rewards
from auction.payments.payment import PaymentRule, pay
from auction.payments.reference import References, exact_references
from auction.payments.vcg import Cap, vcg_rewards
from auction.winner_determination.exact import Exact
from tests.auction.payments.test_rules import regrets
from tests.auction.winner_determination.rounds import on_items, one_of_each, random_round

seeds = st.integers(0, 400)
percents = st.integers(0, 100)
rules = st.sampled_from(["vcg", "core"])


def caps_of(references: References, percent: int) -> dict[str, Cap]:
    """Return bounds as if a share of each winner's score were fees that it may be rewarded with."""
    choice = references.choice
    return {solver: Cap(most=choice.score_of(solver) * percent // 100) for solver in choice.solvers}


@settings(max_examples=20, deadline=None)
@given(seeds, percents, rules)
def test_no_winner_is_rewarded_below_zero_or_above_its_fees_or_above_vcg(
    seed: int, percent: int, rule: PaymentRule
) -> None:
    round_ = Exact(*random_round(seed))
    references = exact_references(round_)
    caps, vcg = caps_of(references, percent), vcg_rewards(references)

    paid = pay(rule, round_, references, caps=caps)

    for payment in paid:
        assert 0 <= payment.reward <= (caps[payment.solver].most or 0)
        assert payment.score - vcg[payment.solver] <= payment.left <= payment.score
    assert sum(payment.reward for payment in paid) <= sum(cap.most or 0 for cap in caps.values())


@settings(max_examples=25, deadline=None)
@given(seeds, percents)
def test_no_coalition_objects_to_core_rewards_within_fees(seed: int, percent: int) -> None:
    offers, limits = random_round(seed)
    round_ = Exact(offers, limits)
    references = exact_references(round_)

    rewards = core_rewards(round_, references, caps=caps_of(references, percent))

    assert max(regrets(offers, limits, rewards), default=0) <= 0


@settings(max_examples=25, deadline=None)
@given(seeds, rules)
def test_fees_that_reach_change_nothing_and_vcg_pays_the_lesser_of_both_where_they_do_not(
    seed: int, rule: PaymentRule
) -> None:
    round_ = Exact(*random_round(seed))
    references = exact_references(round_)
    vcg, free = vcg_rewards(references), pay(rule, round_, references)
    ample = {solver: Cap(most=reward) for solver, reward in vcg.items()}
    scarce = {solver: Cap(most=reward // 3) for solver, reward in vcg.items()}

    assert pay(rule, round_, references, caps=ample) == free
    if rule == "vcg":
        assert [p.reward for p in pay(rule, round_, references, caps=scarce)] == [vcg[p.solver] // 3 for p in free]


@pytest.mark.parametrize("rule", ["vcg", "core"])
def test_where_fees_bind_a_higher_bid_does_not_lower_revenue_in_the_known_example(rule: PaymentRule) -> None:
    """Bids A = 10, B = b, C = 10, AB = 10, BC = 10, b from 4 to 10; without fees revenue falls with b under both."""
    kept: dict[str, list[int]] = {"free": [], "within": []}
    for b in range(4, 11):
        scores = {"A": 10, "B": b, "C": 10, "AB": 10, "BC": 10}
        offers = [on_items(name, name, score * 100, name) for name, score in scores.items()]
        round_ = Exact(offers, one_of_each("ABC"))
        references = exact_references(round_)
        for name, caps in {"free": None, "within": caps_of(references, 20)}.items():
            kept[name].append(sum(payment.left for payment in pay(rule, round_, references, caps=caps)))

    assert kept["free"] == sorted(kept["free"], reverse=True)
    assert kept["within"] == sorted(kept["within"])
    assert kept["within"][0] > kept["free"][0]
