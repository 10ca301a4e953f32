"""What it is worth to be the party of a swap that may still walk away.

Until it has locked, the taker may look at the price and let the swap pass; until it has shown the secret, the maker
may. The other party's side is locked all that time, so the choice is an option to exchange one side for the other,
given away for nothing. Both sides are worth the same when they agree. Nothing is earned on either by waiting, so an
American option is worth what a European one is (Merton), and that is Margrabe's formula at the money.

The same choice falls to whoever moves second when a reorganisation deeper than finality undoes a withdrawal after the
secret is out: the first mover's side is then open again, and theirs is not.
"""

from typing import Final

from venues.pricing import black76
from venues.pricing.black76 import MS_PER_YEAR

AT_THE_MONEY: Final = 1.0


def free_option(value: float, vol: float, choosing_ms: int) -> float:
    """Return the worth of the choice, in the units of `value`.

    Args:
        value: Worth of either side.
        vol: Annual volatility of the price between the two sides.
        choosing_ms: Time for which one party can choose and the other one cannot.
    """
    years = choosing_ms / MS_PER_YEAR
    return value * float(black76.price(AT_THE_MONEY, AT_THE_MONEY, vol, years, True))  # noqa: FBT003  a call
