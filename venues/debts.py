"""What a debtor hands over: cash first, then ether, as far as nothing else that it holds needs them."""

from typing import Final

from intents.assets import ETH_UNIT, PRICE_UNIT, USDC_UNIT
from intents.exposure import Backing, Positions, backing
from intents.spare_ether import backing_beside, stretches

ETHER_VALUE_SCALE: Final = ETH_UNIT * PRICE_UNIT // USDC_UNIT


def handed_over(held: Backing, others: Positions, owed: int, price: int) -> Backing:
    """Return what a debtor hands over: cash, then ether at a price.

    Args:
        held: Its ether and cash.
        others: Its positions that stay.
        owed: USDC base units.
        price: Dollars times `PRICE_UNIT`.

    Rounding: ether up.
    """
    if owed <= 0:
        return Backing(0, 0)
    need = backing(others)
    cash = min(owed, max(0, held.cash - need.cash))
    if cash == owed:
        return Backing(0, cash)
    free = max(0, held.ether - need.ether)
    ether = -(-(owed - cash) * ETHER_VALUE_SCALE // price) if price else free
    if held.cash >= need.cash and ether <= free:
        return Backing(ether, cash)
    return _leaving_backed(held, others, owed, price)


def _leaving_backed(held: Backing, others: Positions, owed: int, price: int) -> Backing:
    """Return the payment with the least ether after which the other positions are backed, with spare ether if need be.

    Where no payment leaves them backed it is the one that comes closest, less the cash that would be lacking.
    """
    least = backing(others).ether
    most = max(0, held.ether - least)
    if price:
        most = min(most, -(-owed * ETHER_VALUE_SCALE // price))

    def room(ether: int) -> int:
        """Return the cash beyond what backs the others once so much ether has been paid."""
        paid = max(0, owed - ether * price // ETHER_VALUE_SCALE)
        return held.cash - paid - backing_beside(others, held.ether - ether).cash

    ends = _ends(held.ether - least, others, most)
    last = next((i for i, end in enumerate(ends) if room(end) >= 0), None)
    if last is None:
        ether = max(ends, key=lambda end: (room(end), end))
    else:
        low, ether = ends[last - 1] if last else -1, ends[last]
        while ether - low > 1:
            middle = (low + ether) // 2
            low, ether = (low, middle) if room(middle) >= 0 else (middle, ether)
    paid = max(0, owed - ether * price // ETHER_VALUE_SCALE)
    return Backing(ether, max(0, min(paid, paid + room(ether))))


def _ends(spare: int, others: Positions, most: int) -> list[int]:
    """Return the payments of ether up to `most` between which the cash beside them grows evenly, from none on."""
    kept, found = 0, {0, most}
    for stretch in stretches(others):
        kept += stretch.wei
        found.add(spare - kept)
    return sorted(end for end in found if 0 <= end <= most)
