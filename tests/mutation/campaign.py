"""Do the tests of a module notice when it is changed? `python -m tests.mutation monitor/triage.py tests/unit/test_triage.py`.

First the tests run once on the module as it is, and each line of it learns which tests reach it. Then each mutant runs those
tests, the quickest first, in a child of its own with a limit of CPU and memory, until one fails. A mutant whose line no test
reaches has survived without a run. What a child found stands in a log, so that a campaign that was broken off goes on; a
survivor is tried again as soon as a test was changed.
"""

from __future__ import annotations

import ast
import importlib
import importlib.abc
import importlib.util
import json
import os
import random
import resource
import signal
import sys
import tempfile
import warnings
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, astuple, dataclass, field
from hashlib import sha256
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest
from hypothesis import Phase, settings

from tests.mutation.operators import Mutant, mutants, mutated

ROOT = Path(__file__).resolve().parents[2]
OURS = ("monitor", "classifiers", "tests")
SECONDS = 20  # of CPU for the tests of one mutant, beyond what the unchanged module takes
MEMORY = 4 * 1024**3
SURVIVED, KILLED, UNREACHED = "selamat", "ketahuan", "tak tersentuh"


@dataclass(slots=True)
class Tally:
    """What became of the mutants of one module; `left` are the survivors that are not known to mean the same."""

    tried: int = 0
    killed: int = 0
    same: int = 0
    left: list[Mutant] = field(default_factory=list)

    @property
    def score(self) -> float:
        """Killed mutants among those that change what the module does, 0 to 1."""
        return self.killed / (self.tried - self.same) if self.tried > self.same else 1.0

    def lines(self, module: str) -> Iterator[str]:
        yield (
            f"{module}: {self.killed} dari {self.tried - self.same} mutan ketahuan ({100 * self.score:.1f} %), "
            f"{self.same} bermakna sama"
        )
        yield from (f"  {module}:{one.line}: {one.before}  ->  {one.after}" for one in self.left)


@dataclass(frozen=True, slots=True)
class Target:
    """A module and the test files that answer for it, both relative to the project."""

    module: str
    tests: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.module.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def source(self, root: Path) -> str:
        return (root / self.module).read_text(encoding="utf-8")


# --------------------------------------------------------------------------- in the child


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives the mutated tree whenever the module is imported."""

    def __init__(self, name: str, path: Path, tree: ast.Module) -> None:
        self.name, self.path, self.tree = name, path, tree

    def find_spec(self, name: str, _path: object, _target: object = None) -> ModuleSpec | None:
        if name != self.name:
            return None
        below = [str(self.path.parent)] if self.path.name == "__init__.py" else None
        spec = importlib.util.spec_from_file_location(name, self.path, loader=self, submodule_search_locations=below)
        assert spec is not None
        return spec

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.tree, str(self.path), "exec", dont_inherit=True), module.__dict__)


class _Reached:
    """A pytest plugin that notes which tests reach which lines of a file, and how long each test takes."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)
        self.lines: dict[str, set[int]] = defaultdict(set)
        self.seconds: dict[str, float] = defaultdict(float)
        self.now = ""

    def pytest_configure(self, config: pytest.Config) -> None:
        _quick(config)
        sys.settrace(self._call)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.now = nodeid

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration

    def _call(self, frame: FrameType, _event: str, _arg: object) -> Callable[..., Any] | None:
        if frame.f_code.co_filename != self.path:
            return None
        self.lines[self.now].add(frame.f_lineno)
        return self._line

    def _line(self, frame: FrameType, _event: str, _arg: object) -> Callable[..., Any]:
        self.lines[self.now].add(frame.f_lineno)
        return self._line


class _Quick:
    """A pytest plugin for mutants: generated cases are the same each time and are not made small when one fails."""

    def pytest_configure(self, config: pytest.Config) -> None:
        _quick(config)


