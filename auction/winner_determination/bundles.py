"""What is chosen among: offers that take the same as one bundle, without those that cannot matter.

Solvers find the same routes, so that a round holds many bids for the same thing. Three steps, until none has anything
left to do: a resource that is there for everybody who wants it is forgotten; of offers that take the same and exclude
each other, only the best that is present can win; an offer is left out if another one that excludes it takes no more,
leaves others no less room and gains no less, whichever single solver is left out of the round.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from auction.winner_determination.greedy import by_score
from auction.winner_determination.offer import Limits, Offer

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Offers of which at most one wins, for they take the same."""

    shape: Offer
    """The best of them, with the scarce resources alone."""

    offers: tuple[Offer, ...]
    """As they were made, the best first."""

    def present(self, without: Collection[str] = ()) -> Offer | None:
        """Return the best offer of any other solver than those."""
        return next((offer for offer in self.offers if offer.solver not in without), None)


@dataclass(frozen=True, slots=True)
class Reduced:
    """A round without what cannot matter."""

    bundles: tuple[Bundle, ...]
    """The best first."""

    limits: Limits
    """Capacities alone: counts of winners are resources like any other."""


def reduced(
    offers: Sequence[Offer], limits: Limits, tie: bytes = b"", *, by_volume: bool = False, apart: Collection[str] = ()
) -> Reduced:
    """Return a round that has the same best choice, also without any one solver.

    Args:
        offers: Each of them may win alone.
        limits: What the winners keep to.
        tie: Seed of the tie-break.
        by_volume: Whether volume is maximised too, so that it has to be the same.
        apart: Solvers whose offers stand for no others', because it matters who wins.
    """
    counted, shapes = _with_counts(offers, limits)
    originals = {offer.id: offer for offer in offers}
    found = [Bundle(shape, (originals[shape.id],)) for shape in by_score(shapes, tie)]
    rank = {bundle.shape.id: i for i, bundle in enumerate(found)}
    step = _Step(counted, rank, by_volume, frozenset(apart))
    while True:
        smaller = step.undominated(step.merged(_stripped(found, counted.capacity)))
        if len(smaller) == len(found):
            return Reduced(tuple(smaller), counted)
        found = smaller


def clash(a: Offer, b: Offer, capacity: Mapping[str, int]) -> bool:
    """Return whether two offers cannot both win, for what they take of some resource."""
    small, large = (a, b) if len(a.takes) <= len(b.takes) else (b, a)
    return any(
        taken + large.takes[resource] > _most((small, large), resource, capacity)
        for resource, taken in small.takes.items()
        if resource in large.takes
    )


def _most(offers: Iterable[Offer], resource: str, capacity: Mapping[str, int]) -> float:
    bounds = [offer.reaches[resource] for offer in offers if resource in offer.reaches]
    if resource in capacity:
        bounds.append(capacity[resource])
    return min(bounds, default=float("inf"))


def _with_counts(offers: Sequence[Offer], limits: Limits) -> tuple[Limits, list[Offer]]:
    """Return limits and offers in which a count of winners is a resource, of which each winner takes one."""
    capacity, each = dict(limits.capacity), {}
    if limits.most_winners is not None:
        each = {"wins": 1}
        capacity["wins"] = limits.most_winners
    own = limits.most_per_solver
    if own is not None:
        capacity |= {f"wins of {offer.solver}": own for offer in offers}
    if not each and own is None:
        return Limits(capacity=capacity), list(offers)
    taken = [each | ({f"wins of {offer.solver}": 1} if own is not None else {}) for offer in offers]
    shapes = [replace(offer, takes=dict(offer.takes) | more) for offer, more in zip(offers, taken, strict=True)]
    return Limits(capacity=capacity), shapes


