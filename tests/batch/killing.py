"""Phase runs as people start them, in processes of their own that may be killed with everything below them."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import threading
import time
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from monitor import demo, signing
from monitor.batch import crew, run
from monitor.batch.certificate import CERTIFICATE
from monitor.batch.manifest import Manifest
from monitor.batch.merge import MERGING
from monitor.batch.report import COVERAGE, LATE, REPORT, SAMPLE, SIGNATURE, check
from monitor.batch.run import RESULT
from monitor.cli import main
from monitor.models import State
from monitor.store import QueueQuery
from monitor.upkeep import HEADWAY, RUNS, runs_of
from tests.batch.phase_office import CONTEST, QUIET, open_office
from tests.offices import make_office

SAID = "dikatakan.txt"
DIFFERS = {"finished_at", "seconds", "audit_head"}
"""What a report says of this one going: when, how long, and after what else."""


def office(folder: Path, copies: int, stretch: int) -> Path:
    """Lay out an office with its items so many times over, nothing screened, and a phase run begun; gives its settings."""
    config = make_office(folder)
    for path in sorted((folder / "demo" / "items").glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        for copy in range(1, copies):
            more = [json.dumps(row | {"id": f"{row['id']}-{copy}"}, ensure_ascii=False) for row in rows]
            (path.parent / f"{path.stem}-{copy}.jsonl").write_text("\n".join(more), encoding="utf-8")
    app = open_office(config)
    try:
        demo.prepare(app)
        app.gather((), lambda _: None)
        run.begin(app, QUIET, CONTEST, stretch=stretch)
    finally:
        app.close()
    signing.new_key(folder / "kunci")
    return config


class Going:
    """`netra batch` in a process group of its own, parted from this one so that what is loaded need not be loaded again."""

    def __init__(self, config: Path, workers: int) -> None:
        key = (config.parent / "kunci").read_text(encoding="ascii")
        words = ["--config", str(config), "batch", "--phase", "tenang", "--workers", str(workers)]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # other threads of this process hold nothing of ours
            self.pid = os.fork()
        if self.pid == 0:
            ended = 70
            try:
                os.setsid()
                os.environ[signing.ENVIRONMENT] = key
                said = os.open(config.parent / SAID, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
                for number in (1, 2):
                    os.dup2(said, number)
                ended = main(words, standalone_mode=False) or 0
            except BaseException:  # noqa: BLE001 - whatever it is, it is told where the parent reads it
                traceback.print_exc()
            finally:
                sys.stderr.flush()
                os._exit(ended)
        self.code: int | None = None

    def ended(self) -> bool:
        """Tell whether it came to its end by itself."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.code = os.waitstatus_to_exitcode(status) if pid else None
        return self.code is not None

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        if self.code is None:
            os.waitpid(self.pid, 0)


def until(seconds: float, true: Callable[[], bool]) -> None:
    """Look again and again until something is true or the time is over."""
    end, pause = time.monotonic() + seconds, threading.Event()
    while time.monotonic() < end and not true():
        pause.wait(0.002)


def whole(config: Path, workers: int) -> None:
    """Let a run come to its end."""
    going = Going(config, workers)
    until(600, going.ended)
    assert going.code == 0, (config.parent / SAID).read_text(encoding="utf-8")


def killed(config: Path, workers: int, dice: random.Random) -> bool:
    """Kill a run and all its processes at some moment of its work; tells whether it was still at it."""
    folder = _folder(config)
    names = Manifest.read(folder / crew.MANIFEST).parts()
    marks = [RESULT, MERGING, COVERAGE, SIGNATURE, CERTIFICATE]
    there = {name for name in marks if (folder / name).exists()}
    goal, parts = dice.choice(["", "part", "part", *marks]), dice.randint(1, len(names))

    def reached() -> bool:
        if goal == "part":
            return len(list((folder / crew.PARTS).glob("0*.json"))) >= parts
        return not goal or (goal not in there and (folder / goal).exists())

    going = Going(config, workers)
    until(600, lambda: going.ended() or reached())
    until(dice.uniform(0, 0.1), going.ended)
    finished = going.ended()
    going.kill()
    assert going.code in {None, 0}, (config.parent / SAID).read_text(encoding="utf-8")
    return not finished and not (folder / REPORT).exists()


