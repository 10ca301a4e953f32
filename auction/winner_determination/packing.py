"""One group of offers that hang together: its best choice, found again and again under small changes.

Relax, cut off fractions by cliques, dive for a good choice, then branch. Relaxation, cuts and good choices stay, so
that the same question without one solver begins where the last one ended.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from auction.errors import UndecidedError
from auction.winner_determination.branch import BranchAndBound, Branched, Rules, indistinct
from auction.winner_determination.bundles import Bundle
from auction.winner_determination.cuts import Cuts
from auction.winner_determination.known import Known
from auction.winner_determination.luck import Proven, luckiest
from auction.winner_determination.model import TOLERANCE, Floats, Model, Relaxed
from auction.winner_determination.offer import Limits, Offer, Tally, tie_weight
from auction.winner_determination.rows import formulate

Objective = Literal["surplus", "volume"]
"""What is maximised: surplus, or volume and then surplus."""

MOST_SEEDS: Final = 2
"""Earlier choices that a search tries to begin with."""

LARGEST_GAIN: Final = 2.0**20
"""Gains above are scaled down to this: the solver's tolerances are absolute, and at 2^30 it often failed to decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """When a search stops; counted in work, never in time, so that it stops at the same place again."""

    nodes: int = 2_000
    """Branch-and-bound nodes for each group of offers."""

    relative_gap: float = 0.0
    """Proven relative distance to the best that is good enough."""


@dataclass(frozen=True, slots=True)
class Best:
    """The best choice found in a group."""

    winners: tuple[Offer, ...]
    bound: int
    """No choice reaches more of what is maximised first."""

    work: int


