"""A want in a few words of the command line, or in a file.

ETH-20MAR20-180-P                              one option
2*ETH-20MAR20-190-P -1*ETH-20MAR20-170-P       a package
hedge 20MAR20 180                              every dollar below 180
protect 20MAR20 20                             what stops the loss of one ether at 20 dollars
neutral ETH-20MAR20-210-C                      what brings this option, sold, to hardly any delta
want.json                                      any want, as it is signed
"""

from pathlib import Path
from typing import Final

from pydantic import TypeAdapter, ValidationError

from intents import builders
from intents.assets import PRICE_UNIT
from intents.errors import InvalidSymbolError
from intents.wants import AnyWant, Leg, Mark, Package, Want
from solvernet.errors import SolvernetError

NEUTRAL: Final = 0.05
"""Most delta that is left of an option that is brought to neutral, in ether."""

_ADAPTER: Final[TypeAdapter[AnyWant]] = TypeAdapter(Want)


def parse_wish(text: str, mark: Mark) -> AnyWant:
    """Return the want that a text stands for; bounds are measured at `mark`.

    Raises:
        SolvernetError: if it stands for none.
    """
    try:
        return _parsed(text.split(), mark)
    except (ValidationError, InvalidSymbolError, ValueError, OSError) as error:
        reason = (
            error.errors()[0]["msg"].removeprefix("Value error, ") if isinstance(error, ValidationError) else str(error)
        )
        raise SolvernetError(f"--want {text!r} is not understood: {reason}") from None


def _parsed(words: list[str], mark: Mark) -> AnyWant:
    match words:
        case [path] if path.endswith(".json"):
            return _ADAPTER.validate_json(Path(path).read_text(encoding="utf-8"))
        case ["hedge", expiry, strike]:
            return builders.hedge(expiry, int(strike))
        case ["protect", expiry, loss]:
            bound = builders.most_loss(float(loss), 0, 2 * mark.price / PRICE_UNIT)
            return builders.exposure(expiry, mark, [bound], held={"ETH": 1.0})
        case ["neutral", option]:
            expiry = option.split("-")[1] if option.count("-") > 1 else option
            bounds = [builders.delta(-NEUTRAL, NEUTRAL)]
            return builders.exposure(expiry, mark, bounds, held={option: -1.0})
        case _:
            return Package(legs=tuple(map(_leg, words)))


def _leg(word: str) -> Leg:
    ratio, star, name = word.rpartition("*")
    return Leg(instrument=name, ratio=int(ratio) if star else 1)
