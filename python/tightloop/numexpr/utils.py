# numexpr.utils: threads, and what it says of Intel's vector library where that is not used.
"""Threads and the vector library."""

from ._threads import (  # noqa: F401
    _init_num_threads,
    detect_number_of_cores,
    detect_number_of_threads,
    get_num_threads,
    set_num_threads,
)


def get_vml_version():
    """None: Intel's vector library is not used."""
    return None


def set_vml_accuracy_mode(mode):
    """Changes nothing. Returns None: Intel's vector library is not used."""
    return None


def set_vml_num_threads(nthreads):
    """Changes nothing: Intel's vector library is not used."""


def get_vml_num_threads():
    """None: Intel's vector library is not used."""
    return None
