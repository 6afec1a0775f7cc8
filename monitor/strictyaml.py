"""The only YAML reader: plain data with places, strict where PyYAML is surprising.

Read as YAML 1.2 core with less: only `true`/`false` are booleans, only `null`, `~` and an empty value are null, `01`,
`12:30`, `no` and `2024-11-27` stay text. Refused with line and advice: equal keys, tags, anchors and aliases, several
documents, and a value that a bare `#` turned into a comment. `validate` turns the data into a pydantic model and every
mistake into a located `Problem` in Indonesian.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from monitor.errors import Problem

MAX_BYTES = 2_000_000
MAX_DEPTH = 30
_MAX_NESTING = 200
"""Brackets inside brackets beyond this are refused before anything is composed: composing calls itself."""

Key = tuple[str | int, ...]
ModelT = TypeVar("ModelT", bound=BaseModel)

_HALVES = re.compile(r"[\ud800-\udfff]")
_QUOTED = frozenset("'\"|>")  # a plain scalar has no style, or an empty one where libyaml read it
_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)\Z")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][-+]?[0-9]+)?\Z")


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data (dict, list, str, int, float, bool, None) and the place of each node, counted from 1."""

    file: str
    data: Any
    places: Mapping[Key, tuple[int, int]] = field(default_factory=dict)
    lines: tuple[str, ...] = ()

    def place(self, key: Key) -> tuple[int, int]:
        """Give (line, column) of a node, or of its nearest known parent."""
        known: Key = ()
        for part in key:  # a part that is not in the text (the tag of a union, a missing field) is passed over
            known = (*known, part) if (*known, part) in self.places else known
        return self.places.get(known, (1, 1))

    def problem(self, key: Key, message: str, advice: str = "") -> Problem:
        """Locate a mistake found by a check beyond the schema."""
        line, column = self.place(key)
        return Problem(self.file, line, column, message, advice)


class _Builder:
    """Turns composed nodes into plain data, collecting places and problems."""

    def __init__(self, file: str, lines: tuple[str, ...]) -> None:
        self.file, self.lines = file, lines
        self.places: dict[Key, tuple[int, int]] = {}
        self.problems: list[Problem] = []

    def complain(self, node: yaml.Node, message: str, advice: str) -> None:
        mark = node.start_mark
        self.problems.append(Problem(self.file, mark.line + 1, mark.column + 1, message, advice))

    def build(self, node: yaml.Node, key: Key) -> Any:
        self.places.setdefault(key, (node.start_mark.line + 1, node.start_mark.column + 1))
        if len(key) > MAX_DEPTH:
            self.complain(node, "terlalu dalam bersarang", f"paling dalam {MAX_DEPTH} tingkat")
            return None
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, key)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(child, (*key, index)) for index, child in enumerate(node.value)]
        return self.scalar(node)

    def mapping(self, node: yaml.MappingNode, key: Key) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for name_node, value_node in node.value:
            if not isinstance(name_node, yaml.ScalarNode):
                self.complain(name_node, "nama kolom harus teks biasa", "tulis `nama: nilai`")
                continue
            name = self.sound(name_node)
            if name in data:
                self.complain(name_node, f"kolom `{name}` ditulis dua kali", "hapus salah satu")
                continue
            self.places[(*key, name)] = (name_node.start_mark.line + 1, name_node.start_mark.column + 1)
            data[name] = self.build(value_node, (*key, name))
        return data

    def sound(self, node: yaml.Node) -> str:
        """Give the text of a node; half a letter, which an escape can write, is no text and cannot be stored."""
        text = str(node.value)
        if _HALVES.search(text) is None:
            return text
        self.complain(node, "separuh huruf (`\\ud…`) bukan tulisan", "tulis hurufnya langsung, atau hapus")
        return _HALVES.sub("\ufffd", text)

    def scalar(self, node: yaml.Node) -> Any:
        text = self.sound(node)
        if getattr(node, "style", None) in _QUOTED:
            return text
        if text == "":
            self.lost_to_comment(node)
        if text in ("", "~", "null"):
            return None
        if text in ("true", "false"):
            return text == "true"
        if _INT.match(text) and len(text) < 19:
            return int(text)
        if _FLOAT.match(text) and not text.lstrip("+-").isdigit():
            return float(text)
        return text

    def lost_to_comment(self, node: yaml.Node) -> None:
        mark = node.start_mark
        rest = self.lines[mark.line][mark.column :].strip() if mark.line < len(self.lines) else ""
        if re.match(r"#\w", rest):
            self.complain(
                node,
                f"`{rest.split()[0]}` dibaca sebagai komentar, bukan nilai",
                f'beri tanda kutip: "{rest.split()[0]}"',
            )


