"""The one door to the compiler: machine code, kept on disk, one thread, IEEE arithmetic."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_P = ParamSpec("_P")
_R = TypeVar("_R")


def compiled(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return the function as machine code, compiled at its first call and loaded from disk ever after.

    Fast-math stays off: sums keep their order, so that equal inputs give equal bits.
    """
    return _compiled(function, set())


def compiled_in_lanes(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Return the function as machine code that may add up sums in any order, as many terms at once as fit.

    Only for steps that are judged by where they lead, as with BLAS: another kind of processor may give other bits.
    """
    return _compiled(function, {"reassoc", "contract", "nsz"})


def _compiled(function: Callable[_P, _R], fastmath: set[str]) -> Callable[_P, _R]:
    decorate: Any = numba.njit(cache=True, fastmath=fastmath or False, nogil=True, error_model="numpy")
    machine = decorate(function)
    # Numba notices changes of a function's own file only, but what is kept holds the code of all it calls.
    # With NUMBA_DISABLE_JIT, for a debugger, there is no machine code to keep.
    if machine is not function:
        machine._cache._cache_file._source_stamp = sources()  # noqa: SLF001
    return cast("Callable[_P, _R]", machine)


@cache
def sources() -> str:
    """Return a digest of all source files of this package."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
