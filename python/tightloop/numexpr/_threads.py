# The number of threads, as numexpr counts them, and the environment variables that set it.
"""Threads."""

import os

from .. import _core

_DEFAULT_MOST = 64
_MOST_BY_DEFAULT = 16


class Threads:
    """`count` threads are used at most; `most` is the bound that the process began with."""

    def __init__(self):
        text = os.environ.get("NUMEXPR_MAX_THREADS", "")
        self.most = int(text) if text.isdigit() and int(text) > 0 else _DEFAULT_MOST
        self.count = 1


threads = Threads()


def set_num_threads(nthreads):
    """Lets evaluations use so many threads. Returns the number before. Changes no bit of a result."""
    if nthreads > threads.most:
        raise ValueError(
            f"{nthreads} threads are more than the environment variable NUMEXPR_MAX_THREADS allows, "
            f"{threads.most}"
        )
    if nthreads <= 0:
        raise ValueError("nthreads must be a positive integer")
    before, threads.count = threads.count, int(nthreads)
    _core.set_numexpr_threads(threads.count)
    return before


def get_num_threads():
    """The number of threads that evaluations may use."""
    return threads.count


def detect_number_of_cores():
    """The number of processors of the machine."""
    return os.cpu_count() or 1


def detect_number_of_threads():
    """The number of threads that the environment asks for, or that of the processors."""
    for name in ("NUMEXPR_NUM_THREADS", "OMP_NUM_THREADS"):
        if os.environ.get(name, "").isdigit():
            return min(int(os.environ[name]), threads.most)
    return min(detect_number_of_cores(), threads.most)


def _init_num_threads():
    """Sets the number of threads from NUMEXPR_NUM_THREADS, OMP_NUM_THREADS or NUMEXPR_MAX_THREADS;
    without them it is that of the processors, at most 16. Returns it."""
    count = min(detect_number_of_cores(), threads.most, _MOST_BY_DEFAULT)
    if os.environ.get("NUMEXPR_MAX_THREADS") or os.environ.get("OMP_NUM_THREADS"):
        count = threads.most
    for name in ("NUMEXPR_NUM_THREADS", "OMP_NUM_THREADS"):
        if os.environ.get(name):
            count = int(os.environ[name])
            break
    set_num_threads(count)
    return count
