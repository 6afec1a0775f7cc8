"""Reading a folder of rules: every mistake of every file at once, then one compiled engine.

rules/asn/*.yaml (any folder)   one rule a file
rules/lexicon/*.yaml            named word lists
rules/local/*.yaml              the office's own rules and lexicons, and what it lays over shipped ones
rules/targets, rules/calendar, rules/baseline   read by others
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import tzinfo
from pathlib import Path

from monitor import strictyaml
from monitor.errors import Problem, RulesError
from monitor.rules.conditions import Entry
from monitor.rules.engine import Engine
from monitor.rules.nodes import Node
from monitor.rules.overlay import LOCAL, Layer, OverlayFile, Written, lay_over
from monitor.rules.patterns import PLACEHOLDER, TARGET_NAMES, ConditionError, Vocabulary, lists_read, unknown_name
from monitor.rules.rule import Rule
from monitor.rules.samples import EXAMPLE_CONTEST, failures
from monitor.rules.schema import LexiconFile, RuleFile, Status
from monitor.rules.scope import SCOPE_LEXICONS, ScopeAtoms
from monitor.rules.waiting import LEXICONS, hollow, lost_lists, waiting
from monitor.strictyaml import Document, Key
from monitor.targets import Targets

NOT_RULES = frozenset({"targets", "calendar", LEXICONS, "baseline", "ambang", "hukum", LOCAL})
GROUPS = ("any", "all", "none", "at_least", "weights")
DIGEST_LENGTH = 16
OVERLAYS = {"rule", "lexicon"}
"""Columns that make a file of the local folder an overlay."""


@dataclass(frozen=True)
class Loaded:
    """A folder that was read without a mistake."""

    engine: Engine
    digest: str
    lexicons: Mapping[str, LexiconFile]
    vocabulary: Vocabulary
    layer: Layer = field(default_factory=Layer)
    bases: Mapping[str, str] = field(default_factory=dict)
    """Digest of each shipped content that an overlay may lean on, by rule id and by `{lexicon}`."""


@dataclass(frozen=True)
class _Files:
    """What a folder says, as far as it could be read, and every mistake of its files.

    `lost` are word lists of which a part could not be read; an empty one stands in where nothing of it could.
    """

    rules: list[Written]
    shipped: Mapping[str, LexiconFile]
    lexicons: Mapping[str, LexiconFile]
    layer: Layer
    bases: Mapping[str, str]
    problems: list[Problem]
    lost: frozenset[str]


def load(folder: Path, targets: Targets, zone: tzinfo) -> Loaded:
    """Read, compile and try every rule of a folder.

    Raises:
        RulesError: every mistake of every file, each with file, line, column and advice. Examples that lean on a file
            in error are only counted.
    """
    found = _read(folder)
    loaded, more = _compile(found.rules, found.lexicons, targets, zone)
    loaded = replace(loaded, layer=found.layer, bases=found.bases)
    problems = [*found.problems, *more]
    waits = waiting(found.rules, problems, found.lost)
    failing = list(_try_examples(folder, found.rules, loaded, zone, waits))
    if failing and found.layer.files:
        plain = [Written.plain(one.shipped, one.document) for one in found.rules]
        bare = _compile(plain, found.shipped, targets, zone)[0]
        own = {(one.file, one.line) for _, one in _try_examples(folder, plain, bare, zone, waits)}
        failing = list(_blamed(failing, own, found.layer, {one.file.id: one for one in found.rules}))
    problems += [one for _, one in failing]
    if problems:
        raise RulesError(_sorted(problems), len(waits))
    return loaded


def mistakes(folder: Path, zone: tzinfo) -> RulesError:
    """Give the mistakes of a folder's rules and lexicons where targets are in error: no example can be tried."""
    found = _read(folder)
    problems = [*found.problems, *_compile(found.rules, found.lexicons, Targets(()), zone)[1]]
    return RulesError(_sorted(problems), sum(one.file.status is not Status.RETIRED for one in found.rules))


def _sorted(problems: Iterable[Problem]) -> list[Problem]:
    return sorted(set(problems), key=lambda one: (one.file, one.line, one.column, one.message))