def _quick(_config: pytest.Config) -> None:
    settings.register_profile(
        "mutan", deadline=None, database=None, derandomize=True, phases=(Phase.explicit, Phase.generate)
    )
    settings.load_profile("mutan")


def _run(root: Path, names: Sequence[str], plugin: object) -> int:
    os.chdir(root)
    with tempfile.TemporaryDirectory(prefix="netra-mutan-") as folder:
        return int(
            pytest.main(
                ["-x", "-q", "-n0", "-p", "no:cacheprovider", "-p", "no:randomly", "-m", "not long and not bench",
                 "-W", "ignore::pytest.PytestAssertRewriteWarning", "--basetemp", f"{folder}/t", *names],
                plugins=[plugin],
            )
        )  # fmt: skip


def _forked(work: Callable[[], bytes]) -> tuple[int, bytes]:
    """Do something in a child that says nothing; gives how it ended (as `wait` does) and what it gave."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        ended = 70
        try:
            os.setpgid(0, 0)
            quiet = os.open(os.devnull, os.O_RDWR)
            for number in (0, 1, 2):
                os.dup2(quiet, number)
            with os.fdopen(writer, "wb") as file:
                file.write(work())
            ended = 0
        finally:
            os._exit(ended)
    os.close(writer)
    with os.fdopen(reader, "rb") as file:
        said = file.read()
    _, status = os.waitpid(child, 0)
    with suppress(ProcessLookupError):
        os.killpg(child, signal.SIGKILL)  # what a test of the mutant may have left running
    return status, said


# --------------------------------------------------------------------------- the campaign


@dataclass(slots=True)
class _Known:
    """What the run on the unchanged module taught: tests by line, quickest first; modules worth loading once."""

    by_line: dict[int, list[str]]
    everywhere: list[str]
    modules: list[str]
    seconds: float


def _first_run(target: Target, root: Path) -> _Known:
    path = root / target.module

    def work() -> bytes:
        plugin = _Reached(path)
        ended = _run(root, target.tests, plugin)
        return json.dumps(
            {
                "ended": ended,
                "lines": {name: sorted(lines) for name, lines in plugin.lines.items()},
                "seconds": plugin.seconds,
                "modules": sorted(sys.modules),
            }
        ).encode()

    _, told = _forked(work)
    said = json.loads(told or b'{"ended": 70}')
    assert said["ended"] == 0, f"{target.tests} fail on the unchanged module: run them first"
    seconds = {name: float(took) for name, took in said["seconds"].items()}
    ordered = sorted(seconds, key=lambda name: (seconds[name], name))
    by_line: dict[int, list[str]] = defaultdict(list)
    for name in ordered:
        for line in said["lines"].get(name, ()):
            by_line[line].append(name)
    return _Known(
        dict(by_line), [one for one in ordered if said["lines"].get(one)], said["modules"], sum(seconds.values())
    )


def _load(known: _Known, target: Target) -> None:
    """Load once, before the children part, every module that does not lean on the target."""

    class _Refuse(importlib.abc.MetaPathFinder):
        def find_spec(self, name: str, _path: object, _target: object = None) -> None:
            if name == target.name:
                raise ImportError(name)

    sys.meta_path.insert(0, _Refuse())
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for name in known.modules:
                top = name.partition(".")[0]
                if top.startswith("_") or top in {"conftest", "pytest_randomly"} or ".test_" in name:
                    continue
                with suppress(Exception):
                    importlib.import_module(name)
    finally:
        sys.meta_path.pop(0)
    for name in sorted(sys.modules):
        parent = name.rpartition(".")[0]
        if name.partition(".")[0] in OURS and parent and parent not in sys.modules:
            del sys.modules[name]


def _reaching(mutant: Mutant, tree: ast.Module, known: _Known) -> list[str]:
    """The tests that reach a mutant's statement; all of them where it stands outside every function."""
    inside = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.Lambda) and node.lineno <= mutant.line <= (node.end_lineno or 0)
    ]
    innermost = max(inside, key=lambda node: node.lineno, default=None)
    if innermost is None or not isinstance(innermost, ast.FunctionDef):
        return known.everywhere
    if mutant.line < innermost.body[0].lineno:
        return known.everywhere  # its defaults and decorators are worked out when the module is loaded
    lines = range(innermost.body[0].lineno, (innermost.end_lineno or 0) + 1)
    met = {name for line in lines for name in known.by_line.get(line, ())}
    exact = set(known.by_line.get(mutant.line, ()))
    chosen = exact or met
    return [name for name in known.everywhere if name in chosen]


