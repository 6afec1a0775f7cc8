"""From conditions to one automaton: phrases, forms, lexicons and target terms become literals that belong to atoms.

An atom is one thing a rule asks for ("dukung in any form", "{kandidat}"); several rules share it. A literal belongs to
one or more atoms, each time with its gate: the contest it is a term of, the day from which it means something, and how
it must be written. Rules above combine atoms; the number of literals is a sum, never a product.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import re2

from monitor.rules.automaton import Automaton, Literal
from monitor.rules.conditions import REGEX_MEMORY, WILD, Entry
from monitor.rules.nodes import Atom, Node, Nothing, Owner, Pattern, Tag, TagPart, Together
from monitor.rules.schema import LexiconFile, RuleFile
from monitor.rules.scope import SCOPE_LEXICONS
from monitor.rules.view import canonical, is_word
from monitor.rules.words import forms_of, number_forms
from monitor.targets import Targets

TARGET_NAMES = (
    "kandidat", "partai", "nomor", "nomor_partai", "tagar", "slogan", "kubu", "akun_pemenangan", "sasaran"
)  # fmt: skip
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_LISTED = re.compile(r'"lexicon":"([^"]*)"')
_SHORT = 3
COMMON = "kata_umum"


class ConditionError(ValueError):
    """A condition that cannot be compiled. `advice` says what to do, in Indonesian."""

    def __init__(self, message: str, advice: str) -> None:
        super().__init__(message)
        self.advice = advice


def unknown_name(name: str, known: Sequence[str]) -> tuple[str, str]:
    """Say (message, advice) for a placeholder that is neither a kind of target term nor a lexicon."""
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    advice = f"maksud Anda `{{{close[0]}}}`?" if close else "pilihan: " + ", ".join(sorted(known))
    return f"`{{{name[:40]}}}` bukan isian atau kamus yang dikenal", advice


def named_in(said: str) -> set[str]:
    """Give the placeholders and word lists that a rule names; `said` is its file as JSON."""
    return {*PLACEHOLDER.findall(said), *_LISTED.findall(said)}


def lists_read(file: RuleFile) -> frozenset[str]:
    """Give the names of the word lists that decide what a rule finds: its own, those of its scopes, common words."""
    named = named_in(file.model_dump_json())
    scopes = SCOPE_LEXICONS if file.not_when else ()
    return frozenset({*named - {*TARGET_NAMES}, *scopes, *((COMMON,) if named & {*TARGET_NAMES} else ())})


@dataclass
class Vocabulary:
    """Collects atoms and literals while rules are compiled; `build` gives the automaton."""

    lexicons: Mapping[str, LexiconFile]
    targets: Targets
    atoms: dict[str, int] = field(default_factory=dict)
    literals: dict[Literal, dict[Owner, None]] = field(default_factory=dict)
    sizes: dict[int, int] = field(default_factory=dict)

    # ------------------------------------------------------------------ atoms

    def atom(self, key: str) -> tuple[int, bool]:
        """Give (number of the atom, whether it is new)."""
        new = key not in self.atoms
        return self.atoms.setdefault(key, len(self.atoms)), new

    def own(self, literal: str, owner: Owner) -> None:
        """Look for a literal on behalf of an atom. Folds it; an empty literal is skipped."""
        folded = canonical(literal)
        if folded:
            self.literals.setdefault((folded, owner.prefix), {})[owner] = None
            self.sizes[owner.atom] = self.sizes.get(owner.atom, 0) + 1

    def _plain(self, key: str, literals: Iterable[str], label: str, *, prefix: bool = False) -> Atom:
        number, new = self.atom(key)
        if new:
            for literal in literals:
                self.own(literal, Owner(number, prefix=prefix))
        return Atom(number, label)

    # ------------------------------------------------------------------ conditions

    def node(self, entry: Entry) -> Node:
        """Compile one condition.

        Raises:
            ConditionError: an unknown placeholder or lexicon, a phrase that folds to nothing.
        """
        if entry.phrase is not None:
            return self.phrase(entry.phrase)
        if entry.word_form is not None:
            return self.word_form(entry)
        if entry.near is not None:
            return Together(tuple(self.node(one) for one in entry.near.words), entry.near.within, entry.near.ordered)
        if entry.hashtag is not None:
            return self._either([self.hashtag(one) for one in entry.hashtag])
        if entry.emoji is not None:
            return self._plain("emoji:" + "|".join(entry.emoji), entry.emoji, " ".join(entry.emoji))
        if entry.regex is not None:
            options = re2.Options()
            options.max_mem = REGEX_MEMORY
            options.log_errors = False
            return Pattern(re2.compile(entry.regex, options=options), f"pola {entry.regex}")
        return self.placeholder(entry.lexicon or "")

    def word_form(self, entry: Entry) -> Atom:
        """Compile a root into all its written forms, exceptions left out."""
        root = entry.word_form or ""
        left_out = frozenset(entry.exceptions)
        key = f"form:{root}:{','.join(sorted(left_out))}:{entry.with_person}"
        forms = (form for form in forms_of(root, with_person=entry.with_person) if form not in left_out)
        return self._plain(key, forms, f"bentuk kata {root}")

    def phrase(self, phrase: str) -> Node:
        """Compile a phrase: plain text, one placeholder, or both in a row ("coblos {nomor}")."""
        parts = [part for part in re.split(r"(\{[^{}]*\})", phrase) if part.strip()]
        if not parts:
            raise ConditionError("frasa tidak memuat kata", "tulis kata yang dicari")
        nodes: list[Node] = []
        for part in parts:
            if part.startswith("{") and part.endswith("}"):
                nodes.append(self.placeholder(part[1:-1]))
            else:
                nodes += self._segments(part)
        return nodes[0] if len(nodes) == 1 else Together(tuple(nodes), 0, ordered=True)

    def _segments(self, words: str) -> Iterator[Atom]:
        """Cut plain words after each open word: "gas* pol" is two atoms in a row."""
        done = 0
        for star in WILD.finditer(words):
            yield self._words(words[done : star.start()], prefix=True)
            done = star.end()
        if words[done:].strip() or not done:
            yield self._words(words[done:])

    def _words(self, words: str, *, prefix: bool = False) -> Atom:
        folded = canonical(words)
        if "{" in words or "}" in words:
            raise ConditionError(f"kurung kurawal tidak lengkap pada `{words.strip()[:40]}`", "tulis `{nama}`")
        if not folded or not any(is_word(char) or ord(char) > 0x2000 for char in folded):
            raise ConditionError("frasa tidak memuat kata", "tulis kata yang dicari")
        star = "*" if prefix else ""
        return self._plain(f"phrase:{folded}{star}", (words,), f"“{words.strip()}{star}”", prefix=prefix)

    def hashtag(self, tag: str) -> Node:
        """Compile a hashtag: written out, or parts that one hashtag must contain ("{kandidat}+{menang}")."""
        if "+" not in tag and "{" not in tag:
            prefix = WILD.search(tag) is not None and tag.endswith("*")
            written = "#" + tag.lstrip("#").removesuffix("*" if prefix else "")
            return self._plain(f"tag:{canonical(tag)}", (written,), written + "*" * prefix, prefix=prefix)
        parts = []
        for part in tag.lstrip("#").split("+"):
            name = PLACEHOLDER.fullmatch(part.strip())
            words = self.written(name.group(1)) if name else ((part, Owner(-1)),)
            parts.append(tuple((canonical(word).replace(" ", "").replace("-", ""), owner) for word, owner in words))
        clean = tuple(
            tuple((word, owner) for word, owner in part if word.isdigit() or len(word) >= _SHORT) for part in parts
        )
        return Tag(tuple(TagPart(part) for part in clean), f"#{tag.lstrip('#')}") if all(clean) else Nothing(f"#{tag}")

    def _either(self, nodes: Sequence[Node]) -> Node:
        return nodes[0] if len(nodes) == 1 else Together(tuple(nodes), -1, ordered=False)

    # ------------------------------------------------------------------ placeholders

    def placeholder(self, name: str) -> Atom:
        """Compile `{name}`: a kind of target term, or a lexicon."""
        self.check(name)
        number, new = self.atom("{" + name + "}")
        if new:
            self.sizes.setdefault(number, 0)
            for literal, owner in self.written(name):
                self.own(literal, replace(owner, atom=number))
        return Atom(number, "{" + name + "}")

    def check(self, name: str) -> None:
        """Refuse a name that is neither a kind of target term nor a lexicon."""
        known = (*TARGET_NAMES, *self.lexicons)
        if name not in known:
            raise ConditionError(*unknown_name(name, known))

    def written(self, name: str) -> Iterator[tuple[str, Owner]]:
        """Give the literals of a placeholder; the atom of the owner is not filled in."""
        self.check(name)
        if name in TARGET_NAMES:
            for contest in self.targets.contests:
                yield from self._target_words(name, contest.contest_id)
            return
        for entry in self.lexicons[name].words:
            for literal in _literals(entry):
                prefix = entry.phrase is not None and literal.endswith("*") and WILD.search(literal) is not None
                yield literal.removesuffix("*" if prefix else ""), Owner(-1, prefix=prefix)

    def _target_words(self, name: str, contest: str) -> Iterator[tuple[str, Owner]]:
        terms = self.targets.terms(contest)
        if name == "sasaran":
            for part in ("kandidat", "partai", "tagar", "akun_pemenangan", "nomor"):
                yield from self._target_words(part, contest)
            yield from ((word, owner) for word, owner in self._target_words("slogan", contest) if " " in word)
        elif name in ("nomor", "nomor_partai"):
            yield from self._numbers(name, contest)
        elif name == "tagar":
            yield from (("#" + tag, Owner(-1, contest)) for tag in terms.hashtags)
        elif name == "akun_pemenangan":
            yield from (("@" + handle, Owner(-1, contest)) for handle in terms.accounts)
        else:
            words = {"kandidat": terms.names, "partai": terms.parties, "slogan": terms.slogans, "kubu": terms.camps}
            for word in words[name]:
                for written in dict.fromkeys((word, word.replace("-", " "), word.replace("-", ""))):
                    yield written, Owner(-1, contest, cased=self._cased(written))

    def _cased(self, word: str) -> str:
        """Give the word itself where it is also a common word and can be told by its capitals only."""
        common = COMMON in self.lexicons and canonical(word) in self._common
        return word if (common or len(word) < _SHORT) and word != word.casefold() else ""

    @cached_property
    def _common(self) -> frozenset[str]:
        return frozenset(canonical(one.phrase) for one in self.lexicons[COMMON].words if one.phrase)

    def _numbers(self, name: str, contest_id: str) -> Iterator[tuple[str, Owner]]:
        contest = self.targets.contest(contest_id)
        if contest is None:
            return
        for one in contest.tickets if name == "nomor" else contest.parties:
            if one.number is None:
                continue
            for literal, bare in number_forms(one.number):
                if not bare or name == "nomor":
                    yield literal, Owner(-1, contest_id, one.number_from, bare=bare)

    # ------------------------------------------------------------------ the automaton

    def build(self) -> Automaton:
        """Put all literals into one automaton."""
        return Automaton.build(self.literals)

    @property
    def rare(self) -> frozenset[int]:
        """The atoms of target terms: few texts hold one, so they are asked for first."""
        return frozenset(number for key, number in self.atoms.items() if key[1:-1] in TARGET_NAMES and key[0] == "{")


def _literals(entry: Entry) -> Iterator[str]:
    """Give the literals of a lexicon's entry."""
    if entry.phrase is not None:
        yield entry.phrase
    elif entry.word_form is not None:
        left_out = frozenset(entry.exceptions)
        yield from (form for form in forms_of(entry.word_form, with_person=entry.with_person) if form not in left_out)
    elif entry.hashtag is not None:
        yield from ("#" + tag.lstrip("#") for tag in entry.hashtag)
    elif entry.emoji is not None:
        yield from entry.emoji
