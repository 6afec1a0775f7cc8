"""What `netra rules check` reports: the mistakes that refuse a set, and doubts that do not.

Mistakes: schema, unknown placeholders, failing examples, a neutral text that a rule of level sedang or higher hits.
Doubts: the same phrase twice, two rules that ask the same, a placeholder that resolves to nothing, no baseline.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.errors import Problem, RulesError
from monitor.models import Level
from monitor.rules import RuleSet
from monitor.rules.conditions import Entry
from monitor.rules.patterns import PLACEHOLDER
from monitor.rules.rule import Rule
from monitor.rules.samples import caught
from monitor.rules.schema import Status
from monitor.rules.view import canonical
from monitor.targets import Targets


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a check. `errors` refuse the set; `doubts` are for the author. Times in seconds."""

    errors: tuple[Problem, ...]
    doubts: tuple[Problem, ...]
    rules: int
    active: int
    lexicons: int
    phrases: int
    examples: int
    baseline: int
    seconds: float
    digest: str = ""
    waiting: int = 0
    """Rules whose examples were not tried, because they lean on a file that is in error."""

    @property
    def ok(self) -> bool:
        """True where the set may be used."""
        return not self.errors


def baseline_texts(folder: Path) -> list[tuple[str, int, str]]:
    """Read rules/baseline/*.txt: (file, line, text); one neutral text a line, `#` + blank begins a comment."""
    texts: list[tuple[str, int, str]] = []
    for path in sorted((folder / "baseline").glob("*.txt")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            text = line.strip()
            if text and not text.startswith("# "):
                texts.append((f"{folder.name}/baseline/{path.name}", number, text))
    return texts


def check_folder(folder: Path, contests: Sequence[str]) -> Report:
    """Check a folder with its own targets. Where these are in error, the rest is read without trying examples."""
    started = time.perf_counter()
    try:
        targets = Targets.load(folder / "targets", only=contests)
    except RulesError as error:
        found = RuleSet.mistakes(folder)
        return _refused(RulesError((*error.problems, *found.problems), found.waiting), time.perf_counter() - started)
    return check(folder, targets)


def _refused(error: RulesError, seconds: float) -> Report:
    return Report(error.problems, (), 0, 0, 0, 0, 0, 0, seconds, waiting=error.waiting)


def check(folder: Path, targets: Targets, clock: Callable[[], float] = time.perf_counter) -> Report:
    """Load a folder, run every example and the baseline, and look for doubts. Never raises for a bad rule."""
    started = clock()
    try:
        rules = RuleSet.load(folder, targets)
    except RulesError as error:
        return _refused(error, clock() - started)
    texts = baseline_texts(folder)
    errors = tuple(_baseline_hits(rules, texts))
    doubts = [*rules.loaded.layer.notes, *_doubts(rules), *_empty(rules), *_found_at_last(rules)]
    if not texts:
        doubts.append(Problem(f"{folder.name}/baseline", 0, 0, "tidak ada teks netral", "tambahkan berkas .txt"))
    files = [rule.file for rule in rules.rules]
    return Report(
        errors=errors,
        doubts=tuple(doubts),
        rules=len(files),
        active=sum(rule.active for rule in rules.rules),
        lexicons=len(rules.loaded.lexicons),
        phrases=len(rules.loaded.engine.automaton.literals),
        examples=sum(len(file.examples.match) + len(file.examples.no_match) for file in files),
        baseline=len(texts),
        seconds=clock() - started,
        digest=rules.digest,
    )


def _baseline_hits(rules: RuleSet, texts: list[tuple[str, int, str]]) -> Iterator[Problem]:
    for file, line, text in texts:
        for match in rules.try_text(text):
            if match.level.rank >= Level.MEDIUM.rank:
                words = ", ".join(f"“{span.words}”" for span in match.spans[:3])
                yield Problem(
                    file,
                    line,
                    1,
                    f"teks netral terkena aturan `{match.rule_id}` ({match.level}): {words}",
                    "perketat aturannya, atau periksa apakah teks ini memang netral",
                )


def _doubts(rules: RuleSet) -> Iterator[Problem]:
    """Find lexicon words written twice, phrases twice in a rule, and rules that ask exactly the same."""
    for name, lexicon in rules.loaded.lexicons.items():
        counts = Counter(canonical(entry.phrase) for entry in lexicon.words if entry.phrase)
        for phrase, count in counts.items():
            if count > 1:
                yield Problem(f"kamus {name}", 0, 0, f"`{phrase}` tertulis {count} kali", "hapus salah satu")
    asked: defaultdict[str, list[Rule]] = defaultdict(list)
    for rule in rules.rules:
        if rule.file.status is Status.RETIRED:
            continue
        asks = (*rule.file.any, *rule.file.all, *_counted(rule))
        counts = Counter(canonical(entry.phrase) for entry in asks if entry.phrase)
        for phrase, count in counts.items():
            if count > 1:
                yield Problem(rule.path, 0, 0, f"frasa `{phrase}` tertulis {count} kali", "hapus salah satu")
        same = rule.file.model_dump_json(
            include={
                "applies_to",
                "phases",
                "field",
                "any",
                "all",
                "none",
                "at_least",
                "weights",
                "score",
                "parent_level",
            }
        )
        asked[same].append(rule)
    for same_rules in asked.values():
        for rule in same_rules[1:]:
            yield Problem(
                rule.path, 0, 0, f"syaratnya sama dengan `{same_rules[0].id}`", "gabungkan, atau bedakan syaratnya"
            )


def _counted(rule: Rule) -> tuple[Entry, ...]:
    """Give the conditions of `at_least` and `weights`."""
    return (*(rule.file.at_least.of if rule.file.at_least is not None else ()), *rule.file.weights)


def _found_at_last(rules: RuleSet) -> Iterator[Problem]:
    """Find known misses that are none any more."""
    for rule in rules.rules:
        for index in caught(rules.loaded.engine, rule):
            yield Problem(
                rule.path, 0, 0, f"`known_misses` ke-{index + 1} sekarang cocok", "pindahkan ke `examples: match`"
            )


def _placeholders(entry: Entry) -> Iterator[str]:
    for text in (entry.phrase or "", *(entry.hashtag or ())):
        yield from PLACEHOLDER.findall(text)
    for part in entry.near.words if entry.near is not None else ():
        yield from _placeholders(part)


def _empty(rules: RuleSet) -> Iterator[Problem]:
    """Find placeholders for which no contest has a term: a condition that can never hold."""
    vocabulary = rules.loaded.vocabulary
    used: defaultdict[str, list[str]] = defaultdict(list)
    for rule in rules.rules:
        for entry in (*rule.file.any, *rule.file.all, *rule.file.none, *_counted(rule)):
            for name in _placeholders(entry):
                used[name].append(rule.path)
    for name, paths in sorted(used.items()):
        if next(iter(vocabulary.written(name)), None) is None:
            yield Problem(
                paths[0],
                0,
                0,
                f"isian `{{{name}}}` tidak berisi apa-apa ({len(set(paths))} aturan)",
                "lengkapi rules/targets, atau biarkan bila pemilihan ini memang tidak memilikinya",
            )
