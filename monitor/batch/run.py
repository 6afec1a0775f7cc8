"""A phase run from plan to result: freeze, judge part by part, go on after any interruption, compare, list what is not.

Everything of a run lies in one folder: manifest, frozen judges, finished parts, result. It can be copied, repeated and
checked without the database that it came from, but for the items.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any

import monitor
from monitor.app import App
from monitor.batch import crew
from monitor.batch.crew import FROZEN, MANIFEST, PARTS, DatabasePlace, Place
from monitor.batch.frozen import freeze
from monitor.batch.manifest import STRETCH, Manifest
from monitor.batch.parts import SAMPLE, UNREADABLE, PartSummary, lines, put, read_summary, summed, sweep
from monitor.batch.window import Window, window
from monitor.errors import ConflictError, NotAllowedError
from monitor.judge import judge
from monitor.models import Phase
from monitor.upkeep import EXPORTED, REPEATED, RUN_REPORT, own, runs_of

RESULT, REPORT = "hasil.json", RUN_REPORT
_TIMED = 2000

Tell = Callable[[int, int], None]
"""Is told how many parts of how many are finished."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a run would be: how many items in how many parts, and for how long, in seconds.

    `unfinished` is the folder of an interrupted run for the same phase that would go on instead, "" for none.
    """

    phase: Phase
    contest: str
    window: Window
    regions: tuple[str, ...]
    items: int
    parts: int
    seconds: float
    per_second: float
    unfinished: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs from the run before: opinions that are new, said otherwise, or gone."""

    before: str
    new: int
    changed: int
    gone: int


@dataclass(frozen=True, slots=True)
class Result:
    """What a run found; equal manifests over equal items give equal results.

    `flags_digest` and `looked_digest` are the sums of all lines' digests, the same however they are cut into parts;
    `sample` are (item id, version) of
    unflagged items of rostered people, drawn at random out of `unflagged`; `erased` are ids of lawfully erased items.
    """

    manifest: str
    items: int
    people: int
    flagged: int
    opinions: int
    unflagged: int
    levels: tuple[tuple[str, int], ...]
    regions: tuple[tuple[str, int], ...]
    offices: tuple[tuple[str, int], ...]
    sample: tuple[tuple[int, int], ...]
    erased: tuple[int, ...]
    flags_digest: str
    looked_digest: str


def confirmed(app: App, phase: Phase, contest: str) -> tuple[Window, tuple[str, ...]]:
    """Find the days of a phase, and the regions of the roster that the contest covers then.

    Raises:
        NotAllowedError: no such contest or phase, or its days are not confirmed for a region.
    """
    if contest not in app.config.contests:
        known = ", ".join(app.config.contests) or "belum ada"
        raise NotAllowedError(f"pemilihan {contest} tidak diawasi kantor ini — pilih dari `contests`: {known}")
    today = app.clock().astimezone(app.config.zone).date()
    regions = sorted({app.config.office.region, *_regions(app, today)})
    found = {one: window(app.calendar, contest, one, phase, today) for one in regions}
    covered = {region: one for region, one in found.items() if one is not None}
    if not covered:
        raise NotAllowedError(
            f"kalender tidak mengenal tahapan {phase} pemilihan {contest} di wilayah kantor ini — "
            "lengkapi rules/calendar/ lalu ulangi"
        )
    doubtful = [region for region, one in covered.items() if one.certainty == 0]
    if doubtful:
        raise NotAllowedError(
            f"tanggal tahapan {phase} belum dipastikan untuk {', '.join(doubtful)} — periksa sumbernya, lalu naikkan "
            f"`status` di rules/calendar/{contest}.yaml"
        )
    own = covered.get(app.config.office.region)
    return own if own is not None else next(iter(covered.values())), tuple(covered)


def _regions(app: App, today: date) -> Iterator[str]:
    for person in app.store.roster.persons():
        for post in person.appointments:
            if (post.since is None or post.since <= today) and (post.until is None or today <= post.until):
                yield post.region


def plan(app: App, phase: Phase, contest: str, workers: int, clock: Callable[[], float]) -> Plan:
    """Say what a run would do, measured on the newest items; changes nothing.

    Raises:
        NotAllowedError: see `confirmed`.
    """
    span, regions = confirmed(app, phase, contest)
    mark = app.store.frozen.watermark()
    newest = app.store.frozen.items(max(1, mark.item_id - _TIMED), mark.item_id, mark)
    judges = app.judges()
    judge(judges, newest[:100])  # what is built at the first item is no part of the rate
    began = clock()
    judge(judges, newest)
    rate = len(newest) / max(clock() - began, 1e-6) * max(1.0, workers * 0.8) if newest else 0.0
    held = unfinished(app, phase, contest)
    parts = len(range(1, mark.item_id + 1, STRETCH))
    seconds = mark.items / rate if rate else 0.0
    return Plan(phase, contest, span, regions, mark.items, parts, seconds, rate, held.name if held else "")