def _try(target: Target, root: Path, source: str, mutant: Mutant, known: _Known, names: list[str]) -> str:
    def work() -> bytes:
        limit = int(known.seconds * 3) + SECONDS
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        signal.alarm(limit * 6)  # of wall time: a mutant may wait for ever
        sys.meta_path.insert(0, _Changed(target.name, root / target.module, mutated(source, mutant.number)))
        return str(_run(root, names, _Quick())).encode()

    status, said = _forked(work)
    return SURVIVED if status == 0 and said == b"0" else KILLED


def campaign(
    target: Target,
    *,
    root: Path = ROOT,
    same: Collection[tuple[str, str, str]] = (),
    log: Path | None = None,
    sample: int = 0,
    seed: int = 0,
) -> Tally:
    """Try the mutants of a module, all or a `sample` of them; `same` lists (line of source, before, after) of those that
    change nothing.

    Raises:
        AssertionError: the tests fail without any change.
    """
    source = target.source(root)
    chosen = [one for one in mutants(source) if key_of(source, one) not in same]
    tally = Tally(tried=0, same=0)
    if sample and sample < len(chosen):
        chosen = sorted(random.Random(seed).sample(chosen, sample), key=lambda one: one.number)
    else:
        tally.same = sum(1 for _ in mutants(source)) - len(chosen)
    tally.tried = len(chosen) + tally.same
    memory = _Memory(log, target, root, source)
    todo = [one for one in chosen if memory.said(one) is None]
    if todo:
        known = _first_run(target, root)
        _load(known, target)
        tree = ast.parse(source)
        for one in todo:
            names = _reaching(one, tree, known)
            memory.keep(one, _try(target, root, source, one, known, names) if names else UNREACHED)
    tally.left = [one for one in chosen if memory.said(one) != KILLED]
    tally.killed = len(chosen) - len(tally.left)
    return tally


def key_of(source: str, mutant: Mutant) -> tuple[str, str, str]:
    return source.splitlines()[mutant.line - 1].strip(), mutant.before, mutant.after


class _Memory:
    """The log of a campaign: a line a mutant; a survivor counts only as long as no test was changed."""

    def __init__(self, log: Path | None, target: Target, root: Path, source: str) -> None:
        self._path = None if log is None else log / f"{target.name}.jsonl"
        self._source = sha256(source.encode()).hexdigest()
        tests = b"".join((root / one).read_bytes() for one in target.tests if (root / one).is_file())
        self._tests = sha256(tests).hexdigest()
        self._found: dict[tuple[int, int, str, str], str] = {}
        if self._path is not None and self._path.exists():
            for line in self._path.read_text("utf-8").splitlines():
                with suppress(ValueError, KeyError):
                    said = json.loads(line)
                    fresh = said["tests"] == self._tests or said["found"] == KILLED
                    if said["source"] == self._source and fresh:
                        self._found[said["number"], said["line"], said["before"], said["after"]] = said["found"]

    def said(self, mutant: Mutant) -> str | None:
        return self._found.get(astuple(mutant))

    def keep(self, mutant: Mutant, found: str) -> None:
        self._found[astuple(mutant)] = found
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with self._path.open("a", encoding="utf-8") as file:
            said = {"source": self._source, "tests": self._tests, "found": found}
            file.write(json.dumps(said | asdict(mutant)) + "\n")
