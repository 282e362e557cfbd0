# Runs the suites of other packages and compares what fails with the kept list. tools/foreign-suites
# starts it, in an environment that has the packages.
import argparse
import importlib.metadata
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).absolute().parent

# The files of each suite, and of how many of their tests one is run without --all.
SUITES = {
    "numexpr": {"test_numexpr.py": 1},
    "pandas": {
        "computation/test_compat.py": 1,
        "computation/test_eval.py": 12,
        "frame/test_query_eval.py": 2,
        "test_expressions.py": 2,
    },
    "blosc2": {  # those whose tests come to numexpr
        "ndarray/test_elementwise_funcs.py": 12,
        "ndarray/test_evaluate.py": 1,
        "ndarray/test_indexing.py": 12,
        "ndarray/test_jit.py": 1,
        "ndarray/test_jit_dsl_dispatch.py": 1,
        "ndarray/test_lazyexpr.py": 12,
        "ndarray/test_lazyexpr_fields.py": 12,
        "ndarray/test_lazyudf.py": 12,
        "ndarray/test_linalg.py": 12,
        "ndarray/test_ndarray.py": 8,
        "ndarray/test_reductions.py": 8,
        "test_numexpr_threads.py": 1,
        "test_pandas_udf_engine.py": 1,
    },
}

# A package that is found in numexpr's place, in every process that a suite starts.
STUB = "import tightloop.numexpr\n\ntightloop.numexpr.install()\n"


def folder_of_tests(suite, work):
    """Where a suite's files are. numexpr's are copied away from numexpr."""
    if suite == "blosc2":
        return work / "blosc2" / "tests"
    package = pathlib.Path(importlib.metadata.distribution(suite).locate_file(suite))
    if suite == "pandas":
        return package / "tests"
    copied = work / "numexpr"
    shutil.rmtree(copied, ignore_errors=True)
    shutil.copytree(package / "tests", copied)
    (copied / "__init__.py").unlink()
    return copied


def outcomes(suite, args):
    """Runs a suite. Returns {test: outcome}, and pytest's text."""
    folder = folder_of_tests(suite, args.work)
    stub = args.work / "stub"
    (stub / "numexpr").mkdir(parents=True, exist_ok=True)
    (stub / "numexpr" / "__init__.py").write_text(STUB)
    report = args.work / f"{suite}.json"
    report.unlink(missing_ok=True)
    files = SUITES[suite]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(map(str, (stub, args.module, HERE))),
        "FOREIGN_SUITE": json.dumps(
            {
                "folder": str(folder),
                "report": str(report),
                "strides": {file: 1 if args.all else n for file, n in files.items()},
            }
        ),
    }
    command = [sys.executable, "-m", "pytest", "-q", "--tb=short", "-p", "foreign_plugin"]
    command += ["-p", "no:cacheprovider", "-p", "no:unraisableexception"]
    command += ["-o", "addopts=", "--disable-warnings", "--rootdir", str(folder)]
    command += ["-m", "not network and not heavy and not slow and not db"]
    command += [str(folder / file) for file in files]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=args.work)
    if run.returncode not in (0, 1) or not report.exists():
        sys.exit(f"{run.stdout[-4000:]}\n{run.stderr[-2000:]}\n{suite}: pytest ended early")
    return json.loads(report.read_text()), run.stdout


def expected_failures(suite):
    """Reads the kept list: {test: "fails" or "may fail"}. May: what a test compares with depends on the
    processor."""
    rows = (HERE / "expected_failures.tsv").read_text().splitlines()[1:]
    return {row.split("\t")[1]: row.split("\t")[2] for row in rows if row.startswith(suite + "\t")}


def check(suite, args):
    """Runs a suite. Returns True where it fails as expected."""
    start = time.monotonic()
    found, text = outcomes(suite, args)
    expected = expected_failures(suite)
    failed = {test for test, outcome in found.items() if outcome == "failed"}
    unexpected = sorted(failed - expected.keys())
    passed = sorted(
        test for test, how in expected.items() if how == "fails" and found.get(test) == "passed"
    )
    gone = sorted(expected.keys() - found.keys()) if args.all else []
    counts = {kind: sum(o == kind for o in found.values()) for kind in ("passed", "skipped", "xfailed")}
    part = "" if args.all or set(SUITES[suite].values()) == {1} else ", a part"
    print(
        f"{suite} {importlib.metadata.version(suite)}: {counts['passed']} of {len(found)} passed"
        f"{part}, {counts['skipped']} skipped, {counts['xfailed']} fail with numexpr too, "
        f"{len(failed & expected.keys())} fail as expected ({time.monotonic() - start:.0f} s)"
    )
    if unexpected:
        print(text[-20000:])
    for title, tests in (
        ("fails, and is not expected to", unexpected),
        ("passes, and is expected to fail", passed),
        ("is expected to fail, and is not in the suite", gone),
    ):
        for test in tests:
            print(f"{suite}: {test} {title}")
    return not (unexpected or passed or gone)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--module", type=pathlib.Path)
    parser.add_argument("--work", type=pathlib.Path)
    parser.add_argument("suites", nargs="+", choices=SUITES)
    args = parser.parse_args()
    sys.exit(0 if all([check(suite, args) for suite in args.suites]) else 1)


if __name__ == "__main__":
    main()
