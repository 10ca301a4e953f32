"""How much is left of stake after a slash: EigenLayer's arithmetic.

An operator's stake is worth its shares times a magnitude that begins at one and only falls. Every division is
rounded, and each in its own direction: a slash takes the magnitude rounded up, so that nobody escapes by being small,
and leaves the shares rounded up, so that nobody loses more than was decided.

Source: Layr-Labs/eigenlayer-contracts, commit f84a5151, `src/contracts/libraries/SlashingLib.sol`.
"""

from typing import Final

WAD: Final = 10**18
"""One, for magnitudes and scaling factors."""


def slashed_magnitude(magnitude: int, fraction: int) -> int:
    """Return what a slash of `fraction` takes from a magnitude, both in units of `WAD`; rounded up."""
    return -(-magnitude * fraction // WAD)


def slashed_shares(shares: int, before: int, after: int) -> int:
    """Return the shares lost when the magnitude falls from `before` to `after`; what is kept is rounded up."""
    return shares - -(-shares * after // before)


def slashable_shares(shares: int, magnitude: int, greatest: int) -> int:
    """Return the shares behind a magnitude, of an operator whose whole magnitude is `greatest`; rounded down twice."""
    return shares * (magnitude * WAD // greatest) // WAD if greatest else 0


def withdrawable_shares(deposit: int, scaling: int, slashing_factor: int) -> int:
    """Return what a staker can withdraw of a deposit; rounded down after each factor."""
    return deposit * scaling // WAD * slashing_factor // WAD


def queued_shares(shares: int, scaling: int) -> int:
    """Return the shares of a withdrawal as they wait: to be multiplied by the factor at its end; rounded down."""
    return shares * scaling // WAD


def first_scaling(slashing_factor: int) -> int:
    """Return the scaling factor of a first deposit with an operator that was slashed before; rounded down."""
    return WAD * WAD // slashing_factor


def next_scaling(deposit: int, added: int, scaling: int, slashing_factor: int) -> int:
    """Return the scaling factor after `added` shares join a deposit: what is withdrawable grows by them, no more.

    Rounding: down after each of the two divisions.
    """
    worth = withdrawable_shares(deposit, scaling, slashing_factor) + added
    return worth * WAD // (deposit + added) * WAD // slashing_factor