def _folder(config: Path) -> Path:
    [folder] = (one for one in next((config.parent / "var").rglob(RUNS)).iterdir() if not one.name.startswith("."))
    return folder


@dataclass(frozen=True)
class Held:
    """All that a finished run leaves behind: its files, its report, the queue, and what the audit notes of it."""

    files: dict[str, bytes]
    report: dict[str, Any]
    flags: list[tuple[str, str, str, str, tuple[str, ...]]]
    audit: list[tuple[str, str]]
    counted: int


def held(config: Path) -> Held:
    """Read what a run left; the chain must be whole and the report signed."""
    app = open_office(config)
    try:
        assert app.store.audit.verify().ok
        [folder] = run.finished(app)
        assert sorted(one.name for one in runs_of(app).iterdir()) == [folder.name]
        mark = json.loads((folder / SIGNATURE).read_text(encoding="ascii"))["fingerprint"]
        assert check(folder, [mark]) == []
        names = {REPORT, SIGNATURE, CERTIFICATE, MERGING, HEADWAY}
        paths = [one for one in sorted(folder.rglob("*")) if one.is_file() and one.name not in names]
        report = json.loads((folder / REPORT).read_bytes())
        flags = app.store.flags.queue(QueueQuery(states=tuple(State), limit=100_000)).flags
        entries = app.store.audit.entries(limit=100_000)
        return Held(
            files={one.relative_to(folder).as_posix(): one.read_bytes() for one in paths},
            report={key: value for key, value in report.items() if key not in DIFFERS},
            flags=sorted(
                (str(one.stored.item.platform), one.stored.item.native_id, one.actor.person.name,
                 str(one.opinion.level), tuple(match.rule_id for match in one.opinion.matches))
                for one in flags
            ),
            audit=[(one.action, one.payload) for one in entries if one.action in {"saring", "tahapan_mulai", "tahapan_selesai"}],
            counted=sum(one.items for one in app.store.samples.bins()),
        )  # fmt: skip
    finally:
        app.close()


def campaign(folder: Path, kills: int, copies: int, stretch: int, seed: int) -> tuple[int, Counter[str]]:
    """Kill runs until so many were hit, each going on where it stood; every office ends like the undisturbed one.

    Gives how many offices it took, and how far the killed runs had come.
    """
    grown = office(folder / "asal", copies, stretch)

    def anew(name: str) -> Path:
        return Path(shutil.copytree(grown.parent, folder / name, symlinks=True)) / "config.yaml"

    calm = anew("tenang")
    whole(calm, 1)
    truth = held(calm)
    assert len(truth.flags) == truth.report["queue"]["new"] > 0
    assert {COVERAGE, SAMPLE, LATE, crew.MANIFEST, RESULT} <= set(truth.files)
    assert [action for action, _ in truth.audit if action.startswith("tahapan")] == ["tahapan_mulai", "tahapan_selesai"]
    dice, hits, offices = random.Random(seed), 0, 0
    stages = Counter[str]()
    while hits < kills:
        offices += 1
        config, workers = anew(f"dipukul-{offices}"), 1 + offices % 2
        while hits < kills and killed(config, workers, dice):
            hits += 1
            stages[_stage(config)] += 1
        if not _done(config):
            whole(config, workers)
        found = held(config)
        found.report["processes"] = truth.report["processes"]
        for field in fields(Held):
            assert getattr(found, field.name) == getattr(truth, field.name), (field.name, stages)
        shutil.rmtree(config.parent)
    return offices, stages


def _stage(config: Path) -> str:
    """How far a killed run had come."""
    folder = _folder(config)
    if not any((folder / crew.PARTS).glob("0*.json")):
        return "nothing judged"
    if not (folder / RESULT).exists():
        return "some parts judged"
    if not (folder / MERGING).exists():
        return "summed up"
    return "being reported" if (folder / COVERAGE).exists() else "being merged"


def _done(config: Path) -> bool:
    return (_folder(config) / REPORT).exists()
