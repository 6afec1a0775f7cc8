"""Approved files that a newer Netra no longer reads, and what runs in their place.

What was approved once was valid then. When the code that reads rules has changed, everything in force is read again: a
file that fails now is replaced by its newest earlier approved content that still loads, or left out where there is
none. Nothing is hidden: `netra doctor`, the page, the log and `netra rules status` name each until it is mended.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

import monitor
from monitor.errors import Problem, RulesError

_READERS = ("rules", "targets", "calendar", "legalclock", "thresholds.py", "strictyaml.py", "models.py")


@dataclass(frozen=True, slots=True)
class Lapse:
    """An approved file that no longer loads. `number` is the version that runs instead, None where none does."""

    path: str
    number: int | None
    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        instead = "tidak dipakai" if self.number is None else f"yang dipakai versi {self.number}"
        first = str(self.problems[0]) if self.problems else self.path
        return f"isi yang disetujui tidak lagi terbaca oleh Netra ini ({instead}): {first}"


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading everything in force came to, by which code, at which revision of the rulebook."""

    engine: str
    revision: int
    lapses: tuple[Lapse, ...]

    def holds(self, engine: str, revision: int) -> bool:
        """Tell whether there is no need to read again: each later approval was tried before it came into force."""
        return self.engine == engine and (not self.lapses or self.revision == revision)


@cache
def engine() -> str:
    """Digest the code that reads rules, lexicons, targets and calendar."""
    root = Path(monitor.__file__).parent
    files = [file for name in _READERS for file in sorted(root.joinpath(name).glob("*.py")) or [root / name]]
    digest = hashlib.sha256(monitor.__version__.encode())
    for file in files:
        digest.update(file.read_bytes() if file.is_file() else b"")
    return digest.hexdigest()


def mend(
    contents: Mapping[str, str],
    earlier: Callable[[str], Sequence[tuple[int, str]]],
    load: Callable[[Mapping[str, str]], object],
) -> tuple[Lapse, ...]:
    """Find what no longer loads and what may stand in. `earlier` gives (number, content) of older approved versions.

    Raises:
        RulesError: no part of the set can be blamed, so nothing can stand in.
    """
    left, found = dict(contents), dict[str, Lapse]()
    options: dict[str, list[tuple[int, str]]] = {}
    while True:
        try:
            load(left)
        except RulesError as error:
            bad = [path for path in left if any(_names(problem, path) for problem in error.problems)]
            if not bad:
                raise
            for path in bad:
                rest = options.setdefault(path, list(earlier(path)))
                number, text = rest.pop(0) if rest else (None, "")
                first = found[path].problems if path in found else ()
                found[path] = Lapse(path, number, first or tuple(one for one in error.problems if _names(one, path)))
                left.pop(path)
                left |= {path: text} if text else {}
        else:
            return tuple(found[path] for path in sorted(found))


def _names(problem: Problem, path: str) -> bool:
    return problem.file == path or problem.file.endswith("/" + path)


def read(path: Path) -> Reading | None:
    """Read what was written; None where there is nothing of use."""
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        lapses = tuple(
            Lapse(one["path"], one["number"], tuple(Problem(**problem) for problem in one["problems"]))
            for one in said["lapses"]
        )
        return Reading(said["engine"], said["revision"], lapses)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def write(path: Path, reading: Reading) -> None:
    """Write it whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".baru")
    fresh.write_text(json.dumps(asdict(reading), ensure_ascii=False), encoding="utf-8")
    fresh.replace(path)
