"""Freezing all that judges into a folder, and building the judges from it again: on any machine, without a database.

The folder holds the rules, word lists, targets, calendar and thresholds in force, the model's file, the roster as it
stood, and how the office judges (`cara.json`). Nothing outside of it decides a flag.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import monitor
from classifiers.registry import SHIPPED
from monitor.app import App, read_model
from monitor.calendar import Calendar
from monitor.context import Context
from monitor.errors import ConflictError
from monitor.judge import STOPPED, Judges, digest_of
from monitor.models import Account, Person
from monitor.recall import Past
from monitor.roster import Roster
from monitor.rules import RuleSet
from monitor.store import thawed_as, written_as
from monitor.targets import Targets
from monitor.triage import Limits

_RULES, _MODEL, _ROSTER, _WAY = "aturan", "model", "daftar.jsonl", "cara.json"


def freeze(app: App, judges: Judges, folder: Path) -> tuple[tuple[str, str], ...]:
    """Write all that judges into a new folder; gives the SHA-256 of each of its files by name, in order."""
    folder.mkdir(parents=True)
    shutil.copytree(app.rules_in_force, folder / _RULES)
    model = Path(app.model_path)
    source = app.root / model if app.model_path else SHIPPED
    shutil.copy(source, folder / f"{_MODEL}{source.suffix}")
    persons = [{"person": written_as(Person, one)} for one in app.store.roster.persons()]
    accounts = [{"account": written_as(Account, one)} for one in app.store.roster.accounts()]
    lines = (json.dumps(one, sort_keys=True, separators=(",", ":")) for one in [*persons, *accounts])
    (folder / _ROSTER).write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
    way = {
        "zone": app.config.zone.key,
        "region": app.config.office.region,
        "contests": app.config.contests,
        "base_rate": app.config.base_rate,
        "limits": [judges.limits.flag, judges.limits.high],
        "stopped": sorted(judges.stopped),
        "digests": judges.digests,
    }
    (folder / _WAY).write_text(json.dumps(way, indent=1, sort_keys=True) + "\n", encoding="ascii")
    return tuple(_digests(folder))


def thaw(folder: Path, inside: tuple[tuple[str, str], ...], digest: str, past: Past | None = None) -> Judges:
    """Build the judges of a frozen folder.

    Raises:
        ConflictError: a file of the folder is missing, was changed or added, or this Netra judges otherwise.
    """
    if tuple(_digests(folder)) != inside:
        raise ConflictError(f"isi beku {folder} berbeda dari manifesnya — ambil folder itu dari cadangannya")
    way: dict[str, Any] = json.loads((folder / _WAY).read_text(encoding="ascii"))
    zone = ZoneInfo(way["zone"])
    contests = tuple(way["contests"])
    targets = Targets.load(folder / _RULES / "targets", only=contests)
    calendar = Calendar.load(folder / _RULES / "calendar")
    rules = RuleSet.load(folder / _RULES, targets, zone)
    [model] = folder.glob(f"{_MODEL}.*")
    classifier = read_model(str(model.resolve()), targets.terms(), folder, way["base_rate"])
    roster = _roster(folder / _ROSTER, zone)
    digests = tuple((name, value) for name, value in way["digests"])
    now = {
        "aturan": rules.digest, "model": classifier.model_id, "daftar": roster.digest, "sasaran": targets.digest,
        "kalender": calendar.digest, "netra": monitor.__version__,
    }  # fmt: skip
    if strange := [name for name, value in digests if name in now and now[name] != value]:
        raise ConflictError(
            f"Netra ini menilai lain daripada saat dibekukan ({', '.join(strange)}) — pakai versi yang disebut manifes"
        )
    plain = tuple(pair for pair in digests if pair[0] != STOPPED)
    context = Context(targets, calendar, zone, way["region"], contests)
    flag, high = way["limits"]
    judges = Judges(roster, context, rules, classifier, Limits(flag, high), plain, digest_of(plain), past)
    judges = judges.without(way["stopped"])
    if judges.digest != digest:
        raise ConflictError(f"sidik penilai di {folder} berbeda dari manifesnya — ambil folder itu dari cadangannya")
    return judges


def _roster(path: Path, zone: ZoneInfo) -> Roster:
    persons, accounts = list[Person](), list[Account]()
    with path.open(encoding="ascii") as lines:
        for line in lines:
            held = json.loads(line)
            if "person" in held:
                persons.append(thawed_as(Person, held["person"]))
            else:
                accounts.append(thawed_as(Account, held["account"]))
    return Roster(persons, accounts, zone)


def _digests(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        yield path.relative_to(folder).as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()
