"""The check command's report, the neutral baseline, and real input."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from monitor.models import ItemKind, Level
from monitor.rules import RuleSet
from monitor.rules.lint import baseline_texts, check
from monitor.targets import Targets
from tests.rules.test_loader import GOOD
from tests.rules.world import SHIPPED, own_folder, shipped, targets


def real() -> Path:
    folder = os.environ.get("NETRA_REAL_DATA")
    if not folder:
        pytest.skip("NETRA_REAL_DATA belum disetel; data nyata tidak ikut dalam proyek")
    return Path(folder)


def test_shipped_rules_pass() -> None:
    report = check(SHIPPED, targets())
    assert report.ok, [str(one) for one in report.errors]
    assert report.baseline >= 400
    assert report.active >= 30
    assert report.examples >= 4 * 30
    assert report.seconds < 20


def test_baseline_has_no_line_twice() -> None:
    texts = [text for _, _, text in baseline_texts(SHIPPED)]
    assert len(set(texts)) == len(texts)


def test_baseline_hit_is_an_error_with_its_line(tmp_path: Path) -> None:
    folder = own_folder(tmp_path, satu=GOOD)
    (folder / "baseline").mkdir()
    (folder / "baseline" / "uji.txt").write_text("# catatan\n\njaya selalu Bu Citra\n", encoding="utf-8")
    (error,) = check(folder, targets()).errors
    assert (error.line, "contoh-aturan" in error.message) == (3, True)


def test_doubts(tmp_path: Path) -> None:
    twin = GOOD.replace("id: contoh-aturan", "id: kembaran")
    empty = GOOD.replace("id: contoh-aturan", "id: kosong").replace("any:\n", 'any:\n  - "{kubu}"\n  - "{kubu}"\n')
    report = check(own_folder(tmp_path, satu=GOOD, dua=twin, tiga=empty), targets())
    said = "\n".join(str(one) for one in report.doubts)
    for part in ("syaratnya sama dengan", "`{kubu}` tidak berisi apa-apa", "tertulis 2 kali", "tidak ada teks netral"):
        assert part in said
    assert report.ok


def test_refused_set_is_reported_not_raised(tmp_path: Path) -> None:
    report = check(own_folder(tmp_path, satu=GOOD.replace("aktif", "aktip")), targets())
    assert not report.ok
    assert report.rules == 0


@pytest.mark.real
def test_neutral_articles_give_nothing() -> None:
    files = sorted((real() / "news").glob("*.txt"))
    assert len(files) == 5
    for rules in (shipped(), RuleSet.load(SHIPPED, Targets.from_json(real() / "targets.json"))):
        for path in files:
            title, _, body = path.read_text(encoding="utf-8").partition("\n")
            for kind in (ItemKind.ARTICLE, ItemKind.POST):
                found = rules.try_text(body, kind=kind, title=title)
                assert not [match for match in found if match.level.rank >= Level.MEDIUM.rank], path.name


@pytest.mark.real
def test_figures_on_real_posts() -> None:
    """Floors well under the measured figures (see docs/aturan.md); text conditions only."""
    rules = RuleSet.load(SHIPPED, Targets.from_json(real() / "targets.json"))
    lines = (real() / "dev_posts.jsonl").read_text(encoding="utf-8").splitlines()
    posts = [post for post in map(json.loads, lines) if post["partisan"] in ("0", "1")]
    partisan = sum(post["partisan"] == "1" for post in posts)
    ranks = [max((m.level.rank for m in rules.try_text(post["text"])), default=-1) for post in posts]
    for level, precision, recall in ((Level.MEDIUM, 0.80, 0.50), (Level.HIGH, 0.88, 0.20)):
        flagged = [post["partisan"] == "1" for post, rank in zip(posts, ranks, strict=True) if rank >= level.rank]
        print(level, f"P={sum(flagged) / len(flagged):.3f} R={sum(flagged) / partisan:.3f} n={len(flagged)}")
        assert sum(flagged) / len(flagged) >= precision
        assert sum(flagged) / partisan >= recall
    everyday = (real() / "everyday.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in everyday]
    alarms = sum(any(m.level.rank >= Level.MEDIUM.rank for m in rules.try_text(text)) for text in texts)
    print("everyday", alarms, "of", len(texts))
    assert alarms <= len(texts) / 100
