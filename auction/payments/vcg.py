"""Rewards after Vickrey, Clarke and Groves: what a winner added to the round, within a cap and within the fees.

Uncapped, no solver gains by bidding anything but the truth, given the others' bids. A cap that binds, or fees that do
not reach, give that up in part; the reward is never below zero for a solver that settles.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from auction.payments.reference import References


@dataclass(frozen=True, slots=True, kw_only=True)
class Cap:
    """Bounds of one solver's reward; no bound where `None`."""

    most: int | None = None
    """As published: a share of the fees that its orders earned."""

    most_lost: int | None = None
    """Most that a solver pays which did not settle."""


def vcg_rewards(references: References, missing: Mapping[str, int] | None = None) -> dict[str, int]:
    """Return winning score less reference score of each winner, less what it did not settle.

    Args:
        references: Winning and reference scores.
        missing: Score of each solver's winning bids that were not settled in time.
    """
    lost = missing or {}
    total = references.choice.score
    return {solver: total - score - lost.get(solver, 0) for solver, score in references.scores.items()}


def capped(rewards: Mapping[str, int], caps: Mapping[str, Cap]) -> dict[str, int]:
    """Return rewards within their caps."""
    return {solver: _within(reward, caps.get(solver, Cap())) for solver, reward in rewards.items()}


def within_fees(rewards: Mapping[str, int], fees: int | None) -> dict[str, int]:
    """Return rewards that fees pay for: all of them, or all in the same proportion, rounded down."""
    total = sum(max(reward, 0) for reward in rewards.values())
    if fees is None or total <= fees:
        return dict(rewards)
    return {solver: reward * fees // total if reward > 0 else reward for solver, reward in rewards.items()}


def _within(reward: int, cap: Cap) -> int:
    most = reward if cap.most is None else min(reward, cap.most)
    return most if cap.most_lost is None else max(most, -cap.most_lost)
