"""What is left out of a round before its winners are chosen cannot matter."""

from dataclasses import replace

from auction.winner_determination.bundles import clash, reduced
from auction.winner_determination.offer import Limits, Offer
from tests.auction.winner_determination.rounds import best_score, on_items, one_of_each, random_round, rivals_of

SEEDS = range(60)


def test_the_best_score_stays_the_same_whoever_is_left_out() -> None:
    for seed in SEEDS:
        offers, limits = rivals_of(*random_round(seed, items=4, offers=7), seed)
        smaller = reduced(offers, limits)
        for gone in ("", *sorted({offer.solver for offer in offers})):
            rest = [offer for offer in offers if offer.solver != gone]
            present = [(bundle.shape, offer) for bundle in smaller.bundles if (offer := bundle.present((gone,)))]
            left = [replace(shape, id=offer.id, score=offer.score) for shape, offer in present]

            assert best_score(left, smaller.limits) == best_score(rest, limits), (seed, gone)


def test_bids_of_many_solvers_on_one_thing_are_one_bundle_with_the_best_first() -> None:
    offers = [on_items(i, f"s{i}", score, "AB") for i, score in enumerate((5, 9, 7))]
    offers += [on_items(8, "y", 6, "A"), on_items(9, "z", 5, "B")]

    pair, *singles = reduced(offers, one_of_each("AB")).bundles

    assert [offer.score for offer in pair.offers] == [9, 7, 5]
    assert pair.present(("s1",)) == offers[2]
    assert [single.offers for single in singles] == [(offers[3],), (offers[4],)]


def test_partial_bids_that_can_win_side_by_side_stay_apart() -> None:
    offers = [Offer(id=str(i), solver=f"s{i}", score=5, takes={"intent": 3}) for i in range(3)]

    assert len(reduced(offers, Limits(capacity={"intent": 6})).bundles) == 3
    assert len(reduced(offers, Limits(capacity={"intent": 5})).bundles) == 1


def test_an_offer_is_outdone_only_by_those_that_gain_more_for_less_without_any_one_solver() -> None:
    poor = on_items(0, "a", 5, "AB")
    better = [on_items(1, "b", 6, "A"), on_items(2, "c", 5, "B")]
    same_solver = on_items(3, "b", 7, "B")

    assert poor.id not in kept([poor, *better], "AB")
    assert poor.id in kept([poor, better[0], same_solver], "AB")
    assert poor.id in kept([poor, better[0]], "AB")


def test_a_resource_that_all_can_have_is_forgotten_and_a_scarce_one_is_not() -> None:
    offers = [Offer(id=str(i), solver="a", score=i, takes={"cash": 4, f"intent {i}": 1}) for i in range(3)]

    assert [dict(b.shape.takes) for b in reduced(offers, Limits(capacity={"cash": 12})).bundles] == [{}, {}, {}]
    assert [dict(b.shape.takes) for b in reduced(offers, Limits(capacity={"cash": 11})).bundles] == [{"cash": 4}] * 3


def test_counts_of_winners_become_resources_where_they_bind() -> None:
    offers = [on_items(i, "a", i, item) for i, item in enumerate("ABC")]
    bound = Limits(capacity=one_of_each("ABC").capacity, most_winners=3, most_per_solver=2)

    shapes = [bundle.shape for bundle in reduced(offers, bound).bundles]

    assert all(dict(shape.takes) == {"wins of a": 1} for shape in shapes)


def test_offers_of_solvers_that_are_told_apart_stand_for_nobody_else() -> None:
    offers = [on_items(0, "winner", 9, "A"), on_items(1, "loser", 5, "A"), on_items(2, "other", 4, "A")]

    together = reduced(offers, one_of_each("A")).bundles
    apart = reduced(offers, one_of_each("A"), apart={"winner"}).bundles

    assert [len(bundle.offers) for bundle in together] == [3]
    assert [[offer.solver for offer in bundle.offers] for bundle in apart] == [["winner"], ["loser", "other"]]


def test_two_offers_clash_where_what_both_take_is_more_than_either_allows() -> None:
    a = Offer(id="0", solver="a", score=1, takes={"venue": 4}, reaches={"venue": 9})
    b = Offer(id="1", solver="b", score=1, takes={"venue": 5}, reaches={"venue": 20})

    assert not clash(a, b, {})
    assert clash(a, b, {"venue": 8})
    assert clash(replace(a, reaches={"venue": 8}), b, {})


def kept(offers: list[Offer], items: str) -> set[str]:
    """Return the ids of the offers that are left."""
    return {offer.id for bundle in reduced(offers, one_of_each(items)).bundles for offer in bundle.offers}
