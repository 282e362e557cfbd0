# A drop-in for numexpr 2.14: the same names and arguments over Tightloop's loops.
"""numexpr's functions, evaluated by Tightloop.

>>> import tightloop.numexpr as ne

or, for programs that import numexpr themselves,

>>> import tightloop.numexpr
>>> tightloop.numexpr.install()

What differs is in docs/numexpr.md.
"""

import sys

from . import cpuinfo, expressions, necompiler, utils, version
from ._threads import threads as _threads
from .expressions import E
from .necompiler import NumExpr, disassemble, evaluate, re_evaluate, validate
from .utils import (
    _init_num_threads,
    detect_number_of_cores,
    detect_number_of_threads,
    get_num_threads,
    get_vml_num_threads,
    get_vml_version,
    set_num_threads,
    set_vml_accuracy_mode,
    set_vml_num_threads,
)

__all__ = [
    "E",
    "NumExpr",
    "detect_number_of_cores",
    "detect_number_of_threads",
    "disassemble",
    "evaluate",
    "get_num_threads",
    "get_vml_num_threads",
    "get_vml_version",
    "install",
    "print_versions",
    "re_evaluate",
    "set_num_threads",
    "set_vml_accuracy_mode",
    "set_vml_num_threads",
    "validate",
]

__version__ = version.version
use_vml = False
MAX_THREADS = _threads.most
ncores = detect_number_of_cores()
nthreads = _init_num_threads()


def install():
    """Makes `import numexpr` find this package, in this process. Call it before anything imports
    numexpr: names that were taken from numexpr earlier stay what they are."""
    sys.modules["numexpr"] = sys.modules[__name__]
    for module in (cpuinfo, expressions, necompiler, utils, version):
        sys.modules["numexpr." + module.__name__.rpartition(".")[2]] = module


def print_versions():
    """Prints the versions of this package, NumPy and Python, and the number of threads."""
    import platform

    import numpy

    from .. import __version__ as tightloop_version

    print(f"Numexpr version:   {__version__} (Tightloop {tightloop_version})")
    print(f"NumPy version:     {numpy.__version__}")
    print(f"Python version:    {sys.version}")
    print(f"Platform:          {platform.platform()}")
    print(f"CPU model:         {cpuinfo.cpu.info[0].get('model name', '')}")
    print(f"VML available?     {use_vml}")
    print(f"Threads:           {get_num_threads()} of at most {MAX_THREADS}, {ncores} processors")
