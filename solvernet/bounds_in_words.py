"""Bounds on risk as a user reads them."""

from intents.assets import OPTION_UNIT, PRICE_UNIT, USDC_UNIT
from intents.greeks import DELTA_UNIT, VOL_UNIT
from intents.wants import MAX_PRICE, MAX_RISK, Exposure, GreekBound, LossBound


def bounds_in_words(want: Exposure) -> str:
    """Return what an owner wants bounded, and of what, in one line."""
    bounds = ", ".join([*map(_greek, want.greeks), *map(_loss, want.losses)])
    held = " ".join(f"{each.quantity / OPTION_UNIT:+g} {each.instrument}" for each in want.held)
    of = f"{held} with what is bought for it" if held else "what is bought"
    at = f"at {want.mark.price / PRICE_UNIT:g} and a volatility of {want.mark.vol / VOL_UNIT:.0%}"
    return f"{bounds}, of {of} in options of {want.expiry}, measured {at}"


def _greek(bound: GreekBound) -> str:
    unit = DELTA_UNIT if bound.greek == "delta" else USDC_UNIT
    if bound.low <= -MAX_RISK:
        return f"{bound.greek} of at most {bound.high / unit:g}"
    if bound.high >= MAX_RISK:
        return f"{bound.greek} of at least {bound.low / unit:g}"
    return f"{bound.greek} between {bound.low / unit:g} and {bound.high / unit:g}"


def _loss(band: LossBound) -> str:
    what = f"a loss of at most {band.most / USDC_UNIT:g}"
    low, high = band.low / PRICE_UNIT, band.high / PRICE_UNIT
    if band.high == MAX_PRICE:
        return f"{what} at any price" if band.low == 0 else f"{what} at any price above {low:g}"
    return f"{what} between {low:g} and {high:g}"
