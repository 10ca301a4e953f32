"""Files that are there whole or not at all."""

from pathlib import Path

from solvernet.errors import SolvernetError


def write_whole(path: Path, text: str) -> None:
    """Write a text file in place of what was there; whoever opens it finds the old text or the new one.

    Raises:
        SolvernetError: if it cannot be written; what was there stays.
    """
    part = path.with_name(path.name + ".part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise SolvernetError(f"{path} cannot be written: {error.strerror}") from None