# libyaml reads ten times faster and gives the same nodes; its messages are poorer: mistakes are read again without it.
_FAST = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _refusals(text: str, file: str, loader: Any) -> Iterator[Problem]:
    """Refuse what plain data never needs, before anything is built: anchors, aliases, tags, several documents."""
    documents = depth = 0
    for event in yaml.parse(text, Loader=loader):
        mark = event.start_mark
        place = (file, mark.line + 1, mark.column + 1) if mark else (file, 1, 1)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > _MAX_NESTING:
            yield Problem(*place, "terlalu dalam bersarang", f"paling dalam {MAX_DEPTH} tingkat")
            return
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents == 2:
                yield Problem(*place, "lebih dari satu dokumen dalam satu berkas", "pisahkan menjadi berkas sendiri")
        elif isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            yield Problem(
                *place, "jangkar (`&`) dan rujukan (`*`) tidak dipakai", "tulis nilainya, atau beri tanda kutip"
            )
        elif isinstance(event, yaml.NodeEvent) and getattr(event, "tag", None):
            yield Problem(*place, "penanda `!` tidak dipakai", "hapus penandanya, atau beri tanda kutip")


def parse(text: str, file: str) -> tuple[Document | None, list[Problem]]:
    """Read YAML text. Gives (document, problems); the document is None when nothing could be built."""
    lines = tuple(text.split("\n"))
    try:
        problems, node = _composed(text, file)
        if problems:
            return None, problems
    except yaml.MarkedYAMLError as error:
        return None, [_syntax(error, file)]
    except (yaml.YAMLError, RecursionError, ValueError, OverflowError) as error:
        return None, [
            Problem(file, 1, 1, f"bukan YAML yang sah ({type(error).__name__})", "periksa tanda baca dan huruf aneh")
        ]
    builder = _Builder(file, lines)
    data = None if node is None else builder.build(node, ())
    return Document(file, data, builder.places, lines), builder.problems


def _composed(text: str, file: str, loader: Any = _FAST) -> tuple[list[Problem], yaml.Node | None]:
    """Give (refusals, nodes)."""
    try:
        problems = list(_refusals(text, file, loader))
        return problems, None if problems else yaml.compose(text, Loader=loader)
    except (yaml.YAMLError, UnicodeError, OverflowError):
        if loader is yaml.SafeLoader:
            raise
        return _composed(text, file, yaml.SafeLoader)


