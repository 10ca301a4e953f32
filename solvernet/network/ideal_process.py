"""The ideal run beside the real one: a process of low priority that is asked once and answers once."""

import asyncio
import os
import sys
from contextlib import suppress
from types import TracebackType
from typing import Final, Self

from solvernet.engine import RunName
from solvernet.ideal import IdealOutcome, IdealTask

NICENESS: Final = 5
PATIENCE_S: Final = 7200.0
"""Longest wait for the answer, in seconds."""


class IdealProcess:
    """The process: a context manager around its life."""

    def __init__(self, name: RunName, scenario_text: str) -> None:
        self._task = IdealTask(scenario_text=scenario_text, window=name.window, seed=name.seed)
        self._process: asyncio.subprocess.Process | None = None
        self._answer: asyncio.Task[tuple[bytes, bytes]] | None = None

    async def result(self) -> IdealOutcome | None:
        """Return what the ideal run achieved, or `None` if its process failed."""
        if self._answer is None:
            return None
        async with asyncio.timeout(PATIENCE_S):
            output, _ = await self._answer
        return IdealOutcome.model_validate_json(output) if output else None

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            "nice",
            "-n",
            str(NICENESS),
            sys.executable,
            "-m",
            "solvernet.ideal",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )
        question = self._task.model_dump_json().encode()
        self._answer = asyncio.create_task(self._process.communicate(question))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None and self._process.returncode is None:
            with suppress(ProcessLookupError):
                self._process.kill()
        if self._answer is not None:
            await asyncio.wait((self._answer,))
