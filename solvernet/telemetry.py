"""The one place that reads the clock of the machine: for telemetry, never for a decision."""

import resource
import time


def wall_ms() -> int:
    """Return the present in Unix milliseconds."""
    return time.time_ns() // 1_000_000  # noqa: TID251  telemetry


def seconds() -> float:
    """Return seconds on a clock that only goes forward."""
    return time.perf_counter()  # noqa: TID251  telemetry


def cpu_ms() -> int:
    """Return the CPU time of this process so far, in milliseconds."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return round((usage.ru_utime + usage.ru_stime) * 1000)