# A part of what the parser says, whether the mistake lies where it began to read the thing, and what users are told.
_SYNTAX = (
    ("'\\t'", False, "baris diawali tab", "pakai spasi, dua tiap tingkat"),
    ("mapping values are not allowed", False, "titik dua di tengah nilai, atau baris tidak sejajar dengan tetangganya",
     "beri tanda kutip pada nilainya, atau samakan spasi awal baris"),
    ("found unexpected end", True, "tanda kutip belum ditutup", "tutup di baris ini"),
    ("expected ',' or ']'", True, "kurung siku `[` belum ditutup, atau ada koma yang kurang", "tutup dengan `]`"),
    ("expected ',' or '}'", True, "kurung kurawal `{` belum ditutup, atau ada koma yang kurang", "tutup dengan `}`"),
    ("could not find expected ':'", True, "baris tanpa titik dua",
     "tulis `nama: nilai`, atau `- ` di depan butir daftar"),
    ("expected <block end>", False, "baris tidak sejajar dengan tetangganya, atau ada isi sesudah tanda kutip penutup",
     "samakan spasi awal baris; beri tanda kutip pada seluruh nilai"),
    ("unindent", False, "baris tidak sejajar dengan tetangganya", "samakan spasi awal baris"),
    ("sequence entries are not allowed", False, "tanda `-` di tempat yang salah",
     "mulai tiap butir daftar di baris sendiri"),
    ("cannot start any token", False, "nilai diawali tanda khusus", "beri tanda kutip pada nilainya"),
    ("unknown escape", False, "garis miring terbalik di antara tanda kutip ganda", "pakai tanda kutip tunggal"),
    ("expected the node content", False, "ada nilai yang kurang", "isi nilainya, atau hapus tanda yang berlebih"),
    ("document", False, "ada isi sesudah akhir dokumen",
     "satu berkas satu dokumen: hapus `---` atau sejajarkan barisnya"),
    ("", False, "susunan YAML rusak", "periksa spasi awal baris, tanda kutip dan titik dua"),
)  # fmt: skip


def _syntax(error: yaml.MarkedYAMLError, file: str) -> Problem:
    said = error.problem or ""
    _, begun, message, advice = next(one for one in _SYNTAX if one[0] in said)
    mark = (error.context_mark if begun else None) or error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    return Problem(file, line, column, message, advice)


def read(path: Path, shown_as: str = "") -> tuple[Document | None, list[Problem]]:
    """Read a YAML file. A missing, unreadable, too large or wrongly encoded file is a problem, not an exception."""
    file = shown_as or str(path)
    try:
        raw = path.read_bytes()
    except OSError as error:
        return None, [Problem(file, 0, 0, f"berkas tidak dapat dibaca ({error.strerror})", "periksa nama dan izinnya")]
    if len(raw) > MAX_BYTES:
        return None, [
            Problem(file, 0, 0, f"berkas lebih besar dari {MAX_BYTES:,} bita", "pecah menjadi beberapa berkas")
        ]
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return None, [Problem(file, line, 1, "huruf bukan UTF-8", "simpan ulang sebagai UTF-8")]
    return parse(text.replace("\r\n", "\n"), file)


def validate(model: type[ModelT], document: Document) -> tuple[ModelT | None, list[Problem]]:
    """Check data against a pydantic model; every mistake at once, each with line, column and advice in Indonesian."""
    try:
        return model.model_validate(document.data), []
    except ValidationError as error:
        problems = [_explain(document, dict(detail), model) for detail in error.errors()]
        return None, sorted(set(problems), key=lambda problem: (problem.line, problem.column, problem.message))


