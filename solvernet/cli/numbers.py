"""Numbers on the command line, with bounds: `nan` and `inf` are no numbers."""

from collections.abc import Callable

import typer


def between(low: float, high: float) -> Callable[[str], float]:
    """Return what reads a number from `low` to `high`, and tells whoever gives another one."""

    def read(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not low <= value <= high:
            raise typer.BadParameter(f"{text!r} is not a number from {low:g} to {high:g}")
        return value

    read.__name__ = "float"
    return read
