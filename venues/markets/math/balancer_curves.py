"""The curves of Balancer v3 pools in the form that the vault asks for."""

from collections.abc import Sequence
from dataclasses import dataclass

from venues.markets.math import gyro_eclp, reclamm, stable, weighted
from venues.markets.math.balancer_vault import Given
from venues.markets.math.gyro_ellipse import Ellipse
from venues.markets.math.gyro_ellipse import invariant as ellipse_invariant


@dataclass(frozen=True, slots=True)
class WeightedCurve:
    """Constant product of weighted balances."""

    weights: tuple[int, ...]
    least_ratio: int = weighted.LEAST_INVARIANT_RATIO
    most_ratio: int = weighted.MOST_INVARIANT_RATIO

    def out_given_in(self, balances: Sequence[int], sold: int, bought: int, amount: int) -> int:
        """Return what `amount`, fee taken off, brings."""
        return weighted.out_given_in(balances[sold], self.weights[sold], balances[bought], self.weights[bought], amount)

    def in_given_out(self, balances: Sequence[int], sold: int, bought: int, amount: int) -> int:
        """Return what must come in, fee not included."""
        return weighted.in_given_out(balances[sold], self.weights[sold], balances[bought], self.weights[bought], amount)

    def fee(self, balances: Sequence[int], trade: Given, fee: int) -> int:  # noqa: ARG002
        """Return the fee as it is."""
        return fee

    def invariant(self, balances: Sequence[int], *, up: bool) -> int:
        """Return the invariant, rounded as asked."""
        return weighted.invariant(self.weights, balances, up=up)

    def balance_given_ratio(self, balances: Sequence[int], index: int, ratio: int) -> int:
        """Return the balance of a token at which the invariant has grown by `ratio`."""
        return weighted.balance_given_ratio(balances[index], self.weights[index], ratio)


@dataclass(frozen=True, slots=True)
class Surge:
    """What a pool charges for imbalance."""

    threshold: int
    most_fee: int


@dataclass(frozen=True, slots=True)
class StableCurve:
    """StableSwap, with or without a fee that rises with imbalance."""

    amp: int
    surge: Surge | None = None
    least_ratio: int = stable.LEAST_INVARIANT_RATIO
    most_ratio: int = stable.MOST_INVARIANT_RATIO

    def out_given_in(self, balances: Sequence[int], sold: int, bought: int, amount: int) -> int:
        """Return what `amount`, fee taken off, brings."""
        return stable.out_given_in(self.amp, balances, sold, bought, amount)

    def in_given_out(self, balances: Sequence[int], sold: int, bought: int, amount: int) -> int:
        """Return what must come in, fee not included."""
        return stable.in_given_out(self.amp, balances, sold, bought, amount)

    def fee(self, balances: Sequence[int], trade: Given, fee: int) -> int:
        """Return the fee of a swap, higher where it leads away from balance."""
        if self.surge is None:
            return fee
        after = [*balances]
        if trade.exact_in:
            after[trade.sold] += trade.amount
            after[trade.bought] -= self.out_given_in(balances, trade.sold, trade.bought, trade.amount)
        else:
            after[trade.sold] += self.in_given_out(balances, trade.sold, trade.bought, trade.amount)
            after[trade.bought] -= trade.amount
        return stable.surge_fee(balances, after, fee, self.surge.threshold, self.surge.most_fee)

    def invariant(self, balances: Sequence[int], *, up: bool) -> int:
        """Return the invariant; a result to be rounded up is one unit more."""
        level = stable.invariant(self.amp, balances)
        return level + 1 if up and level > 0 else level

    def balance_given_ratio(self, balances: Sequence[int], index: int, ratio: int) -> int:
        """Return the balance of a token at which the invariant has grown by `ratio`."""
        level = -(-self.invariant(balances, up=True) * ratio // 10**18)
        return stable.balance_given_level(self.amp, balances, level, index)


@dataclass(frozen=True, slots=True)
class EllipticCurve:
    """An arc of an ellipse."""

    shape: Ellipse
    least_ratio: int = gyro_eclp.LEAST_INVARIANT_RATIO
    most_ratio: int = gyro_eclp.MOST_INVARIANT_RATIO

    def out_given_in(self, balances: Sequence[int], sold: int, bought: int, amount: int) -> int:  # noqa: ARG002
        """Return what `amount`, fee taken off, brings."""
        return gyro_eclp.out_given_in(self.shape, (balances[0], balances[1]), sold, amount)

    def in_given_out(self, balances: Sequence[int], sold: int, bought: int, amount: int) -> int:  # noqa: ARG002
        """Return what must come in, fee not included."""
        return gyro_eclp.in_given_out(self.shape, (balances[0], balances[1]), sold, amount)

    def fee(self, balances: Sequence[int], trade: Given, fee: int) -> int:  # noqa: ARG002
        """Return the fee as it is."""
        return fee

    def invariant(self, balances: Sequence[int], *, up: bool) -> int:
        """Return the invariant with its error added or taken off."""
        level, slack = ellipse_invariant(self.shape, (balances[0], balances[1]))
        return level + slack if up else level - slack

    def balance_given_ratio(self, balances: Sequence[int], index: int, ratio: int) -> int:
        """Return the balance of a token at which the invariant has grown by `ratio`."""
        return gyro_eclp.balance_given_ratio(self.shape, (balances[0], balances[1]), index, ratio)


@dataclass(frozen=True, slots=True)
class ReadjustingCurve:
    """Constant product of real plus virtual balances at one time; deposits are in proportion only."""

    virtual: reclamm.Pair
    least_ratio: int = 0
    most_ratio: int = 0

    def out_given_in(self, balances: Sequence[int], sold: int, bought: int, amount: int) -> int:  # noqa: ARG002
        """Return what `amount`, fee taken off, brings."""
        return reclamm.out_given_in((balances[0], balances[1]), self.virtual, sold, amount)

    def in_given_out(self, balances: Sequence[int], sold: int, bought: int, amount: int) -> int:  # noqa: ARG002
        """Return what must come in, fee not included."""
        return reclamm.in_given_out((balances[0], balances[1]), self.virtual, sold, amount)

    def fee(self, balances: Sequence[int], trade: Given, fee: int) -> int:  # noqa: ARG002
        """Return the fee as it is."""
        return fee

    def invariant(self, balances: Sequence[int], *, up: bool) -> int:
        """Return the product of the balances."""
        product = (balances[0] + self.virtual[0]) * (balances[1] + self.virtual[1])
        return -(-product // 10**18) if up else product // 10**18

    def balance_given_ratio(self, balances: Sequence[int], index: int, ratio: int) -> int:
        """Refuse: these pools take no deposit of one token.

        Raises:
            ValueError: always.
        """
        raise ValueError(f"no deposit of token {index} alone changes {balances} by {ratio}")
