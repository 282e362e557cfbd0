# The stubs say what the package has: names, parameters, defaults, fields and base classes; and a
# type checker accepts them with a program that uses them.
import ast
import inspect
import pathlib
import subprocess
import sys
import textwrap

import pytest

import tightloop as tl
import tightloop.numexpr as ne

PACKAGE = pathlib.Path(tl.__file__).parent
MODULES = {"tightloop": tl, "tightloop.numexpr": ne}
ANY = object()  # a default that a stub leaves open: "..."


def stub_of(name):
    path = pathlib.Path(MODULES[name].__file__).with_suffix(".pyi")
    return ast.parse(path.read_text())


def value_of(node):
    return ANY if isinstance(node, ast.Constant) and node.value is ... else ast.literal_eval(node)


def parameters_of(function):
    """(kind, name, default) of a function of a stub, as inspect.signature() orders them."""
    kinds = inspect.Parameter
    a = function.args
    positional = [*a.posonlyargs, *a.args]
    defaults = [kinds.empty] * (len(positional) - len(a.defaults)) + [
        value_of(d) for d in a.defaults
    ]
    out = []
    for at, (argument, default) in enumerate(zip(positional, defaults, strict=True)):
        only = at < len(a.posonlyargs)
        kind = kinds.POSITIONAL_ONLY if only else kinds.POSITIONAL_OR_KEYWORD
        out.append((kind, argument.arg, default))
    if a.vararg:
        out.append((kinds.VAR_POSITIONAL, a.vararg.arg, kinds.empty))
    for argument, default in zip(a.kwonlyargs, a.kw_defaults, strict=True):
        value = kinds.empty if default is None else value_of(default)
        out.append((kinds.KEYWORD_ONLY, argument.arg, value))
    if a.kwarg:
        out.append((kinds.VAR_KEYWORD, a.kwarg.arg, kinds.empty))
    return out


def differences(where, stub, actual):
    """What a function's stub says otherwise than the function."""
    try:
        signature = inspect.signature(actual)
    except (TypeError, ValueError):
        return []  # of the extension module, without a signature
    expected = parameters_of(stub)
    got = [(p.kind, p.name, p.default) for p in signature.parameters.values()]
    if [e[:2] for e in expected] != [g[:2] for g in got]:
        return [
            f"{where}: the stub has {[e[1] for e in expected]}, the package {[g[1] for g in got]}"
        ]
    return [
        f"{where}: {name} is {want!r} in the stub, {has!r} in the package"
        for (_, name, want), (_, _, has) in zip(expected, got, strict=True)
        if want is not ANY and not (want == has and type(want) is type(has))
    ]


def is_overload(function):
    return any(getattr(d, "id", "") == "overload" for d in function.decorator_list)


def class_differences(name, stub, actual):
    bases = [b.id for b in stub.bases if isinstance(b, ast.Name)]
    found = []
    mro = {base.__name__ for base in actual.__mro__}
    found += [f"{name}: is no {b}" for b in bases if b not in mro and b != "NamedTuple"]
    known = set()
    fields = [s.target.id for s in stub.body if isinstance(s, ast.AnnAssign)]
    declared = getattr(actual, "_fields", None) or getattr(actual, "__dataclass_fields__", None)
    if declared is not None and list(declared) != fields:
        found.append(f"{name}: the stub has the fields {fields}, the package {list(declared)}")
    for member in stub.body:
        if isinstance(member, ast.AnnAssign):
            known.add(member.target.id)
            if member.value is not None and declared is not None:
                default = default_of(actual, member.target.id)
                want = value_of(member.value)
                if want is not ANY and want != default:
                    found.append(f"{name}.{member.target.id}: {want!r}, in the package {default!r}")
        elif isinstance(member, ast.FunctionDef):
            known.add(member.name)
            here = inspect.getattr_static(actual, member.name, None)
            if here is None:
                found.append(f"{name}.{member.name} is not in the package")
            elif inspect.isfunction(here) and here.__name__ == member.name:
                found += differences(f"{name}.{member.name}", member, here)
    public = {n for n in vars(actual) if not n.startswith("_")}
    if issubclass(actual, tuple):
        public -= set(dir(tuple))
    if issubclass(actual, Exception):
        known |= {"code", "message", "hint", "text", "span"}
    return found + [f"{name}.{n} is not in the stub" for n in sorted(public - known)]


