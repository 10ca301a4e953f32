"""Checks before anything else: that the package `intents` is ours.

An unrelated distribution on PyPI is called `intents`; installed after us it overwrites our folder without a word.
"""

from importlib.util import find_spec
from pathlib import Path

from solvernet.errors import ForeignPackageError

OURS = ("intent.py", "wants.py", "signing.py", "bus")
"""Files that only our package has."""


def check_packages() -> None:
    """Do nothing if `intents` is ours.

    Raises:
        ForeignPackageError: if another distribution's package is found in its place.
    """
    spec = find_spec("intents")
    folder = Path(spec.origin).parent if spec is not None and spec.origin else None
    if folder is None or not all((folder / name).exists() for name in OURS):
        raise ForeignPackageError(str(folder or "nowhere"))