class Packing:
    """One group of bundles."""

    def __init__(self, bundles: Sequence[Bundle], limits: Limits, tie: bytes | None, budget: Budget) -> None:
        """Take bundles, the best first, and limits in which counts of winners are capacities; no tie, no tie-break."""
        self._bundles = tuple(bundles)
        self._shapes = [bundle.shape for bundle in bundles]
        self._limits = limits
        self._budget = self._spends = budget
        self._tie = tie
        self._model = Model(formulate(self._shapes, limits), len(self._shapes))
        self._volumes = [shape.volume for shape in self._shapes]
        self._floor: int | None = None
        """Row that keeps the volume from falling, once it is needed."""

        self._good: list[list[int]] = []
        self._cuts = Cuts(self._model, self._shapes, limits)
        self._present: list[Offer | None] = []
        self._asks_luck = False
        self._latest: Known | None = None
        """What the last search knows."""

        self._known: Known | None = None
        """What the search for surplus knows, once nobody was left out of it."""

    def best(
        self,
        objective: Objective,
        without: Collection[str] = (),
        start: Iterable[Offer] = (),
        budget: Budget | None = None,
    ) -> Best:
        """Return the best choice without some solvers, beginning with what still holds of `start`.

        Equals are told apart by the hash only where nobody is left out: without somebody only the worth is asked for.
        """
        self._spends = budget or self._budget
        self._asks_luck = self._tie is not None and not without
        self._present = [bundle.present(without) for bundle in self._bundles]
        given = {offer.id for offer in start}
        banned = [i for i, offer in enumerate(self._present) if offer is None]
        begin = [i for i, bundle in enumerate(self._bundles) if any(offer.id in given for offer in bundle.offers)]
        self._model.fix(banned, 0.0)
        try:
            if objective == "surplus":
                best = self._maximised(self._scores(), banned, begin, known=self._known if without else None)
                if not without and self._known is None:
                    self._known = self._latest
                return best
            return self._by_volume(banned, begin)
        finally:
            self._model.free(banned)

    def _scores(self) -> list[int]:
        return [offer.score if offer is not None else 0 for offer in self._present]

    def _by_volume(self, banned: Sequence[int], begin: Sequence[int]) -> Best:
        asks, self._asks_luck = self._asks_luck, False
        first = self._maximised(self._volumes, banned, begin)
        self._asks_luck = asks
        most = sum(offer.volume for offer in first.winners)
        scale = float(max(*self._volumes, 1))
        if self._floor is None:
            self._floor = self._model.add({i: v / scale for i, v in enumerate(self._volumes) if v}, np.inf)
        self._model.bound_row(self._floor, (most - 0.5) / scale, np.inf)
        try:
            second = self._maximised(self._scores(), banned, self._good[-1], least_volume=most)
        finally:
            self._model.bound_row(self._floor, -np.inf, np.inf)
        return Best(second.winners, first.bound, first.work + second.work)

    def _maximised(
        self,
        worth: Sequence[int],
        banned: Sequence[int],
        begin: Sequence[int],
        least_volume: int = 0,
        known: Known | None = None,
    ) -> Best:
        """Return the choice of most worth; equals are told apart by less than one unit of it."""
        scale = min(1.0, LARGEST_GAIN / max(*map(abs, worth), 1)) if known is None else known.scale
        ties = np.array([tie_weight(self._tie or b"", offer) if offer is not None else 0.0 for offer in self._present])
        gains = np.array([w * scale for w in worth]) + ties * (scale / 2 / max(len(worth), 1))
        self._model.set_gains(gains)
        rules = Rules(accept=self._holds, cut=self._cuts.add, window=scale / 2 if self._asks_luck else 0.0)
        try:
            if known is None:
                found = self._searched(gains, banned, begin, least_volume, rules)
            else:
                found = self._searched_again(known, gains, banned, begin, rules)
        except UndecidedError:
            self._model.free(range(len(gains)))
            bound = float(gains[gains > 0].sum()) if known is None else known.bound
            found = Branched(self._dived(None, gains, banned, begin, least_volume), bound, 0)
        chosen = found.chosen
        if self._asks_luck and _whole(found.bound, scale) <= sum(worth[i] for i in chosen):
            proven = Proven(chosen, worth, scale, found.level)
            chosen = luckiest(self._model, proven, ties, rules, self._spends.nodes)
        self._good.append(chosen)
        self._latest = Known(gains, scale, chosen, found.bound)
        winners = tuple(offer for i in chosen if (offer := self._present[i]) is not None)
        reached = sum(worth[i] for i in chosen)
        return Best(winners, max(reached, _whole(found.bound, scale)), found.nodes)

    def _searched(
        self, gains: Floats, banned: Sequence[int], begin: Sequence[int], least_volume: int, rules: Rules
    ) -> Branched:
        """Return the choice of largest gain; what ties add to that of all of them is less than half a unit's gain."""
        relaxed = self._cuts.tighten()
        chosen = self._dived(relaxed, gains, banned, begin, least_volume)
        if relaxed is None:
            return Branched(chosen, float(gains[gains > 0].sum()), 0)
        search = BranchAndBound(self._model, gains, banned, rules)
        return search.run(relaxed, chosen, self._spends.nodes, self._spends.relative_gap)

    def _searched_again(
        self, known: Known, gains: Floats, banned: Sequence[int], begin: Sequence[int], rules: Rules
    ) -> Branched:
        """Return the choice of largest gain without some columns, by what is known of that with them.

        Where no gap is allowed the leaves would be as many as the nodes of a new search, so that it starts at the root.
        """
        gap = self._spends.relative_gap
        chosen = self._dived(None, gains, banned, begin, 0)
        if known.proves(float(gains[chosen].sum()), gap):
            return Branched(chosen, known.bound, 0)
        if not gap:
            found = self._searched(gains, banned, begin, 0, rules)
            return replace(found, bound=min(found.bound, known.bound))
        if not known.leaves:
            self._model.free(banned)
            known = self._known = known.mapped(self._model, rules, gap)
            self._good.append(known.chosen)
            self._model.set_gains(gains)
            self._model.fix(banned, 0.0)
        relaxed = self._model.relax()
        chosen = self._dived(relaxed, gains, banned, chosen, 0)
        search = BranchAndBound(self._model, gains, banned, rules)
        found = search.resume(known.without(banned), chosen, self._spends.nodes, gap)
        return replace(found, bound=min(found.bound, known.bound))

    def _dived(
        self, relaxed: Relaxed | None, gains: Floats, banned: Sequence[int], begin: Sequence[int], least_volume: int
    ) -> list[int]:
        """Return the best of several good choices: what was good before, greed, and what the relaxation points at."""
        out = set(banned)
        order = [i for i in np.argsort(-gains, kind="stable").tolist() if i not in out]
        before = [[i for i in good if i not in out] for good in (*self._good, begin)]
        seeds = sorted(before, key=lambda seed: -float(gains[seed].sum()))[:MOST_SEEDS]
        if relaxed is not None:
            seeds.append(self._rounded(relaxed))
        choices = [self._completed(seed, order) for seed in (*seeds, [])]
        if relaxed is not None and not self._good and not _is_whole(relaxed.values[: len(gains)]):
            choices.append(self._completed(self._dive(relaxed), order))
        choices = [c for c in choices if sum(self._volumes[i] for i in c) >= least_volume]
        return max(choices, key=lambda choice: float(gains[choice].sum()))

    def _rounded(self, relaxed: Relaxed) -> list[int]:
        return np.flatnonzero(relaxed.values[: len(self._shapes)] > 1 - TOLERANCE).tolist()

    def _dive(self, relaxed: Relaxed) -> list[int]:
        """Return the winners after fixing the largest fraction again and again."""
        model, size, fixed = self._model, len(self._shapes), []
        basis, now = model.basis(), relaxed
        while not _is_whole(now.values[:size]):
            values = np.where(now.values[:size] < 1 - TOLERANCE, now.values[:size], 0.0)
            fixed.append(int(np.argmax(values)))
            model.fix(fixed[-1:], 1.0)
            after = model.relax()
            if after is None:
                break
            now = after
        model.free(fixed)
        model.return_to(basis)
        return self._rounded(now)

    def _completed(self, seed: Sequence[int], order: Sequence[int]) -> list[int]:
        """Return as much of a seed as may win together, and what fits beside it."""
        tally, chosen = Tally(self._limits), set[int]()
        for i in (*seed, *order):
            if i not in chosen and tally.fits(self._shapes[i]):
                tally.add(self._shapes[i])
                chosen.add(i)
        return sorted(chosen)

    def _holds(self, chosen: Sequence[int]) -> bool:
        """Return whether a choice holds in whole numbers; one that keeps the rows by their tolerance is forbidden."""
        broken = Tally(self._limits, [self._shapes[i] for i in chosen]).broken()
        if broken is None:
            return True
        members = [i for i in chosen if broken in {*self._shapes[i].takes, *self._shapes[i].reaches}]
        self._model.add(dict.fromkeys(members, 1.0), len(members) - 1.0)
        return False


def _is_whole(values: Floats) -> bool:
    return bool(np.all(np.abs(values - np.round(values)) < TOLERANCE))


def _whole(bound: float, scale: float) -> int:
    """Return the largest whole worth within a bound on gains; what ties add is less than a unit."""
    return int(np.floor((bound + indistinct(bound)) / scale))
