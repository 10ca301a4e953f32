"""Ready-made wants, in dollars and whole options, for users who do not think in base units."""

from intents.assets import ETH, PRICE_UNIT, USDC_UNIT
from intents.wants import SLOPE_UNIT, Knot, Leg, Package, Payoff


def option(expiry: str, strike: int, right: str, *, underlying: str = ETH) -> str:
    """Return the symbol of a series, such as `option("27MAR20", 130, "P")`."""
    return f"{underlying}-{expiry}-{strike}-{right}"


def single(instrument: str, *, ratio: int = 1) -> Package:
    """Return a package of one leg; sell with a ratio of -1."""
    return Package(legs=(Leg(instrument=instrument, ratio=ratio),))


def vertical(expiry: str, buy: int, sell: int, right: str) -> Package:
    """Return a spread that buys one strike and sells another of the same expiry and right."""
    return Package(
        legs=(
            Leg(instrument=option(expiry, buy, right), ratio=1),
            Leg(instrument=option(expiry, sell, right), ratio=-1),
        )
    )


def straddle(expiry: str, strike: int) -> Package:
    """Return a call and a put of one strike."""
    return strangle(expiry, strike, strike)


def strangle(expiry: str, put: int, call: int) -> Package:
    """Return a put and a call of the same expiry."""
    return Package(
        legs=(Leg(instrument=option(expiry, put, "P"), ratio=1), Leg(instrument=option(expiry, call, "C"), ratio=1))
    )


def collar(expiry: str, put: int, call: int) -> Package:
    """Return ether bought with a put below it and a call sold above it."""
    return Package(
        legs=(
            Leg(instrument=ETH, ratio=1),
            Leg(instrument=option(expiry, put, "P"), ratio=1),
            Leg(instrument=option(expiry, call, "C"), ratio=-1),
        )
    )


def covered_call(expiry: str, call: int) -> Package:
    """Return ether bought with a call sold on it."""
    return Package(legs=(Leg(instrument=ETH, ratio=1), Leg(instrument=option(expiry, call, "C"), ratio=-1)))


def hedge(expiry: str, strike: int, *, deductible: int = 0) -> Payoff:
    """Return a floor that pays every dollar by which ether ends below `strike` less `deductible` dollars."""
    knot = Knot(price=(strike - deductible) * PRICE_UNIT, value=0)
    return Payoff(expiry=expiry, knots=(knot,), left_slope=-SLOPE_UNIT, right_slope=0)


def band(expiry: str, low: int, high: int) -> Payoff:
    """Return a floor that pays `high - low` dollars at `low` or below, falling to nothing at `high`."""
    knots = (Knot(price=low * PRICE_UNIT, value=(high - low) * USDC_UNIT), Knot(price=high * PRICE_UNIT, value=0))
    return Payoff(expiry=expiry, knots=knots, left_slope=0, right_slope=0)