_SAID = {
    "string_type": "harus teks",
    "int_type": "harus bilangan bulat",
    "int_parsing": "harus bilangan bulat",
    "int_from_float": "harus bilangan bulat",
    "float_type": "harus bilangan",
    "float_parsing": "harus bilangan",
    "bool_type": "harus `true` atau `false`",
    "bool_parsing": "harus `true` atau `false`",
    "list_type": "harus daftar (tiap baris diawali `- `)",
    "tuple_type": "harus daftar (tiap baris diawali `- `)",
    "frozen_set_type": "harus daftar (tiap baris diawali `- `)",
    "dict_type": "harus berupa kolom-kolom (`nama: nilai`)",
    "model_type": "harus berupa kolom-kolom (`nama: nilai`)",
    "model_attributes_type": "harus berupa kolom-kolom (`nama: nilai`)",
    "date_type": "harus tanggal, misalnya 2025-06-28",
    "date_parsing": "harus tanggal, misalnya 2025-06-28",
    "date_from_datetime_parsing": "harus tanggal, misalnya 2025-06-28",
    "datetime_parsing": "harus waktu, misalnya 2025-06-28T08:00:00+07:00",
    "timezone_aware": "waktu harus menyebut zona, misalnya +07:00",
}
# A person is told the shape, not the pattern: a piece of the pattern, and what it means.
_SHAPES = (
    ("menit|jam|hari", "tulis seperti 30menit, 6jam atau 1hari"),
    ("[0-5][0-9]", "tulis jam seperti 06:00"),
    ("https?", "alamat diawali http:// atau https://"),
    ("a-z0-9_", "hanya huruf kecil, angka dan garis bawah, diawali huruf"),
    ("a-z0-9", "hanya huruf kecil, angka dan tanda hubung, misalnya contoh-uji-2"),
    ("[a-z]", "hanya huruf kecil, tanpa spasi"),
)
_LIMITS = {
    "too_short": ("min_length", "paling sedikit {} butir"),
    "too_long": ("max_length", "paling banyak {} butir"),
    "string_too_short": ("min_length", "paling sedikit {} huruf"),
    "string_too_long": ("max_length", "paling banyak {} huruf"),
    "greater_than": ("gt", "harus lebih dari {}"),
    "greater_than_equal": ("ge", "paling kecil {}"),
    "less_than": ("lt", "harus kurang dari {}"),
    "less_than_equal": ("le", "paling besar {}"),
}


def _explain(document: Document, detail: dict[str, Any], model: type[BaseModel]) -> Problem:
    key: Key = tuple(detail["loc"])
    name = str(key[-1]) if key else "berkas"
    kind, context = str(detail["type"]), dict(detail.get("ctx") or {})
    if kind == "missing":
        return document.problem(key[:-1], f"kolom wajib `{name}` belum ada", f"tambahkan `{name}: …`")
    if kind == "extra_forbidden":
        close = difflib.get_close_matches(name, _names(model), n=1, cutoff=0.6)
        advice = f"maksud Anda `{close[0]}`?" if close else "hapus, atau periksa ejaannya"
        return document.problem(key, f"kolom `{name}` tidak dikenal", advice)
    if kind in ("enum", "literal_error"):
        return _one_of(document, key, name, str(detail.get("input")), str(context.get("expected", "")))
    if kind == "string_pattern_mismatch":
        shape = next((said for mark, said in _SHAPES if mark in str(context.get("pattern"))), "periksa ejaannya")
        return document.problem(key, f"`{name}`: `{str(detail.get('input'))[:60]}` bentuknya tidak sesuai", shape)
    if kind in _LIMITS:
        limit, text = _LIMITS[kind]
        return document.problem(key, f"`{name}`: " + text.format(context.get(limit)), "perbaiki nilainya")
    if kind in ("value_error", "assertion_error"):
        message, _, advice = str(context.get("error", detail["msg"])).partition(" — ")
        return document.problem(key, f"`{name}`: {message}" if key else message, advice)
    return document.problem(
        key, f"`{name}`: {_SAID.get(kind, detail['msg'])}", f"tertulis: {str(detail.get('input'))[:60]!r}"
    )


def _one_of(document: Document, key: Key, name: str, given: str, expected: str) -> Problem:
    allowed = re.findall(r"'([^']*)'", expected)
    close = difflib.get_close_matches(given, allowed, n=1, cutoff=0.6)
    advice = f"maksud Anda `{close[0]}`?" if close else "pilihan: " + ", ".join(allowed)
    return document.problem(key, f"`{name}`: `{given[:60]}` bukan pilihan yang ada", advice)


def _names(model: type[BaseModel]) -> list[str]:
    """All field names below a model, so that a typo anywhere can be met with a suggestion."""
    seen: set[type[BaseModel]] = set()
    names: list[str] = []
    todo: list[Any] = [model]
    while todo:
        one = todo.pop()
        if isinstance(one, type) and issubclass(one, BaseModel):
            if one in seen:
                continue
            seen.add(one)
            for name, info in one.model_fields.items():
                names.append(info.alias or name)
                todo.append(info.annotation)
        else:
            todo.extend(getattr(one, "__args__", ()))
    return names