def _read(folder: Path) -> _Files:
    local, problems = _local(folder)
    shipped, more = _lexicons(folder, local)
    problems += more
    empty = hollow(lost_lists(folder, problems) - shipped.keys())
    files, more = _rule_files(folder, local, (*TARGET_NAMES, *shipped, *empty))
    problems += more
    overlays, more = _overlays(local)
    problems += more
    bases = _bases(files, shipped)
    files, lexicons, layer, more = lay_over(files, shipped, overlays, bases)
    problems += more
    lost = lost_lists(folder, problems)
    return _Files(files, {**shipped, **empty}, {**lexicons, **empty}, layer, bases, problems, lost)


def digest_of(value: object) -> str:
    """Give a short SHA-256 of plain data."""
    plain = json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()[:DIGEST_LENGTH]


# --------------------------------------------------------------------------- files


def _shown(folder: Path, path: Path) -> str:
    return f"{folder.name}/{path.relative_to(folder).as_posix()}"


def _lexicons(folder: Path, local: Sequence[Document]) -> tuple[dict[str, LexiconFile], list[Problem]]:
    lexicons: dict[str, LexiconFile] = {}
    problems: list[Problem] = []
    documents = [one for one in local if "name" in one.data and not OVERLAYS & one.data.keys()]
    for path in sorted((folder / LEXICONS).glob("*.yaml"), reverse=True):
        document, more = _document(path, _shown(folder, path))
        problems += more
        documents[:0] = [document] if document is not None else []
    for document in documents:
        lexicon, more = strictyaml.validate(LexiconFile, document)
        problems += more
        if lexicon is None:
            continue
        if lexicon.name in lexicons or lexicon.name in TARGET_NAMES:
            problems.append(
                document.problem(("name",), f"nama kamus `{lexicon.name}` sudah dipakai", "pilih nama lain")
            )
        lexicons.setdefault(lexicon.name, lexicon)
    return lexicons, problems


def _local(folder: Path) -> tuple[list[Document], list[Problem]]:
    """Read the office's own folder; what a file is, its first columns say."""
    documents: list[Document] = []
    problems: list[Problem] = []
    for path in sorted((folder / LOCAL).glob("*.yaml")):
        document, more = _document(path, _shown(folder, path))
        problems += more
        documents += [document] if document is not None else []
    return documents, problems


def _overlays(local: Sequence[Document]) -> tuple[list[tuple[OverlayFile, Document]], list[Problem]]:
    overlays: list[tuple[OverlayFile, Document]] = []
    problems: list[Problem] = []
    for document in local:
        if OVERLAYS & document.data.keys():
            overlay, more = strictyaml.validate(OverlayFile, document)
            problems += more
            overlays += [(overlay, document)] if overlay is not None else []
    return overlays, problems


def _bases(files: Sequence[Written], lexicons: Mapping[str, LexiconFile]) -> dict[str, str]:
    """Digest what each rule and lexicon says, however it is laid out."""
    found = {one.file.id: digest_of(one.file.model_dump(mode="json", exclude_defaults=True)) for one in files}
    return found | {"{" + name + "}": digest_of(one.model_dump(mode="json")) for name, one in lexicons.items()}


def _document(path: Path, shown_as: str) -> tuple[Document | None, list[Problem]]:
    document, problems = strictyaml.read(path, shown_as)
    if document is not None and not isinstance(document.data, dict):
        problems.append(document.problem((), "berkas kosong atau bukan susunan `nama: nilai`", "mulai dengan `id: …`"))
        return None, problems
    return document, problems


def _rule_files(folder: Path, local: Sequence[Document], known: Sequence[str]) -> tuple[list[Written], list[Problem]]:
    files: list[Written] = []
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    if not folder.is_dir():
        return [], [Problem(str(folder), 0, 0, "folder aturan tidak ada", "periksa `rules` dalam config.yaml")]
    documents: list[Document] = []
    for path in sorted(folder.rglob("*.yaml")):
        if path.relative_to(folder).parts[0] not in NOT_RULES:
            document, more = _document(path, _shown(folder, path))
            problems += more
            documents += [document] if document is not None else []
    for document in (*documents, *(one for one in local if not {*OVERLAYS, "name"} & one.data.keys())):
        rule, more = strictyaml.validate(RuleFile, document)
        problems += more
        if rule is None:
            problems += _unknown_names(document, known)  # so that they are said at once with the rest
            continue
        if rule.id in seen:
            problems.append(
                document.problem(("id",), f"id `{rule.id}` sudah dipakai di {seen[rule.id]}", "beri id yang lain")
            )
            continue
        seen[rule.id] = document.file
        files.append(Written.plain(rule, document))
    return files, problems