def default_of(actual, field):
    if hasattr(actual, "_field_defaults"):
        return actual._field_defaults.get(field)
    return actual.__dataclass_fields__[field].default


@pytest.mark.parametrize("name", MODULES)
def test_stubs(name):
    module = MODULES[name]
    found, known = [], set()
    for node in stub_of(name).body:
        if isinstance(node, ast.FunctionDef):
            known.add(node.name)
            actual = getattr(module, node.name, None)
            if actual is None:
                found.append(f"{node.name} is not in the package")
            elif not is_overload(node):
                found += differences(node.name, node, actual)
        elif isinstance(node, ast.ClassDef):
            known.add(node.name)
            actual = getattr(module, node.name, None)
            if actual is None:
                found.append(f"the class {node.name} is not in the package")
            else:
                found += class_differences(node.name, node, actual)
        elif isinstance(node, ast.AnnAssign):
            known.add(node.target.id)
            if not hasattr(module, node.target.id):
                found.append(f"{node.target.id} is not in the package")
    found += [f"{n} is not in the stub" for n in module.__all__ if n not in known]
    assert not found, "\n".join(found)


def test_jit_has_its_parameters():
    overloads = [n for n in stub_of("tightloop").body if getattr(n, "name", "") == "jit"]
    names = [p for p in inspect.signature(tl.jit).parameters]
    assert len(overloads) == 2
    for overload in overloads:
        assert [p[1] for p in parameters_of(overload)] == names


def test_options_of_evaluate():
    (stub,) = [n for n in stub_of("tightloop").body if getattr(n, "name", "") == "evaluate"]
    assert set(tl._core.option_names) <= {p[1] for p in parameters_of(stub)}


PROGRAM = """
import numpy as np
import tightloop as tl
import tightloop.numexpr as ne

x = np.ones(3)
y: float = tl.evaluate("sum(x)", x=x, promotion="numpy")
f: tl.Function = tl.compile("2*x + k", x="float64", k=float)
names: tuple[str, ...] = f.parameters

@tl.jit
def double(values: object) -> object:
    return values

@tl.jit(static=("n",))
def repeat(values: object, n: int) -> object:
    return values

z: object = double(x)
lazy: tl.Lazy = (np.abs(tl.lazy(x)) if False else tl.lazy(x)) + 1
total: tl.Lazy = lazy.sum(axis=0)
made: tl.Conversion = tl.convert(x, dtype="float16", allow_loss=True)
count: int = sum(loss.count for loss in made.losses)
report: tl.PrecisionReport = tl.precision(x, "exp(x)", tolerance=1e-3)
worst: float = report["float16"].max_absolute_error
source: tl.Source = tl.open("x.npy")
shape: tuple[int, ...] = source.shape
events: list[tl.Event] = []
tl.evaluate("1/x", x=x, events=events, raise_=["divide"])
try:
    tl.stream("x", x=source, out="y.npy", progress=lambda done, total: None)
except tl.Error as error:
    code: str = error.code
ne.set_num_threads(2)
ne.evaluate("x + 1", {"x": x}, order="C")
"""


def test_type_checker(tmp_path):
    pytest.importorskip("mypy")
    (tmp_path / "program.py").write_text(PROGRAM)
    wrong = textwrap.dedent(
        """
        import tightloop as tl
        tl.evaluate("x", promotion="c")
        tl.convert([1.0], scaled=True)
        n: int = tl.precision([1.0]).expression
        """
    )
    (tmp_path / "wrong.py").write_text(wrong)
    stubs = tmp_path / "stubs"
    for path in PACKAGE.rglob("*.pyi"):
        copy = stubs / "tightloop" / path.relative_to(PACKAGE)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text())
    mypy = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--cache-dir",
            str(tmp_path / "cache")]  # fmt: skip
    environment = {"MYPYPATH": str(stubs), "PATH": ""}
    files = [*map(str, stubs.rglob("*.pyi")), "program.py"]
    run = {
        "capture_output": True,
        "text": True,
        "cwd": tmp_path,
        "env": environment,
        "check": False,
    }
    done = subprocess.run([*mypy, *files], **run)
    assert done.returncode == 0, done.stdout + done.stderr
    done = subprocess.run([*mypy, "wrong.py"], **run)
    lines = [line.split(":")[1] for line in done.stdout.splitlines() if "error:" in line]
    assert lines == ["3", "4", "5"], done.stdout
