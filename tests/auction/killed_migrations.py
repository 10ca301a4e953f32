"""Migrations that are killed at every line of their code, one after the other, each in a process of its own."""

import os
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

MOST_LINES = 5_000


def killed_at_lines(file: str, migrate: Callable[[], object], step: int = 1) -> Iterator[int]:
    """Kill a migration at every line that it passes in a file, or at one in `step`, until it comes to its end.

    Yields after each death.

    The caller sets everything up anew before it asks for the next.
    """
    for line in range(1, MOST_LINES, step):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # the child uses none of the parent's threads
            child = os.fork()
        if not child:
            _run_until(file, line, migrate)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status):
            assert os.WEXITSTATUS(status) == 0
            return
        assert os.WTERMSIG(status) == signal.SIGKILL
        yield line


def _run_until(file: str, line: int, migrate: Callable[[], object]) -> None:
    passed = 0

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal passed
        if frame.f_code.co_filename != file:
            return None
        passed += event == "line"
        if passed == line:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace

    try:
        sys.settrace(trace)
        migrate()
        sys.settrace(None)
        os._exit(0)
    finally:
        os._exit(1)
