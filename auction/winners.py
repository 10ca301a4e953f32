"""What counts when winners are chosen: the fairness filter, and what a fill is worth beyond its score.

Fairness comes first: a bid that fills several intents must give each of them at least what the best bid on it alone
gives, in proportion to what both fill. Among what is left the choice is made by `auction.winner_determination`.
"""

from collections.abc import Mapping, Sequence

from auction.scoring import Scored

FILL_BONUS = 1
"""Added to the score of every fill, in USDC base units, so that a fill at the limit beats none."""


def fairness_filter(bids: Sequence[Scored]) -> tuple[tuple[Scored, ...], tuple[Scored, ...]]:
    """Return the bids that are fair, and the batch bids that give some intent less than a bid on it alone."""
    alone: dict[str, list[Scored]] = {}
    for scored in bids:
        if not scored.is_batch:
            alone.setdefault(scored.bid.intents[0], []).append(scored)
    fair = tuple(scored for scored in bids if not scored.is_batch or _is_fair(scored, alone))
    return fair, tuple(scored for scored in bids if scored not in fair)


def _is_fair(batch: Scored, alone: Mapping[str, Sequence[Scored]]) -> bool:
    return not any(_is_worse(batch, rival, intent) for intent in batch.bid.intents for rival in alone.get(intent, ()))


def _is_worse(batch: Scored, rival: Scored, intent: str) -> bool:
    """Return whether a batch gives an intent less than a rival does; a rival that fills more counts in proportion."""
    whole, part = rival.quantity(intent), min(batch.quantity(intent), rival.quantity(intent))
    return batch.gain(intent) * whole < rival.gain(intent) * part
