"""What backs the accounts that winners trade with, as something that they share.

Each bid was simulated alone. Together they may leave a maker with more than it can back, or a solver with more calls
than it has ether for. What a bid adds to an account needs at most its own backing beside what was there before, so that
claims of that much on what is free keep every account backed, in any order.
"""

from collections.abc import Iterable, Iterator, Mapping

from intents.exposure import Backing, backing
from intents.options import parse_series
from venues.chain_state import ChainState
from venues.clearing import FULL_COLLATERAL, NO_ACCOUNT, Account
from venues.markets.venue import Claim


def backing_claims(
    before: Mapping[str, ChainState], after: Mapping[str, ChainState], owners: Iterable[str], solver: str
) -> tuple[Claim, ...]:
    """Return what a bid, simulated alone, claims of what is free in the accounts that it changes.

    Owners bring what backs their legs themselves, and the cash of the solver is counted at the bounds of its orders.

    Args:
        before: The chains before the bid.
        after: The chains after it.
        owners: Of the intents that it fills.
        solver: Whose bid it is.
    """
    spared = set(owners) - {solver}
    found: list[Claim] = []
    for chain in sorted(after):
        old, new = before[chain].clearing.accounts, after[chain].clearing.accounts
        changed = [name for name in new if new[name] is not old.get(name) and name not in spared]
        for name in sorted(changed):
            claims = _of_account(f"backing {chain} {name}", old.get(name, NO_ACCOUNT), new[name])
            found += [claim for claim in claims if name != solver or claim.resource.endswith("ether")]
    return tuple(found)


def _of_account(name: str, old: Account, new: Account) -> Iterator[Claim]:
    """Yield the claims on cash and ether; one that netting alone makes possible takes all there is."""
    symbols = sorted({*old.positions, *new.positions})
    taken_on = [(parse_series(each), new.positions.get(each, 0) - old.positions.get(each, 0)) for each in symbols]
    need, kept = backing([leg for leg in taken_on if leg[1]]), FULL_COLLATERAL.requirement(old)
    more = Backing(need.ether - new.ether + old.ether, need.cash - new.cash + old.cash)
    free = Backing(old.ether - kept.ether, old.cash - kept.cash)
    for what, quantity, left in (("cash", more.cash, free.cash), ("ether", more.ether, free.ether)):
        if quantity > 0:
            reach = max(left, 1)
            yield Claim(f"{name} {what}", min(quantity, reach), reach)
