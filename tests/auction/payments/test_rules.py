"""What holds of payments under every rule, by looking at every coalition."""

import itertools
from collections.abc import Sequence

import pytest

from auction.payments.core import Constraint, core_rewards, nearest
from auction.payments.payment import Payment, PaymentRule, pay
from auction.payments.reference import exact_references
from auction.payments.vcg import Cap, capped, vcg_rewards, within_fees
from auction.winner_determination.exact import Exact
from auction.winner_determination.offer import Limits, Offer
from auction.winner_determination.packing import Budget
from tests.auction.winner_determination.families import family
from tests.auction.winner_determination.rounds import best_score, on_items, one_of_each, random_round

SEEDS = range(40)


def solved(offers: Sequence[Offer], limits: Limits) -> Exact:
    return Exact(offers, limits)


def regrets(offers: Sequence[Offer], limits: Limits, rewards: dict[str, int]) -> list[int]:
    """Return, for every group of winners, what they are rewarded above what the round loses without them."""
    total = best_score(offers, limits)
    found = []
    for size in range(1, len(rewards) + 1):
        for group in itertools.combinations(sorted(rewards), size):
            rest = [offer for offer in offers if offer.solver not in group]
            found.append(sum(rewards[name] for name in group) - (total - best_score(rest, limits)))
    return found


@pytest.mark.parametrize("rule", ["pay_as_bid", "vcg", "core"])
def test_no_solver_pays_more_than_it_bids_or_is_rewarded_less_than_nothing(rule: PaymentRule) -> None:
    for seed in SEEDS:
        round_ = solved(*random_round(seed))

        for payment in pay(rule, round_, exact_references(round_)):
            assert payment.reward >= 0, seed
            assert payment.left <= payment.score, seed


def test_vcg_rewards_are_what_a_round_loses_without_their_solver() -> None:
    for seed in SEEDS:
        offers, limits = random_round(seed)

        rewards = vcg_rewards(exact_references(solved(offers, limits)))

        assert all(
            reward == best_score(offers, limits) - best_score([o for o in offers if o.solver != solver], limits)
            for solver, reward in rewards.items()
        ), seed


def test_no_coalition_objects_to_core_rewards() -> None:
    for seed in SEEDS:
        offers, limits = random_round(seed)
        round_ = solved(offers, limits)

        rewards = core_rewards(round_, exact_references(round_))

        assert max(regrets(offers, limits, rewards), default=0) <= 0, seed


def test_core_rewards_leave_nothing_that_could_be_paid_to_one_more_solver() -> None:
    for seed in SEEDS:
        offers, limits = random_round(seed)
        round_ = solved(offers, limits)
        rewards = core_rewards(round_, exact_references(round_))
        for solver in rewards:
            more = rewards | {solver: rewards[solver] + 1}

            assert max(regrets(offers, limits, more)) > 0, (seed, solver)


def test_core_payments_are_at_least_those_of_vcg_and_equal_where_vcg_is_in_the_core() -> None:
    for seed in SEEDS:
        offers, limits = random_round(seed)
        round_ = solved(offers, limits)
        references = exact_references(round_)
        vcg, core = vcg_rewards(references), core_rewards(round_, references)

        assert all(core[solver] <= vcg[solver] for solver in vcg), seed
        if max(regrets(offers, limits, vcg), default=0) <= 0:
            assert core == vcg, seed


@pytest.mark.parametrize("b", range(4, 11))
def test_two_bundles_and_three_singles_are_paid_as_worked_out_by_hand(b: int) -> None:
    offers = [
        on_items(name, name, score, name) for name, score in {"A": 10, "B": b, "C": 10, "AB": 10, "BC": 10}.items()
    ]
    round_ = solved(offers, one_of_each("ABC"))
    references = exact_references(round_)

    assert vcg_rewards(references) == {"A": b, "B": b, "C": b}
    assert core_rewards(round_, references) == {"A": b, "B": 0, "C": b}


def test_a_truthful_bid_is_a_best_answer_under_vcg() -> None:
    for seed in range(15):
        offers, limits = random_round(seed)
        mine = offers[0]
        truth = vcg_rewards(exact_references(solved(offers, limits))).get(mine.solver, 0)
        own = [offer for offer in offers if offer.solver == mine.solver]
        for percent in (0, 50, 80, 120, 200):
            lies = [_scaled(offer, percent) if offer in own else offer for offer in offers]
            references = exact_references(solved(lies, limits))
            reward = vcg_rewards(references).get(mine.solver, 0)
            worth = sum(o.score for o in own if o.id in {w.id for w in references.choice.winners})

            assert worth - references.choice.score_of(mine.solver) + reward <= truth, (seed, percent)


