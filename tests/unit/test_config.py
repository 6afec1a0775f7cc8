"""Settings: strict, all mistakes at once, retention mandatory for an office in real use."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.config import load
from monitor.errors import ConfigError

ROOT = Path(__file__).resolve().parents[2]

GOOD = """\
mode: office
office: {name: Bawaslu Misal, region: Kabupaten Misal, timezone: WITA, contact: a@misal.example}
processing: {purpose: Pengawasan netralitas aparatur, legal_basis: UU 27/2022 pasal 20}
retention: {cleared_days: 30, forwarded_days: 365, unflagged_days: 30}
database: netra.db
archive: arsip
heads: kepala
sources:
  - {type: feed, id: warta, url: "https://warta.example/feed", every: 6jam}
  - {type: x, id: x-resmi}
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "config.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_shipped_settings_are_those_of_the_made_up_office() -> None:
    config = load(ROOT / "config.yaml")
    assert config.mode == "demo"
    assert config.web.host == "127.0.0.1"
    assert config.contests == ("pilkada-contoh-2025",)


def test_a_real_office(tmp_path: Path) -> None:
    config = load(write(tmp_path, GOOD))
    assert str(config.zone) == "Asia/Makassar"
    assert config.every("warta") == timedelta(hours=6)


def test_retention_has_no_default(tmp_path: Path) -> None:
    without = "\n".join(line for line in GOOD.splitlines() if not line.startswith("retention"))
    with pytest.raises(ConfigError) as error:
        load(write(tmp_path, without))
    assert "`retention` belum diisi" in str(error.value)
    assert "docs/privasi.md" in str(error.value)


def test_every_mistake_at_once_with_its_line(tmp_path: Path) -> None:
    broken = (
        GOOD.replace("WITA", "WIB2").replace("every: 6jam", "every: 6 jam").replace("archive:", "archiv:")
        + "web: {host: 0.0.0.0}\nthresholds: {flag: 0.9, high: 0.5}\n"
    )
    with pytest.raises(ConfigError) as error:
        load(write(tmp_path, broken))
    found = {problem.line: problem for problem in error.value.problems}
    assert "pilihan: WIB, WITA, WIT" in found[2].advice or "WIB" in found[2].advice
    assert "maksud Anda `archive`?" in found[6].advice
    assert "6jam" in found[9].advice
    assert "127.0.0.1" in found[11].message
    assert "high" in found[12].message
    assert len(error.value.problems) >= 6


def test_two_sources_of_one_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="dipakai dua kali: warta"):
        load(write(tmp_path, GOOD.replace("id: x-resmi", "id: warta")))


def test_an_empty_or_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="netra init"):
        load(write(tmp_path, ""))
    with pytest.raises(ConfigError, match="tidak dapat dibaca"):
        load(tmp_path / "lain.yaml")


@pytest.mark.parametrize("behind", ["proxy", "tls"])
def test_the_page_leaves_home_only_declared(tmp_path: Path, behind: str) -> None:
    config = load(
        write(tmp_path, GOOD + f"web: {{host: 0.0.0.0, behind: {behind}, public_name: netra.contoh.invalid}}\n")
    )
    assert config.web.behind == behind
