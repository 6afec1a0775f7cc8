"""A backtest says exactly what screening everything again does: counted in the database, over many kinds of change."""

from __future__ import annotations

import random
import re
import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from monitor.app import open_pair
from monitor.errors import Problem, RulesError
from monitor.governance.backtest import Backtest, Scope, backtest
from monitor.governance.comparison import Comparison
from monitor.governance.crew import Opener
from monitor.judge import judge
from tests.fakes_backtest import BigOffice, Flag
from tests.offices import ROOT

COUNT = 2000
Edit = Callable[[Path], None]
Queue = dict[Flag, tuple[str, str]]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office whose every item was judged by the shipped rules."""
    office = BigOffice.make(tmp_path_factory.mktemp("banyak") / "kantor", COUNT)
    for path, text in BASE.items():
        (office.rules / path).write_text(text, encoding="utf-8")
    assert office.screen() == COUNT
    office.close()
    return office.folder


@pytest.fixture
def office(made: Path, tmp_path: Path) -> Iterator[BigOffice]:
    shutil.copytree(made, tmp_path / "kantor", symlinks=True)
    opened = BigOffice(tmp_path / "kantor")
    opened.app.judges()
    yield opened
    opened.close()


# --------------------------------------------------------------------------- kinds of change


def put(path: str, pattern: str, by: str) -> Edit:
    """Change a file by a regular expression that must fit."""

    def edit(rules: Path) -> None:
        file = rules / path
        text, done = re.subn(pattern, by, file.read_text(encoding="utf-8"), count=1, flags=re.MULTILINE)
        assert done, f"{path}: {pattern}"
        file.write_text(text, encoding="utf-8")

    return edit


def gone(path: str) -> Edit:
    return lambda rules: (rules / path).unlink()


def new(path: str, text: str) -> Edit:
    return lambda rules: [(rules / path).write_text(text, encoding="utf-8"), None][1]


def a_rule(name: str, more: str, words: str) -> str:
    return f"""\
id: {name}
title: Aturan uji {name}
status: aktif
level: sedang
forms: [KE-2, DIS-2]
{more}
any: [{words}]
legal_basis:
  - {{text: "PP 94/2021 pasal 5 huruf n", certainty: 2}}
author: pengawas contoh
date: 2025-01-06
examples:
  match: ["Besok kerja bakti"]
  no_match: ["Selamat pagi"]
