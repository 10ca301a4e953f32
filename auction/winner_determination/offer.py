"""Offers, what limits them, and a choice among them.

An offer is a bid reduced to what choosing needs: what it is worth, what it takes of each resource, and how far others
may use those resources beside it. A resource is anything that runs out: what remains of an intent, a directed pair of
tokens, a solver's cash, a stretch of a venue's curve.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A bid that is accepted whole or not at all."""

    id: str
    """Unique among the offers of a round."""

    solver: str
    score: int
    """What the owners gain, in base units; the sum over the winners is maximised."""

    volume: int = 0
    """What it fills, in units that add up; only the volume objective asks for it."""

    takes: Mapping[str, int]
    """Quantity of each resource that it takes."""

    reaches: Mapping[str, int] = field(default_factory=dict)
    """Most that all winners together may take of a resource if this one is among them."""

    parts: Mapping[str, int] = field(default_factory=dict)
    """Its score on each item, where the published fairness filter is to be applied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What all winners together keep to."""

    capacity: Mapping[str, int] = field(default_factory=dict)
    """Most of each resource; one that is not named is limited by reaches only."""

    most_winners: int | None = None
    most_per_solver: int | None = None
    """Most winning offers of one solver."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The winners, and how good they are proven to be."""

    winners: tuple[Offer, ...]
    """In the order of their ids."""

    bound: int
    """No choice has a higher score, or volume where that comes first; equal to it where the choice is proven best."""

    work: int = 0
    """Branch-and-bound nodes spent."""

    by_volume: bool = False
    """Whether volume came first, so that the bound is on it."""

    @property
    def score(self) -> int:
        """Sum of the winners' scores."""
        return sum(offer.score for offer in self.winners)

    @property
    def volume(self) -> int:
        """Sum of the winners' volumes."""
        return sum(offer.volume for offer in self.winners)

    @property
    def gap(self) -> float:
        """Relative distance to the bound; zero where the choice is proven best."""
        reached = self.volume if self.by_volume else self.score
        return (self.bound - reached) / max(abs(reached), 1)

    @property
    def solvers(self) -> tuple[str, ...]:
        """Solvers with a winning offer, sorted."""
        return tuple(sorted({offer.solver for offer in self.winners}))

    def score_of(self, solver: str) -> int:
        """Return the sum of scores of one solver's winners."""
        return sum(offer.score for offer in self.winners if offer.solver == solver)


def choice_of(winners: Iterable[Offer], bound: int, work: int = 0, *, by_volume: bool = False) -> Choice:
    """Return a choice with its winners in order, and a bound that is at least what they reach."""
    ordered = tuple(sorted(winners, key=lambda offer: offer.id))
    reached = sum(offer.volume if by_volume else offer.score for offer in ordered)
    return Choice(winners=ordered, bound=max(bound, reached), work=work, by_volume=by_volume)


def tie_weight(tie: bytes, offer: Offer) -> float:
    """Return the weight of an offer among its equals, in [0, 1): unknown to everybody until `tie` is revealed."""
    return int.from_bytes(hashlib.sha256(tie + offer.id.encode()).digest()[:6], "big") / 2**48


class Tally:
    """What a growing set of winners takes, in exact integers."""

    def __init__(self, limits: Limits, offers: Iterable[Offer] = ()) -> None:
        self._limits = limits
        self.winners: list[Offer] = []
        self._taken: dict[str, int] = {}
        self._reach: dict[str, int] = {}
        self._wins: dict[str, int] = {}
        for offer in offers:
            self.add(offer)

    def add(self, offer: Offer) -> None:
        """Let an offer win."""
        self.winners.append(offer)
        self._wins[offer.solver] = self._wins.get(offer.solver, 0) + 1
        for resource, quantity in offer.takes.items():
            self._taken[resource] = self._taken.get(resource, 0) + quantity
        for resource, reach in offer.reaches.items():
            self._reach[resource] = min(reach, self._reach.get(resource, reach))

    def fits(self, offer: Offer) -> bool:
        """Return whether an offer may win beside those that do."""
        limits = self._limits
        if limits.most_winners is not None and len(self.winners) >= limits.most_winners:
            return False
        if limits.most_per_solver is not None and self._wins.get(offer.solver, 0) >= limits.most_per_solver:
            return False
        taken, capacity, reach = self._taken, limits.capacity, self._reach
        for resource, quantity in offer.takes.items():
            after = taken.get(resource, 0) + quantity
            if after > capacity.get(resource, after) or after > reach.get(resource, after):
                return False
        return all(
            taken.get(resource, 0) + offer.takes.get(resource, 0) <= most for resource, most in offer.reaches.items()
        )

    def broken(self) -> str | None:
        """Return a resource that the winners take too much of, or `None`."""
        for resource, taken in sorted(self._taken.items()):
            most = min(self._limits.capacity.get(resource, taken), self._reach.get(resource, taken))
            if taken > most:
                return resource
        return None


def complete(tally: Tally, ordered: Sequence[Offer]) -> Tally:
    """Add to the winners every offer that still fits, in the order given."""
    present = {offer.id for offer in tally.winners}
    for offer in ordered:
        if offer.id not in present and tally.fits(offer):
            tally.add(offer)
    return tally
