"""The claims of a bid: those of its orders, put together by resource.

An order has a claim on what it takes, and perhaps conditions on what flow against it may take. What the bid's own
orders take is known, and was simulated, so a condition leaves others what the bid itself has not used up before.
"""

from collections.abc import Sequence

from venues.markets.venue import Claim


def merged_claims(claims: Sequence[Claim]) -> list[Claim]:
    """Return one claim for each resource: quantities added, the tightest reach.

    Args:
        claims: Of the orders of a bid, in the order in which they are executed.
    """
    total: dict[str, int] = {}
    reach: dict[str, int] = {}
    free: list[tuple[str, int]] = []
    for claim in claims:
        for condition in claim.conditions:
            used = total.get(condition.resource, 0)
            free.append((condition.resource, max(condition.reach - used, 0)))
        total[claim.resource] = total.get(claim.resource, 0) + claim.quantity
        reach[claim.resource] = min(claim.reach, reach.get(claim.resource, claim.reach))
    for resource, left in free:
        most = total.setdefault(resource, 0) + left
        reach[resource] = min(most, reach.get(resource, most))
    return [Claim(resource, total[resource], reach[resource]) for resource in sorted(total)]
