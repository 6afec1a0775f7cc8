"""Disk against rulebook, and the four steps: propose, approve, reject, roll back."""

from __future__ import annotations

import difflib
import hashlib
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from monitor.errors import NotAllowedError, Problem, RulesError
from monitor.governance import lapses
from monitor.governance.contents import LOCAL, as_tried, lay_out, leaning, named, tidy
from monitor.governance.lapses import Lapse, Reading
from monitor.models import Level, Role, User
from monitor.rules import RuleSet
from monitor.rules.lint import baseline_texts
from monitor.store import Event, Origin, Store, Version
from monitor.store.rulebook import digest_of

SHORTEST_WHY = 5
LONGEST_WHY = 2000
LONGEST_FILE = 60_000
_PATH = re.compile(r"[a-z0-9_-]{1,40}/[a-z0-9][a-z0-9_-]{0,79}\.yaml")
_ADOPTED = "ikut bersama Netra"


@dataclass(frozen=True, slots=True)
class Survey:
    """What disk and rulebook say together.

    `waiting` are drafts, newest first; `problems` are mistakes of changed files, which therefore changed nothing;
    `behind` are files whose disk content is an older or rejected one; `lapses` approved ones that no longer load.
    """

    waiting: tuple[Version, ...]
    problems: tuple[Problem, ...]
    behind: tuple[str, ...]
    lapses: tuple[Lapse, ...] = ()

    def lines(self) -> list[str]:
        """Say it for the log, in Indonesian; nothing where disk and rulebook agree."""
        said = [str(one) for one in self.lapses]
        said += [f"berkas aturan keliru, yang berlaku tetap yang lama: {problem}" for problem in self.problems]
        if self.waiting:
            said.append(f"{len(self.waiting)} draf aturan menunggu; lihat `netra rules status`")
        return said


