"""Reading a folder of rules: every mistake of every file at once, then one compiled engine.

rules/asn/*.yaml (any folder)   one rule a file
rules/lexicon/*.yaml            named word lists
rules/targets, rules/calendar, rules/baseline   read by others
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from monitor import strictyaml
from monitor.errors import Problem, RulesError
from monitor.rules.conditions import Entry
from monitor.rules.engine import Engine
from monitor.rules.nodes import Node
from monitor.rules.patterns import PLACEHOLDER, TARGET_NAMES, ConditionError, Vocabulary, unknown_name
from monitor.rules.rule import Rule
from monitor.rules.samples import EXAMPLE_CONTEST, failures
from monitor.rules.schema import LexiconFile, RuleFile
from monitor.rules.scope import SCOPE_LEXICONS, ScopeAtoms
from monitor.strictyaml import Document, Key
from monitor.targets import Targets

NOT_RULES = frozenset({"targets", "calendar", "lexicon", "baseline"})
GROUPS = ("any", "all", "none", "at_least", "weights")
DIGEST_LENGTH = 16


@dataclass(frozen=True)
class Loaded:
    """A folder that was read without a mistake."""

    engine: Engine
    digest: str
    lexicons: Mapping[str, LexiconFile]
    vocabulary: Vocabulary


def load(folder: Path, targets: Targets, zone: tzinfo) -> Loaded:
    """Read, compile and try every rule of a folder.

    Raises:
        RulesError: every mistake of every file, each with file, line, column and advice.
    """
    lexicons, problems = _lexicons(folder)
    files, more = _rule_files(folder, (*TARGET_NAMES, *lexicons))
    problems += more
    loaded, more = _compile(files, lexicons, targets, zone)
    problems += more
    problems += _try_examples(folder, files, lexicons, loaded, zone)
    if problems:
        raise RulesError(sorted(set(problems), key=lambda one: (one.file, one.line, one.column, one.message)))
    return loaded


def digest_of(value: object) -> str:
    """Give a short SHA-256 of plain data."""
    plain = json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()[:DIGEST_LENGTH]


# --------------------------------------------------------------------------- files


def _shown(folder: Path, path: Path) -> str:
    return f"{folder.name}/{path.relative_to(folder).as_posix()}"


def _lexicons(folder: Path) -> tuple[dict[str, LexiconFile], list[Problem]]:
    lexicons: dict[str, LexiconFile] = {}
    problems: list[Problem] = []
    for path in sorted((folder / "lexicon").glob("*.yaml")):
        document, more = _document(path, _shown(folder, path))
        problems += more
        if document is None:
            continue
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


def _document(path: Path, shown_as: str) -> tuple[Document | None, list[Problem]]:
    document, problems = strictyaml.read(path, shown_as)
    if document is not None and not isinstance(document.data, dict):
        problems.append(document.problem((), "berkas kosong atau bukan susunan `nama: nilai`", "mulai dengan `id: …`"))
        return None, problems
    return document, problems


def _rule_files(folder: Path, known: Sequence[str]) -> tuple[list[tuple[RuleFile, Document]], list[Problem]]:
    files: list[tuple[RuleFile, Document]] = []
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    if not folder.is_dir():
        return [], [Problem(str(folder), 0, 0, "folder aturan tidak ada", "periksa `rules` dalam config.yaml")]
    for path in sorted(folder.rglob("*.yaml")):
        if path.relative_to(folder).parts[0] in NOT_RULES:
            continue
        document, more = _document(path, _shown(folder, path))
        problems += more
        if document is None:
            continue
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
        files.append((rule, document))
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
    files: Sequence[tuple[RuleFile, Document]], lexicons: Mapping[str, LexiconFile], targets: Targets, zone: tzinfo
) -> tuple[Loaded, list[Problem]]:
    vocabulary = Vocabulary(lexicons, targets)
    words = digest_of({name: one.model_dump(mode="json") for name, one in lexicons.items()})
    rules: list[Rule] = []
    problems: list[Problem] = []
    for file, document in files:
        nodes: dict[str, tuple[Node, ...]] = {}
        before = len(problems)
        for group, (key, entries) in _groups(file).items():
            nodes[group] = tuple(_nodes(vocabulary, entries, key, document, problems))
        if len(problems) == before:
            digest = digest_of([file.model_dump(mode="json", exclude_defaults=True), words])
            rules.append(Rule(file, digest, document.file, **nodes))
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
    vocabulary: Vocabulary, entries: Sequence[Entry], key: Key, document: Document, problems: list[Problem]
) -> Iterator[Node]:
    for index, entry in enumerate(entries):
        try:
            yield vocabulary.node(entry)
        except ConditionError as error:
            problems.append(document.problem((*key, index), str(error), error.advice))


def _scope(vocabulary: Vocabulary, name: str) -> int:
    return vocabulary.placeholder(name).number if name in vocabulary.lexicons else -1


# --------------------------------------------------------------------------- examples


def _try_examples(
    folder: Path,
    files: Sequence[tuple[RuleFile, Document]],
    lexicons: Mapping[str, LexiconFile],
    loaded: Loaded,
    zone: tzinfo,
) -> Iterator[Problem]:
    engine = loaded.engine
    if loaded.vocabulary.targets.contest(EXAMPLE_CONTEST) is None:
        try:
            example = Targets.load(folder / "targets", only=(EXAMPLE_CONTEST,))
        except RulesError as error:
            yield from error.problems
            return
        engine = _compile(files, lexicons, example, zone)[0].engine
    documents = {rule.id: document for rule, document in files}
    for rule in engine.rules:
        yield from failures(engine, rule, documents[rule.id])
