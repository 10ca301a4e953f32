"""Colours of the report, by what they stand for.

Python names them as CSS variables; the style sheet gives each a value for light and one for dark, and the script
resolves them when it draws. So a chain or a solver has one colour in every picture, table and legend.
"""

from collections.abc import Iterable, Mapping
from typing import Final

from intents.lifecycle import State

INK: Final = "var(--ink)"
MUTED: Final = "var(--muted)"
GRID: Final = "var(--grid)"
PAPER: Final = "var(--paper)"
ACCENT: Final = "var(--accent)"
GOOD: Final = "var(--good)"
BLAME: Final = "var(--blame)"
WEATHER: Final = "var(--weather)"
FAULT: Final = "var(--fault)"

CHAIN_COLOURS: Final = 4
"""Colours the style sheet has for chains; further chains share them."""

SOLVER_COLOURS: Final = 10
"""Colours the style sheet has for solvers."""

ENDINGS: Final = (
    State.FILLED,
    State.PARTIALLY_FILLED,
    State.EXPIRED,
    State.REFUNDED,
    State.CANCELLED,
    State.REJECTED,
)
"""How an intent may end, best first."""


def chain_colours(chains: Iterable[str]) -> dict[str, str]:
    """Return the colour of each chain, by CAIP-2 id."""
    return {name: f"var(--chain-{i % CHAIN_COLOURS + 1})" for i, name in enumerate(chains)}


def solver_colours(solvers: Iterable[str]) -> dict[str, str]:
    """Return the colour of each solver."""
    return {name: f"var(--solver-{i % SOLVER_COLOURS + 1})" for i, name in enumerate(solvers)}


def state_colour(state: str) -> str:
    """Return the colour of a state of an intent; all that are not final share one."""
    return f"var(--state-{state.replace('_', '-')})" if state in ENDINGS else "var(--state-unfinished)"


LAYER_COLOUR: Final[Mapping[str, str]] = {
    "consensus": "var(--layer-consensus)",
    "oracle": "var(--layer-oracle)",
    "liquidation": "var(--layer-liquidation)",
    "microstructure": "var(--layer-microstructure)",
    "intents": "var(--layer-intents)",
    "user": "var(--layer-user)",
}
"""Colour of each layer, and of what is the user's own."""

LAYER_NAME: Final[Mapping[str, str]] = {
    "consensus": "consensus",
    "oracle": "oracle",
    "liquidation": "liquidation",
    "microstructure": "market microstructure",
    "intents": "intents",
    "user": "the user's own",
}
