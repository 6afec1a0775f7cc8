"""Phase runs as people start them, in processes of their own that may be killed with everything below them."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor import demo, signing
from monitor.batch import crew, run
from monitor.batch.certificate import CERTIFICATE
from monitor.batch.merge import MERGING
from monitor.batch.report import COVERAGE, LATE, REPORT, SAMPLE, SIGNATURE, check
from monitor.models import State
from monitor.store import QueueQuery
from monitor.upkeep import HEADWAY
from tests.batch.phase_office import CONTEST, QUIET, open_office
from tests.offices import ROOT, make_office

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


def start(config: Path, workers: int) -> subprocess.Popen[str]:
    """Start `netra batch`, in a group of its own; comes back when it begins to work."""
    words = ["--config", str(config), "batch", "--phase", "tenang", "--workers", str(workers)]
    key = (config.parent / "kunci").read_text(encoding="ascii")
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", *words], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", signing.ENVIRONMENT: key}, start_new_session=True,
    )  # fmt: skip
    assert process.stderr is not None
    assert "Melanjutkan" in process.stderr.readline()
    return process


def whole(config: Path, workers: int) -> float:
    """Let a run come to its end; gives the seconds of its work."""
    process = start(config, workers)
    began = time.monotonic()
    process.communicate(timeout=600)
    assert process.returncode == 0
    return time.monotonic() - began


def killed(config: Path, workers: int, after: float) -> bool:
    """Kill a run and all its processes after so many seconds of work; tells whether it was still at it."""
    process = start(config, workers)
    try:
        process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return not _done(config)
    assert process.returncode == 0
    return False


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
        assert sorted(one.name for one in run.home(app).iterdir()) == [folder.name]
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
    seconds = whole(calm, 1)
    truth = held(calm)
    assert len(truth.flags) == truth.report["queue"]["new"] > 0
    assert {COVERAGE, SAMPLE, LATE, crew.MANIFEST, run.RESULT} <= set(truth.files)
    assert [action for action, _ in truth.audit if action.startswith("tahapan")] == ["tahapan_mulai", "tahapan_selesai"]
    dice, hits, offices = random.Random(seed), 0, 0
    stages = Counter[str]()
    while hits < kills:
        offices += 1
        config, workers = anew(f"dipukul-{offices}"), 1 + offices % 2
        while hits < kills and killed(config, workers, dice.uniform(0, seconds)):
            hits += 1
            stages[_stage(config)] += 1
        if not _done(config):
            whole(config, workers)
        found = held(config)
        found.report["processes"] = truth.report["processes"]
        assert found == truth
        shutil.rmtree(config.parent)
    return offices, stages


def _stage(config: Path) -> str:
    """How far a killed run had come."""
    [folder] = (one for one in next((config.parent / "var").rglob(run.RUNS)).iterdir() if not one.name.startswith("."))
    if not any((folder / crew.PARTS).glob("*.json")):
        return "nothing judged"
    if not (folder / run.RESULT).exists():
        return "some parts judged"
    return "being merged" if (folder / MERGING).exists() else "summed up"


def _done(config: Path) -> bool:
    app = open_office(config)
    try:
        return bool(run.finished(app))
    finally:
        app.close()