def test_fees_bound_what_is_paid_in_all() -> None:
    for seed in SEEDS:
        round_ = solved(*random_round(seed))
        references = exact_references(round_)
        for rule in ("vcg", "core"):
            for fees in (0, 7, 50):
                paid = pay(rule, round_, references, fees)  # type: ignore[arg-type]

                assert sum(payment.reward for payment in paid) <= fees, seed
                assert all(payment.reward >= 0 for payment in paid), seed


def test_rewards_within_the_fees_are_paid_in_full() -> None:
    assert within_fees({"a": 5, "b": 3}, 8) == {"a": 5, "b": 3}
    assert within_fees({"a": 5, "b": 3}, 7) == {"a": 4, "b": 2}


def test_a_cap_bounds_both_what_is_won_and_what_is_lost() -> None:
    cap = Cap(most=10, most_lost=4)

    assert capped({"a": 25, "b": 7, "c": -9}, {"a": cap, "b": cap, "c": cap}) == {"a": 10, "b": 7, "c": -4}


def test_what_was_not_settled_is_taken_off_the_reward() -> None:
    offers = [on_items(1, "a", 30, "A"), on_items(2, "b", 20, "A")]
    references = exact_references(solved(offers, one_of_each("A")))

    assert vcg_rewards(references) == {"a": 10}
    assert vcg_rewards(references, {"a": 30}) == {"a": -20}


def test_a_solver_that_wins_nothing_has_the_winning_score_as_its_reference() -> None:
    offers = [on_items(1, "a", 30, "A"), on_items(2, "b", 20, "A")]

    references = exact_references(solved(offers, one_of_each("A")))

    assert (references.of("a"), references.of("b"), references.of("nobody")) == (20, 30, 30)


def test_a_single_solver_has_reference_zero() -> None:
    references = exact_references(solved([on_items(1, "a", 30, "A")], one_of_each("A")))

    assert dict(references.scores) == {"a": 0}


def test_a_round_without_offers_pays_nobody() -> None:
    round_ = solved([], Limits())

    assert pay("core", round_, exact_references(round_)) == []


def test_a_rule_that_needs_references_says_so() -> None:
    with pytest.raises(ValueError, match="reference scores"):
        pay("vcg", solved([], Limits()))


def test_rewards_in_the_billions_stay_within_their_constraints() -> None:
    vcg = {"a": 3_000_000_001, "b": 2_000_000_003, "c": 7}
    constraint = Constraint(frozenset({"a", "b"}), 4_000_000_001)

    rewards = nearest(vcg, [Constraint(frozenset({name}), most) for name, most in vcg.items()] + [constraint])

    assert rewards["a"] + rewards["b"] == pytest.approx(4_000_000_001, abs=100)
    assert rewards["a"] + rewards["b"] <= 4_000_000_001
    assert rewards["a"] - rewards["b"] == pytest.approx(999_999_998, rel=1e-3)


def _scaled(offer: Offer, percent: int) -> Offer:
    return Offer(
        id=offer.id,
        solver=offer.solver,
        score=offer.score * percent // 100,
        volume=offer.volume,
        takes=offer.takes,
        reaches=offer.reaches,
    )


def test_a_reference_that_is_not_proven_is_its_bound_so_that_no_reward_is_above_that_of_vcg() -> None:
    offers, limits = family("arbitrary", offers=150, items=40, seed=1)
    exact = exact_references(Exact(offers, limits))
    early = exact_references(Exact(offers, limits, budget=Budget(nodes=0, relative_gap=0.2)))

    assert early.found
    assert all(early.found[solver] < early.scores[solver] for solver in early.found)
    for solver in {*early.scores} & {*exact.scores}:
        assert early.found.get(solver, early.scores[solver]) <= exact.scores[solver]
        assert 0 <= vcg_rewards(early)[solver] <= vcg_rewards(exact)[solver]


def test_what_was_found_without_a_solver_stands_in_its_account_where_the_reference_is_a_bound() -> None:
    open_ = Payment(solver="a", score=9, reference=7, reward=2, found=5)
    proven = Payment(solver="a", score=9, reference=7, reward=2)

    assert proven.account == {"solver": "a", "score": "9", "reference": "7", "reward": "2"}
    assert open_.account == proven.account | {"reference_found": "5"}