def unfinished(app: App, phase: Phase, contest: str) -> Path | None:
    """Give the folder of the newest interrupted run for a phase, None for none."""
    for folder in sorted(runs_of(app).glob(f"{contest}-{phase}-*"), key=_began, reverse=True):
        if own(folder) and (folder / MANIFEST).exists():
            return None if (folder / REPORT).exists() else folder
    return None


def begin(
    app: App, phase: Phase, contest: str, *, rehearsal: bool = False, stretch: int = STRETCH, exported: bool = False
) -> Path:
    """Freeze everything that judges, and how far the items have come; gives the folder of the new run.

    `stretch` is how many item ids make a part; `exported` marks a run that is judged elsewhere.

    Raises:
        NotAllowedError: see `confirmed`; or a rehearsal in a real office.
    """
    span, regions = confirmed(app, phase, contest)
    if rehearsal and app.config.mode != "demo":
        raise NotAllowedError("gladi hanya untuk kantor rekaan (mode: demo) — jalankan tanpa --rehearsal")
    at = app.clock()
    folder = runs_of(app) / f"{contest}-{phase}{EXPORTED if exported else '-'}{at:%Y%m%dT%H%M%SZ}"
    if folder.exists():
        raise ConflictError(f"{folder} sudah ada — tunggu sedetik lalu ulangi")
    for left in folder.parent.glob(f".{contest}-{phase}-2*"):
        if own(left.with_name(left.name[1:])):
            shutil.rmtree(left, ignore_errors=True)  # by a beginning that was ended halfway
    half = _begun_anew(folder)
    judges = app.judges()
    inside = freeze(app, judges, half / FROZEN)
    manifest = Manifest(
        phase=phase, contest=contest, region=app.config.office.region, regions=regions, certainty=span.certainty,
        first_day=span.first.isoformat(), last_day=span.last.isoformat(), frozen_at=at, netra=monitor.__version__,
        digests=judges.digests, judges=judges.digest, inside=inside, watermark=app.store.frozen.watermark(),
        stretch=stretch, rehearsal=rehearsal,
    )  # fmt: skip
    (half / PARTS).mkdir()
    (half / MANIFEST).write_text(manifest.text(), encoding="utf-8")
    half.rename(folder)
    return folder


def _begun_anew(folder: Path) -> Path:
    """Give where a folder is laid out before it gets its name; what an interrupted attempt left there goes."""
    half = folder.with_name(f".{folder.name}")
    shutil.rmtree(half, ignore_errors=True)
    return half


def again(app: App, source: Path) -> Path:
    """Lay out a run that repeats another from its manifest; gives the new folder.

    Raises:
        ConflictError: the source is no run, or its frozen folder was changed.
    """
    manifest = Manifest.read(source / MANIFEST)
    folder = runs_of(app) / f"{source.resolve().name}{REPEATED}{app.clock():%Y%m%dT%H%M%SZ}"
    half = _begun_anew(folder)
    (half / PARTS).mkdir(parents=True)
    shutil.copytree(source / FROZEN, half / FROZEN)
    (half / MANIFEST).write_text(manifest.text(), encoding="utf-8")
    half.rename(folder)
    return folder


def carry_on(app: App, folder: Path, workers: int, tell: Tell) -> Result:
    """Judge every part that is not finished from the office's database, then write the result.

    Raises:
        ConflictError: the folder was changed, or helping processes were ended again and again; what is finished stays.
    """
    place = DatabasePlace(folder, (app.root / app.config.database).resolve())
    last = Manifest.read(folder / MANIFEST).watermark.item_id
    judge_all(folder, lambda todo: _turns(place, todo, workers), tell)
    return conclude(folder, app.store.frozen.erased(1, last))


def judge_all(folder: Path, turns: Callable[[Sequence[str]], Iterator[PartSummary]], tell: Tell) -> None:
    """Judge every part of a run that is not finished; `turns` does it, given their names."""
    names = Manifest.read(folder / MANIFEST).parts()
    done = {one for one in names if read_summary(folder / PARTS, one) is not None}
    todo = [one for one in names if one not in done]
    tell(len(done), len(names))
    for number, _ in enumerate(turns(todo), start=len(done) + 1):
        tell(number, len(names))
    sweep(folder / PARTS)


def _turns(place: Place, todo: Sequence[str], workers: int) -> Iterator[PartSummary]:
    return crew.together(place, todo, workers) if workers > 1 and len(todo) > 1 else crew.alone(place, todo)