def _unknown_names(document: Document, known: Sequence[str]) -> Iterator[Problem]:
    """Find unknown placeholders in a file that does not fit the schema."""
    todo: list[tuple[Key, object]] = [((group,), document.data.get(group)) for group in GROUPS]
    while todo:
        key, value = todo.pop()
        if isinstance(value, dict):
            todo += [((*key, name), one) for name, one in value.items() if name != "regex"]
        elif isinstance(value, list):
            todo += [((*key, index), one) for index, one in enumerate(value)]
        elif isinstance(value, str):
            for name in PLACEHOLDER.findall(value):
                if name not in known:
                    yield document.problem(key, *unknown_name(name, known))


# --------------------------------------------------------------------------- compiling


def _compile(
    files: Sequence[Written], lexicons: Mapping[str, LexiconFile], targets: Targets, zone: tzinfo
) -> tuple[Loaded, list[Problem]]:
    vocabulary = Vocabulary(lexicons, targets)
    words = digest_of({name: one.model_dump(mode="json") for name, one in lexicons.items()})
    rules: list[Rule] = []
    problems: list[Problem] = []
    for written in files:
        file = written.file
        nodes: dict[str, tuple[Node, ...]] = {}
        before = len(problems)
        for group, (key, entries) in _groups(file).items():
            nodes[group] = tuple(_nodes(vocabulary, entries, key, written, problems))
        if len(problems) == before:
            digest = digest_of([file.model_dump(mode="json", exclude_defaults=True), words])
            over = "" if written.over is None else written.over.file
            rules.append(Rule(file, digest, written.document.file, **nodes, overlay=over))
    scopes = ScopeAtoms(*(_scope(vocabulary, name) for name in SCOPE_LEXICONS))
    engine = Engine(tuple(rules), vocabulary.build(), scopes, zone, vocabulary.rare)
    digest = digest_of([[(rule.id, rule.digest) for rule in rules], words, targets.digest])
    return Loaded(engine, digest, lexicons, vocabulary), problems


def _groups(file: RuleFile) -> dict[str, tuple[Key, Sequence[Entry]]]:
    """Give the groups of conditions of a rule and where each stands in the file."""
    return {
        "any": (("any",), file.any),
        "all": (("all",), file.all),
        "none": (("none",), file.none),
        "at_least": (("at_least", "of"), file.at_least.of if file.at_least is not None else ()),
        "weights": (("weights",), file.weights),
    }


def _nodes(
    vocabulary: Vocabulary, entries: Sequence[Entry], key: Key, written: Written, problems: list[Problem]
) -> Iterator[Node]:
    for index, entry in enumerate(entries):
        try:
            yield vocabulary.node(entry)
        except ConditionError as error:
            problems.append(written.problem((*key, index), str(error), error.advice))


def _scope(vocabulary: Vocabulary, name: str) -> int:
    return vocabulary.placeholder(name).number if name in vocabulary.lexicons else -1


# --------------------------------------------------------------------------- examples


def _try_examples(
    folder: Path, files: Sequence[Written], loaded: Loaded, zone: tzinfo, waits: frozenset[str]
) -> Iterator[tuple[str, Problem]]:
    """Give (rule, problem) for every example that fails, but those of rules that wait."""
    engine = loaded.engine
    if loaded.vocabulary.targets.contest(EXAMPLE_CONTEST) is None:
        try:
            example = Targets.load(folder / "targets", only=(EXAMPLE_CONTEST,))
        except RulesError as error:
            yield from (("", one) for one in error.problems)
            return
        engine = _compile(files, loaded.lexicons, example, zone)[0].engine
    by_id = {one.file.id: one for one in files}
    for rule in engine.rules:
        if rule.id not in waits:
            yield from ((rule.id, one) for one in failures(engine, rule, by_id[rule.id]))


def _blamed(
    failing: Sequence[tuple[str, Problem]], own: set[tuple[str, int]], layer: Layer, files: Mapping[str, Written]
) -> Iterator[tuple[str, Problem]]:
    """Say examples that fail only because of an overlay at that overlay."""
    over = {document.file for _, document in layer.files}
    for name, problem in failing:
        if name and problem.file not in over and (problem.file, problem.line) not in own:
            read = lists_read(files[name].file)
            yield from ((name, one) for one in layer.blamed(files[name], problem, read))
        else:
            yield name, problem