"""


PERSONS = "applies_to: {person_kinds: [PNS, PPPK]}"
BASE = {
    "asn/uji-tahap.yaml": a_rule("uji-tahap", f"phases: [bakal_calon]\n{PERSONS}", "kerja bakti, besok, jalan"),
    "asn/uji-ingkar.yaml": a_rule("uji-ingkar", f"not_when: [negasi]\n{PERSONS}", "kerja bakti, warga"),
    "asn/uji-berita.yaml": a_rule("uji-berita", "applies_to: {kinds: [artikel]}", "kerja bakti, warga"),
}
"""In force from the start, besides the shipped rules: one asks for a phase, one has a scope, one bites on much news."""
ANY_KIND = "applies_to: {kinds: [unggahan, komentar, artikel, suka, bagikan]}"
CHANGES: dict[str, Edit] = {
    "a word more, also in what is answered": put("asn/dukung-sasaran.yaml", r"^any:$", "any:\n  - kerja bakti"),
    "a word less": put("asn/pasangan-calon-menyerukan.yaml", r'^  - "\{nomor\}"\n', ""),
    "another level": put("asn/bagikan-akun-pemenangan.yaml", r"^level: sedang", "level: tinggi"),
    "too low a level": put("asn/tni-menyebut-calon.yaml", r"^level: sedang", "level: rendah"),
    "a rule that asks what is answered": put("asn/suka-konten-memihak.yaml", r"^level: rendah", "level: sedang"),
    "news, where it matters where the words stand": put(
        "asn/uji-berita.yaml", "kerja bakti, warga", "kerja bakti, desa"
    ),
    "on trial": put("asn/suka-akun-pemenangan.yaml", r"^status: aktif", "status: bayangan"),
    "a rule gone": gone("asn/pasangan-calon-menyerukan.yaml"),
    "a new rule": new("asn/uji-baru.yaml", a_rule("uji-baru", ANY_KIND, "kerja bakti, posyandu")),
    "an exclusion": put("asn/tni-menyebut-calon.yaml", r"^none:", 'none:\n  - "{kandidat}"'),
    "another kind of act": put("asn/suka-akun-pemenangan.yaml", r"kinds: \[suka\]", "kinds: [suka, komentar]"),
    "another phase": put("asn/uji-tahap.yaml", r"phases: \[bakal_calon\]", "phases: [kampanye]"),
    "a word list": put("lexicon/dukung.yaml", r"^words:$", "words:\n  - yang\n  - ini"),
    "a list that scopes read": put("lexicon/negasi.yaml", r"^words:$", "words:\n  - bersama\n  - laporan\n  - rumah"),
    "the list of common words": put("lexicon/kata_umum.yaml", r"^words:$", "words:\n  - Bu Citra\n  - Cak Farid"),
    "targets": put("targets/contoh.yaml", r"aliases: \[Bu Citra\]", "aliases: [Bu Citra, kerja bakti]"),
    "the calendar": put("calendar/contoh.yaml", r"aspirants_from: 2025-03-01", "aspirants_from: 2025-04-01"),
}
WIDE = {"the list of common words", "targets", "the calendar"}


def settle(rules: Path, load: Callable[[Path], object]) -> None:
    """Take off the examples that an edit breaks (what a rule should match is not tested here); else undo the edit."""
    for _ in range(6):
        try:
            load(rules)
        except RulesError as error:
            _mend(rules, error.problems)
        else:
            return
    raise AssertionError("the edit never came to load")


def _mend(rules: Path, problems: tuple[Problem, ...]) -> None:
    by_file: dict[str, list[Problem]] = {}
    for one in problems:
        by_file.setdefault(one.file.partition("/")[2], []).append(one)
    for name, some in by_file.items():
        file = rules / name
        if all("contoh ini" in one.message for one in some):
            lines = file.read_text(encoding="utf-8").splitlines()
            left = [line for number, line in enumerate(lines, 1) if number not in {one.line for one in some}]
            file.write_text("\n".join(left) + "\n", encoding="utf-8")
        else:
            file.write_text(BASE.get(name) or (ROOT / "rules" / name).read_text(encoding="utf-8"), encoding="utf-8")


def at_random(seed: int) -> Edit:
    """Change some rules in some of the ways rules are changed."""
    chance = random.Random(seed)

    def edit(rules: Path) -> None:
        for path in chance.sample(sorted((rules / "asn").glob("*.yaml")), chance.randint(1, 6)):
            text = path.read_text(encoding="utf-8")
            way = chance.randrange(5)
            if way == 0:
                text = re.sub(r"^level: .*$", f"level: {chance.choice(['rendah', 'sedang'])}", text, flags=re.MULTILINE)
            elif way == 1:
                text = re.sub(r"^not_when: .*\n", "", text, flags=re.MULTILINE)
            elif way == 2:
                text = re.sub(
                    r"^status: aktif", f"status: {chance.choice(['usang', 'bayangan'])}", text, flags=re.MULTILINE
                )
            elif way == 3:
                text = re.sub(r"^any:$", 'any:\n  - "{ajakan}"', text, flags=re.MULTILINE)
            else:
                text = re.sub(r"^title: .*$", "title: Judul uji yang lain", text, flags=re.MULTILINE)
            path.write_text(text, encoding="utf-8")

    return edit


# --------------------------------------------------------------------------- asking both


def ask(office: BigOffice, *, workers: int = 1, opener: Opener | None = None, stretch: int = 700) -> Backtest:
    """Backtest what stands on the disk against what is in force."""
    scope = Scope(office.app.backtests, workers=workers, stretch=stretch, alone=1)
    pair = (office.app.judges(), office.app.judges_of(office.rules))
    return backtest(office.app.store, pair, scope, opener, time.perf_counter, lambda done, total: None)


def said(result: Backtest) -> dict[str, int]:
    """Give the counts of a backtest."""
    fates = result.part.fates
    found = result.found
    return {
        "items newly": found.newly, "items gone": found.gone,
        "flags new": sum(one.new for one in fates), "flags gone": sum(one.gone for one in fates),
        "flags altered": sum(one.altered for one in fates), "items touched": len(fates),
        "flagged before": result.flagged if result.flagged is not None else -1,
    }  # fmt: skip


def happened(before: Queue, after: Queue) -> dict[str, int]:
    """Count the same in what stood in the queue before and after."""
    items, now = {item for item, _ in before}, {item for item, _ in after}
    altered = {key for key in before.keys() & after.keys() if before[key] != after[key]}
    touched = {item for item, _ in (before.keys() ^ after.keys()) | altered}
    return {
        "items newly": len(now - items), "items gone": len(items - now),
        "flags new": len(after.keys() - before.keys()), "flags gone": len(before.keys() - after.keys()),
        "flags altered": len(altered), "items touched": len(touched), "flagged before": len(items),
    }  # fmt: skip


def check_equal(office: BigOffice, edit: Edit) -> tuple[Backtest, dict[str, int]]:
    """Edit, backtest, put in force, screen everything again, compare."""
    edit(office.rules)
    settle(office.rules, office.app.judges_of)
    result, before = ask(office), office.queue()
    office.adopt()
    office.screen()
    counted = happened(before, office.queue())
    assert said(result) == counted
    return result, counted


@pytest.mark.parametrize("kind", CHANGES)
def test_its_counts_are_those_of_screening_everything_again(office: BigOffice, kind: str) -> None:
    result, counted = check_equal(office, CHANGES[kind])
    assert counted["items touched"] > 0, "an edit that changes nothing proves nothing"
    assert result.part.items == COUNT
    assert bool(result.change.wide) == (kind in WIDE)
    if kind in WIDE:
        assert "dinilai utuh dengan keduanya" in "\n".join(result.lines())
    else:
        assert result.part.judged < COUNT / 2, "the others were never judged whole"


@pytest.mark.parametrize("seed", range(6))
def test_its_counts_hold_for_edits_made_at_random(office: BigOffice, seed: int) -> None:
    check_equal(office, at_random(seed))


def test_what_is_left_out_would_have_been_judged_alike(office: BigOffice) -> None:
    CHANGES["a word more, also in what is answered"](office.rules)
    settle(office.rules, office.app.judges_of)
    both = Comparison(office.app.judges(), office.app.judges_of(office.rules))
    batch = [one for part in office.app.store.reading.stretches(COUNT) for one in office.app.store.reading.items(part)]
    touched = {fate.item_id for fate in both.part(batch).fates}
    for old, new in zip(judge(both.old, batch), judge(both.new, batch), strict=True):
        if old.stored.item_id not in touched:
            stood, stands = (
                {(actor.person.person_id, one.level, one.ground) for actor, one in some.opinions} for some in (old, new)
            )
            assert stood == stands


def test_several_processes_count_the_same(office: BigOffice) -> None:
    for kind in ("a word less", "another level"):
        CHANGES[kind](office.rules)
    settle(office.rules, office.app.judges_of)
    opener = partial(open_pair, office.settings, office.app.governance.folder(), office.rules)
    one, two = ask(office), ask(office, workers=2, opener=opener)
    assert (one.workers, two.workers) == (1, 2)
    assert one.part == two.part
    assert one.found == two.found
