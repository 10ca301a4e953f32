"""Scores of trades as the CoW Protocol counts them: surplus over the limit, in the native token.

Surplus is counted in the token bought; for a buy order it is saved in the token sold and converted at the limit price.
Nothing here knows of protocol fees, which the published rule undoes first.
"""

from dataclasses import dataclass
from typing import Final, Literal

PRICE_ONE: Final = 10**18
"""Native price of a token worth one native token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairOrder:
    """What a user asks for, in atoms."""

    side: Literal["sell", "buy"]
    sell_token: str
    buy_token: str
    sell_amount: int
    buy_amount: int

    @property
    def pair(self) -> str:
        """The directed pair of tokens, as an item of the auction."""
        return f"{self.sell_token}>{self.buy_token}"


def native_score(order: PairOrder, executed_sell: int, executed_buy: int, buy_price: int) -> int:
    """Return the score of one execution, in native atoms, rounded down.

    Args:
        order: The order, with its limit.
        executed_sell: What the user gives.
        executed_buy: What the user gets.
        buy_price: Native price of the token bought, times `PRICE_ONE`.
    """
    if order.side == "sell":
        due = -(-executed_sell * order.buy_amount // order.sell_amount)
        surplus = executed_buy - due
    else:
        saved = order.sell_amount * executed_buy // order.buy_amount - executed_sell
        surplus = saved * order.buy_amount // order.sell_amount
    return surplus * buy_price // PRICE_ONE