def conclude(folder: Path, erased: Sequence[int]) -> Result:
    """Sum the finished parts up, and write the result. `erased` are the ids of lawfully erased items.

    Raises:
        ConflictError: a part is missing or was changed.
    """
    manifest = Manifest.read(folder / MANIFEST)
    parts = list(summaries(folder, manifest))
    sweep(folder)
    levels, regions, offices = Counter[str](), Counter[str](), Counter[str]()
    for one in parts:
        levels.update(dict(one.levels))
        regions.update(dict(one.regions))
        offices.update(dict(one.offices))
    sample = sorted(lot for one in parts for lot in one.sample)[:SAMPLE]
    people, flagged = sum(one.people for one in parts), sum(one.flagged for one in parts)
    result = Result(
        manifest=manifest.digest, items=sum(one.items for one in parts), people=people, flagged=flagged,
        opinions=sum(one.opinions for one in parts), unflagged=people - flagged, levels=tuple(sorted(levels.items())),
        regions=tuple(sorted(regions.items())), offices=tuple(sorted(offices.items())),
        sample=tuple((item_id, version) for _, item_id, version in sample), erased=tuple(erased),
        flags_digest=summed(one.flags_sum for one in parts), looked_digest=summed(one.looked_sum for one in parts),
    )  # fmt: skip
    put(folder / RESULT, (json.dumps(asdict(result), sort_keys=True, indent=1) + "\n").encode())
    return result


def summaries(folder: Path, manifest: Manifest) -> Iterator[PartSummary]:
    """Give the finished parts of a run, in order.

    Raises:
        ConflictError: a part is missing or was changed.
    """
    for one in manifest.parts():
        summary = read_summary(folder / PARTS, one)
        if summary is None:
            raise ConflictError(f"bagian {one} di {folder} hilang atau berubah — lanjutkan jalan tahapannya")
        yield summary


def said(folder: Path, manifest: Manifest) -> Iterator[tuple[tuple[int, int], str]]:
    """Give every opinion of a run by (item id, person id), with the digest of its line."""
    for name in manifest.parts():
        for line in lines(folder / PARTS, name, "tanda"):
            text = json.dumps(_lasting(line), sort_keys=True).encode()
            yield (line["item_id"], line["said"]["actor"]["person_id"]), hashlib.sha256(text).hexdigest()


def _lasting(line: dict[str, Any]) -> dict[str, Any]:
    """Leave out by which digests was judged: another version of the rules alone is no other opinion."""
    opinion = {key: value for key, value in line["said"]["opinion"].items() if key != "digests"}
    return line | {"said": line["said"] | {"opinion": opinion}}


def compared(folder: Path, before: Path) -> Compared:
    """Compare the opinions of a run with those of another."""
    old = dict(said(before, Manifest.read(before / MANIFEST)))
    new = changed = 0
    for key, digest in said(folder, Manifest.read(folder / MANIFEST)):
        held = old.pop(key, None)
        new += held is None
        changed += held is not None and held != digest
    return Compared(before.name, new, changed, len(old))


def same_but(one: Path, other: Path, gone: Collection[int]) -> bool:
    """Tell whether two runs hold the same lines byte for byte, but for those of items that are gone from `other`."""
    manifest = Manifest.read(one / MANIFEST)
    for name in manifest.parts():
        for kind in ("tanda", "dilihat"):
            with (
                (one / PARTS / f"{name}.{kind}.jsonl").open("rb") as old,
                (other / PARTS / f"{name}.{kind}.jsonl").open("rb") as new,
            ):
                kept = (line for line in old if not gone or _item(line) not in gone)
                if any(left != right for left, right in zip_longest(kept, new)):
                    return False
    return True


def _item(line: bytes) -> int:
    held = json.loads(line)
    return int(held[0] if isinstance(held, list) else held["item_id"])


def finished(app: App, phase: Phase | None = None, contest: str = "*") -> list[Path]:
    """Give the folders of finished runs, oldest first; repeated ones are left out."""
    found = [one.parent for one in runs_of(app).glob(f"{contest}-{phase or '*'}-*/{REPORT}")]
    return sorted((one for one in found if own(one)), key=_began)


def _began(folder: Path) -> str:
    return folder.name.rpartition("-")[2]


def read_result(folder: Path) -> Result:
    """Read the result of a finished run.

    Raises:
        ConflictError: it is not finished, or the file is damaged.
    """
    try:
        held: dict[str, Any] = json.loads((folder / RESULT).read_bytes())
        pairs = {key: tuple((str(a), int(b)) for a, b in held[key]) for key in ("levels", "regions", "offices")}
        more = {"sample": tuple((int(a), int(b)) for a, b in held["sample"]), "erased": tuple(held["erased"])}
        return Result(**held | pairs | more)
    except (OSError, *UNREADABLE) as error:
        raise ConflictError(f"{folder / RESULT} tidak ada atau rusak ({error}) — lanjutkan jalan tahapannya") from error


def duration(seconds: float) -> str:
    """Say how long, in Indonesian."""
    whole = timedelta(seconds=round(seconds))
    minutes, rest = divmod(int(whole.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} jam {minutes} menit" if hours else f"{minutes} menit {rest} detik" if minutes else f"{rest} detik"


def previous(app: App, folder: Path) -> Path | None:
    """Give the finished run before this one, of any phase; None for none."""
    earlier: Sequence[Path] = [one for one in finished(app) if one != folder and _began(one) < _began(folder)]
    return earlier[-1] if earlier else None
