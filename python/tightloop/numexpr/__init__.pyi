# Types of the drop-in for numexpr, for editors and type checkers.
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any, Literal

_Order = Literal["C", "F", "A", "K"]
_Casting = Literal["no", "equiv", "safe", "same_kind", "unsafe"]
_Variables = Mapping[str, Any]

__version__: str
E: Any
MAX_THREADS: int
ncores: int
nthreads: int
use_vml: bool
cpuinfo: ModuleType
expressions: ModuleType
necompiler: ModuleType
utils: ModuleType
version: ModuleType

def evaluate(
    ex: Any,
    local_dict: _Variables | None = None,
    global_dict: _Variables | None = None,
    out: Any = None,
    order: _Order = "K",
    casting: _Casting = "same_kind",
    sanitize: bool | None = None,
    _frame_depth: int = 3,
    disable_cache: bool = False,
    **kwargs: Any,
) -> Any: ...
def re_evaluate(
    local_dict: _Variables | None = None,
    global_dict: _Variables | None = None,
    _frame_depth: int = 2,
) -> Any: ...
def validate(
    ex: Any,
    local_dict: _Variables | None = None,
    global_dict: _Variables | None = None,
    out: Any = None,
    order: _Order = "K",
    casting: _Casting = "safe",
    _frame_depth: int = 2,
    sanitize: bool | None = None,
    **kwargs: Any,
) -> Exception | None: ...
def disassemble(nex: Any) -> Any: ...

class NumExpr:
    def __init__(
        self,
        ex: Any,
        signature: Sequence[tuple[str, Any]] = (),
        sanitize: bool = True,
        **kwargs: Any,
    ) -> None: ...
    @property
    def constants(self) -> Any: ...
    @property
    def input_names(self) -> tuple[str, ...]: ...
    @property
    def signature(self) -> str: ...
    def __call__(
        self,
        *args: Any,
        out: Any = None,
        order: _Order = "K",
        casting: _Casting = "safe",
        ex_uses_vml: bool = False,
    ) -> Any: ...
    def run(
        self,
        *args: Any,
        out: Any = None,
        order: _Order = "K",
        casting: _Casting = "safe",
        ex_uses_vml: bool = False,
    ) -> Any: ...

def detect_number_of_cores() -> int: ...
def detect_number_of_threads() -> int: ...
def get_num_threads() -> int: ...
def set_num_threads(nthreads: int) -> int: ...
def get_vml_num_threads() -> None: ...
def get_vml_version() -> None: ...
def set_vml_accuracy_mode(mode: str | None) -> None: ...
def set_vml_num_threads(nthreads: int) -> None: ...
def install() -> None: ...
def print_versions() -> None: ...