class Governance:
    """The rules of one office under a rulebook.

    `disk` is the folder that people edit, `cache` where contents in force are laid out when the disk differs; `load`
    reads a whole folder (rules, lexicons, targets, calendar) and raises RulesError with every mistake.
    """

    def __init__(
        self, store: Store, disk: Path, cache: Path, load: Callable[[Path], RuleSet], engine: str = ""
    ) -> None:
        self._book = store.rulebook
        self.disk = disk
        self._cache = cache
        self._load = load
        self._engine = engine or lapses.engine()
        self._looked: tuple[str, tuple[Problem, ...]] = ("", ())
        self._held: tuple[int, frozenset[tuple[str, int, str]]] = (0, frozenset())

    # ------------------------------------------------------------------ what is in force

    def ready(self) -> None:
        """Adopt the set on the disk as the first approved one, where there is none yet.

        Raises:
            RulesError: the set on the disk has mistakes; nothing was adopted.
        """
        if self._book.empty():
            self._load(self.disk)
            self._book.adopt(self._read()[0], _ADOPTED)
            lapses.write(self._reading, Reading(self._engine, self._book.revision(), ()))

    def lapses(self) -> tuple[Lapse, ...]:
        """Give approved files that no longer load; all are read again when the code that reads them has changed.

        Raises:
            RulesError: the approved set does not load, and no part of it can be blamed.
        """
        known, revision = lapses.read(self._reading), self._book.revision()
        if known is None or not known.holds(self._engine, revision):
            held = {path: one.content for path, one in self._book.in_force().items()}
            found = lapses.mend(held, self._earlier, self._tried) if held else ()
            known = Reading(self._engine, revision, found)
            lapses.write(self._reading, known)
        return known.lapses

    @property
    def _reading(self) -> Path:
        return self._cache / "terbaca.json"

    def _earlier(self, path: str) -> list[tuple[int, str]]:
        """Give number and content of what was in force before, newest first."""
        return [
            (one.number, one.content)
            for one in self._book.history(path)
            if one.content and any(happened.event is Event.APPROVED for happened in one.happenings)
            and one.digest != self._book.digests().get(path)
        ]  # fmt: skip

    def refresh_shipped(self) -> int:
        """Adopt what a newer Netra brought for files that nobody of the office has changed; gives how many."""
        self.ready()
        contents, problems = self._read()
        if problems:
            return 0
        held = self._book.in_force()
        ours = {path for path, one in held.items() if one.origin is not Origin.SHIPPED or path.startswith(LOCAL)}
        theirs = {path: contents.get(path, "") for path in contents.keys() | held.keys() if path not in ours}
        changed = {path: text for path, text in theirs.items() if path not in held or held[path].content != text}
        if not changed:
            return 0
        try:
            self._tried({**self._contents(), **changed})
        except RulesError:
            return 0  # `sync` says why; what is in force stays
        return self._book.adopt(changed, "ikut bersama Netra yang lebih baru")

    def folder(self) -> Path:
        """Give a folder that holds exactly what is in force: the disk's own where the two agree."""
        digests = self._book.digests()
        contents, problems = self._read()
        if not digests:
            return self.disk
        digests = {path: digest_of(text) for path, text in self._contents().items()}
        if not problems and digests == {path: digest_of(text) for path, text in contents.items()}:
            return self.disk
        key = hashlib.sha256(repr(sorted(digests.items())).encode()).hexdigest()[:16]
        laid = self._cache / key / self.disk.name
        if not laid.is_dir():
            self._cache.mkdir(parents=True, exist_ok=True)
            made = Path(tempfile.mkdtemp(dir=self._cache))
            lay_out(made / self.disk.name, self._contents())
            try:
                made.rename(self._cache / key)
            except OSError:  # another process was quicker
                shutil.rmtree(made)
        return laid

    def sync(self) -> Survey:
        """Compare disk and rulebook: a valid changed file becomes a draft, an invalid one is only reported."""
        self.ready()
        contents, unread = self._read()
        held, known = self._book.digests(), self._book.known()
        lost = {problem.file for problem in unread}
        changed = {path: text for path, text in contents.items() if digest_of(text) != held.get(path, "")}
        kept = () if (self.disk / LOCAL).is_dir() else (LOCAL,)  # an update that replaced the folder took it along
        changed |= {path: "" for path in held if path not in {*contents, *lost} and not path.startswith(kept)}
        fresh = {path: text for path, text in changed.items() if (path, digest_of(text)) not in known}
        problems = self._mistakes(fresh, changed) if fresh else ()
        files = [problem.file for problem in problems]
        files += leaning(contents, files, fresh)
        good = {path: text for path, text in fresh.items() if not named(path, files)}
        self._book.see(good)
        waiting = tuple(self._book.waiting())
        drafted = {(one.path, one.digest) for one in waiting}
        behind = [
            path for path, text in changed.items() if path not in fresh and (path, digest_of(text)) not in drafted
        ]
        behind += [path for path in held if path.startswith(kept) and path not in contents]
        return Survey(waiting, (*unread, *problems), tuple(sorted(behind)), self.lapses())

    def current(self, path: str) -> Version | None:
        """Give the version of a file that is in force."""
        return self._book.in_force().get(path)

    def export(self) -> list[str]:
        """Write what is in force over the files on the disk; gives the paths that changed."""
        self.ready()
        contents, held = self._read()[0], {path: one.content for path, one in self._book.in_force().items()}
        changed = [path for path in sorted(held) if contents.get(path) != held[path]]
        for path in changed:
            target = self.disk / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(held[path], encoding="utf-8", newline="\n")
        gone = sorted(path for path in contents if path not in held and self._was_in_force(path))
        for path in gone:
            (self.disk / path).unlink()
        return [*changed, *gone]

    # ------------------------------------------------------------------ trying

    def candidate(self, path: str, content: str, *, active: bool = False) -> RuleSet:
        """Load what is in force with one file changed; `active` tries a draft or shadow rule as if it were active.

        Raises:
            RulesError: every mistake, with the file's own lines.
        """
        return self._tried({**self._contents(), path: as_tried(content, active=active)})

    @contextmanager
    def laid(self, path: str, content: str, *, active: bool = False) -> Iterator[Path]:
        """Lay what `candidate` would load out in a folder that goes when it is no longer needed; nothing is checked."""
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made) / self.disk.name
            lay_out(folder, {**self._contents(), path: as_tried(content, active=active)})
            yield folder

    def checked(self, path: str, content: str) -> RuleSet:
        """Load as `candidate` does, and hold it against the neutral texts.

        Raises:
            NotAllowedError: no such place for a file, or too long.
            RulesError: mistakes, or neutral texts that are newly hit at level sedang or higher.
        """
        where = PurePosixPath(path)
        if _PATH.fullmatch(path) is None or where.parts[0] == "baseline":
            raise NotAllowedError(f"`{path}` bukan tempat berkas aturan — misalnya asn/nama-aturan.yaml")
        if len(content) > LONGEST_FILE:
            raise NotAllowedError(f"berkas terlalu panjang — paling banyak {LONGEST_FILE} huruf")
        rules = self.candidate(path, content)
        if adrift := [one for one in rules.loaded.layer.adrift if named(path, [one.file])]:
            raise RulesError(adrift)
        texts = baseline_texts(self.disk)
        hits = [hit for hit in _hits(rules, texts) if hit not in self._neutral(texts)]
        if hits:
            shown = f"{self.disk.name}/{path}"
            raise RulesError(
                [
                    Problem(shown, 0, 0, f"teks netral di {file}:{line} jadi terkena `{rule}`", "perketat syaratnya")
                    for file, line, rule in hits[:20]
                ]
            )
        return rules

    # ------------------------------------------------------------------ the four steps

    def propose(self, path: str, content: str, user: User, why: str) -> Version:
        """Put a content of a file forward; an empty content proposes that the file goes.

        Raises:
            NotAllowedError: not an author, no reason, no such place. RulesError: mistakes. ConflictError: it waits.
        """
        _may(user, Role.RULE_AUTHOR, "mengusulkan")
        self.ready()
        self.checked(path, content)
        return self._book.propose(path, tidy(content), user.user_id, reason(why))

    def approve(self, version_id: int, user: User, why: str) -> Version:
        """Put a proposal in force.

        Raises:
            NotAllowedError: not an approver, the proposer themselves, no reason, or nobody has proposed it.
            RulesError: it no longer fits what is in force. ConflictError: somebody else decided.
        """
        version, base = self._decidable(version_id, user)
        self.candidate(version.path, version.content)
        return self._book.decide(version_id, Event.APPROVED, user.user_id, reason(why), base_id=base)

    def reject(self, version_id: int, user: User, why: str) -> Version:
        """Turn a proposal down; what is in force stays. Raises as `approve`, mistakes aside."""
        _, base = self._decidable(version_id, user)
        return self._book.decide(version_id, Event.REJECTED, user.user_id, reason(why), base_id=base)

    def roll_back(self, path: str, number: int, user: User, why: str) -> Version:
        """Propose the content of an older version again; a second person approves it like any other draft."""
        _may(user, Role.RULE_AUTHOR, "mengusulkan")
        old = next((one for one in self._book.history(path) if one.number == number), None)
        if old is None:
            raise NotAllowedError(f"`{path}` tidak punya versi {number} — lihat `netra rules history`")
        self.candidate(path, old.content)
        return self._book.propose(path, old.content, user.user_id, reason(why), Origin.ROLLBACK)

    def resolve(self, name: str) -> str:
        """Give the path of a rule by its id, its file name or its path.

        Raises:
            NotAllowedError: nothing or more than one is called so.
        """
        paths = sorted({path for path, _ in self._book.known()})
        found = [path for path in paths if name in {path, path.removesuffix(".yaml"), PurePosixPath(path).stem}]
        found = [path for path in found if not path.startswith(LOCAL)] or found  # an overlay is called like its rule
        if len(found) != 1:
            close = difflib.get_close_matches(name, [PurePosixPath(path).stem for path in paths], n=1)
            advice = f"maksud Anda `{close[0]}`?" if close and not found else "sebut jalurnya, misalnya asn/nama.yaml"
            raise NotAllowedError(f"`{name}` {'tidak dikenal' if not found else 'tidak tunggal'} — {advice}")
        return found[0]

    # ------------------------------------------------------------------ inside

    def _decidable(self, version_id: int, user: User) -> tuple[Version, int | None]:
        _may(user, Role.RULE_APPROVER, "menyetujui")
        version = self._book.get(version_id)
        proposal = version.proposal
        if proposal is None:
            raise NotAllowedError(
                "draf ini baru terlihat di berkas; seorang penyusun mengusulkannya dahulu dengan alasan "
                "(`netra rules propose`)"
            )
        if proposal.user_id == user.user_id:
            raise NotAllowedError("usulan sendiri tidak dapat disetujui atau ditolak sendiri — minta orang kedua")
        base = next(
            (
                one.version_id
                for one in self._book.history(version.path)
                if any(happened.event is Event.APPROVED for happened in one.happenings)
                and one.digest == self._book.digests().get(version.path, "")
            ),
            None,
        )
        return version, base

    def _neutral(self, texts: list[tuple[str, int, str]]) -> frozenset[tuple[str, int, str]]:
        """Give the neutral texts that what is in force hits already; remembered, because every trial asks."""
        key = hash((self._book.revision(), *texts))
        if self._held[0] != key:
            self._held = (key, frozenset(_hits(self._tried(self._contents()), texts)))
        return self._held[1]

    def _was_in_force(self, path: str) -> bool:
        return any(happened.event is Event.APPROVED for one in self._book.history(path) for happened in one.happenings)

    def _contents(self) -> dict[str, str]:
        """Give what runs: the approved contents, and what stands in for those that no longer load."""
        contents = {path: one.content for path, one in self._book.in_force().items()}
        for lapse in self.lapses():
            older = dict(self._earlier(lapse.path))
            contents[lapse.path] = older[lapse.number] if lapse.number is not None else ""
        return {path: text for path, text in contents.items() if text}

    def _read(self) -> tuple[dict[str, str], tuple[Problem, ...]]:
        """Read every YAML file of the disk, by path; files that are no UTF-8 are problems."""
        contents: dict[str, str] = {}
        problems = []
        for file in sorted(self.disk.rglob("*.yaml")):
            path = file.relative_to(self.disk).as_posix()
            try:
                contents[path] = tidy(file.read_text(encoding="utf-8"))
            except UnicodeDecodeError:
                problems.append(Problem(path, 0, 0, "huruf bukan UTF-8", "simpan ulang sebagai UTF-8"))
        return contents, tuple(problems)

    def _tried(self, contents: Mapping[str, str]) -> RuleSet:
        with tempfile.TemporaryDirectory() as made:
            folder = Path(made) / self.disk.name
            lay_out(folder, contents)
            return self._load(folder)

    def _mistakes(self, fresh: Mapping[str, str], changed: Mapping[str, str]) -> tuple[Problem, ...]:
        """Load what is in force with the disk's changes, without those in error, until the rest loads; remembered."""
        key = repr((self._book.revision(), sorted((path, digest_of(text)) for path, text in changed.items())))
        if self._looked[0] != key:
            problems: list[Problem] = []
            left = dict(changed)
            while left:
                try:
                    self._tried({**self._contents(), **left})
                    break
                except RulesError as error:
                    problems += error.problems
                    files = [problem.file for problem in error.problems]
                    bad = {path for path in left if named(path, files)}
                    bad = bad or {*leaning({**self._contents(), **left}, files, left)} & left.keys()
                    # A mistake that shows elsewhere (a word list that went) is one of all changes.
                    left = {path: text for path, text in left.items() if bad and path not in bad}
                    if not bad:
                        problems += [Problem(path, 0, 0, "tidak cocok dengan berkas lain") for path in fresh]
            self._looked = (key, tuple(dict.fromkeys(problems)))
        return self._looked[1]


def _hits(rules: RuleSet, texts: list[tuple[str, int, str]]) -> Iterator[tuple[str, int, str]]:
    for file, line, text in texts:
        for match in rules.try_text(text):
            if match.level.rank >= Level.MEDIUM.rank:
                yield file, line, match.rule_id


def _may(user: User, role: Role, what: str) -> None:
    if role not in user.roles or not user.active:
        raise NotAllowedError(
            f"{user.full_name} tidak berwenang {what} aturan — perlu peran `{role}` (`netra user add … --role {role}`)"
        )


def reason(why: str) -> str:
    """Give a reason as it is written down.

    Raises:
        NotAllowedError: there is none worth the name.
    """
    text = " ".join(why.split())[:LONGEST_WHY]
    if len(text) < SHORTEST_WHY:
        raise NotAllowedError("alasan wajib diisi — tulis mengapa, supaya yang lain dapat menilainya")
    return text