def _stripped(bundles: Sequence[Bundle], capacity: Mapping[str, int]) -> list[Bundle]:
    """Return bundles with the resources alone that not all of them can have."""
    taken: dict[str, int] = {}
    most = dict(capacity)
    for bundle in bundles:
        for resource, quantity in bundle.shape.takes.items():
            taken[resource] = taken.get(resource, 0) + quantity
        for resource, reach in bundle.shape.reaches.items():
            most[resource] = min(reach, most.get(resource, reach))
    scarce = {resource for resource, quantity in taken.items() if quantity > most.get(resource, quantity)}
    return [_only(bundle, scarce) for bundle in bundles]


def _only(bundle: Bundle, scarce: Collection[str]) -> Bundle:
    shape = bundle.shape
    takes = {name: quantity for name, quantity in shape.takes.items() if quantity and name in scarce}
    reaches = {name: reach for name, reach in shape.reaches.items() if name in scarce}
    if len(takes) == len(shape.takes) and len(reaches) == len(shape.reaches):
        return bundle
    return Bundle(replace(shape, takes=takes, reaches=reaches), bundle.offers)


@dataclass(frozen=True, slots=True)
class _Step:
    """What merging and leaving out go by."""

    limits: Limits
    rank: Mapping[str, int]
    """Of each offer by its id, the best first: smaller means more score, or the same and more luck."""

    by_volume: bool
    apart: frozenset[str]

    def merged(self, bundles: Sequence[Bundle]) -> list[Bundle]:
        """Return bundles that take the same and exclude each other as one."""
        alike: dict[Key, list[Bundle]] = {}
        for i, bundle in enumerate(bundles):
            alone = not clash(bundle.shape, bundle.shape, self.limits.capacity)
            alike.setdefault((i,) if alone else self._key(bundle.shape), []).append(bundle)
        return [self._joined(group) for group in alike.values()]

    def undominated(self, bundles: Sequence[Bundle]) -> list[Bundle]:
        """Return bundles that may be missed, whichever solver is left out; the best first."""
        kept: list[Bundle] = []
        by_resource: dict[str, list[Bundle]] = {}
        for bundle in bundles:
            takes = bundle.shape.takes
            rivals = [better for resource in takes for better in by_resource.get(resource, ())]
            better = [rival for rival in rivals if self._outdoes(rival.shape, bundle.shape)]
            if self._is_missed(bundle, better):
                kept.append(bundle)
                for resource in list(takes)[:1]:
                    by_resource.setdefault(resource, []).append(bundle)
        return kept

    def _key(self, shape: Offer) -> Key:
        volume = shape.volume if self.by_volume else 0
        owner = shape.solver if shape.solver in self.apart else ""
        return tuple(sorted(shape.takes.items())), tuple(sorted(shape.reaches.items())), volume, owner

    def _joined(self, group: Sequence[Bundle]) -> Bundle:
        if len(group) == 1:
            return group[0]
        offers = sorted((offer for bundle in group for offer in bundle.offers), key=lambda offer: self.rank[offer.id])
        return Bundle(group[0].shape, tuple(offers))

    def _outdoes(self, better: Offer, shape: Offer) -> bool:
        """Return whether the one could take the place of the other in every choice."""
        if better.solver in self.apart and better.solver != shape.solver:
            return False
        if self.by_volume and better.volume < shape.volume:
            return False
        return (
            all(quantity <= shape.takes.get(name, 0) for name, quantity in better.takes.items())
            and all(reach <= better.reaches.get(name, reach) for name, reach in shape.reaches.items())
            and all(name in shape.reaches for name in better.reaches)
            and clash(better, shape, self.limits.capacity)
        )

    def _is_missed(self, bundle: Bundle, better: Sequence[Bundle]) -> bool:
        """Return whether without some solver the bundle gains more than all that would take its place."""
        for gone in ("", *sorted({rival.offers[0].solver for rival in better})):
            own = bundle.present((gone,))
            rivals = [offer for rival in better if (offer := rival.present((gone,))) is not None]
            if own is not None and all(self.rank[own.id] < self.rank[rival.id] for rival in rivals):
                return True
        return False
