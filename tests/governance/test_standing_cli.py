"""`netra rules approve --open`, `stops` and `shadow`, as a person and as a script use them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from monitor.app import App
from monitor.cli import main
from monitor.store import QueueQuery
from tests.fakes_rules import BETTER, GREET, RIGHT, SUPPORT, WRONG, RuleOffice, rule

LOOSE = rule("uji-salam", "salam", example="Salam nomor 2")
PLAIN = [f"Salam dari kantor kelurahan hari ke-{number}" for number in range(20)]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[RuleOffice]:
    made = RuleOffice(tmp_path / "kantor", more="breaker: {fresh_days: 7, max_share: 0.2, min_items: 10}\n")
    made.post(*WRONG, *RIGHT)
    made.screen()
    yield made
    made.close()


def netra(office: RuleOffice, *words: str, code: int = 0) -> str:
    done = CliRunner().invoke(main, ["--config", str(office.settings), "rules", *words])
    assert done.exit_code == code, done.output
    return done.output


def queue(office: RuleOffice) -> int:
    app = App.build(office.settings, office.clock)
    try:
        return app.store.flags.queue(QueueQuery(limit=1)).total
    finally:
        app.close()


@pytest.mark.parametrize(("chosen", "left"), [("rescreen", 2), ("keep", 7), ("withdraw", 2)])
def test_approving_says_and_does_what_becomes_of_open_flags(office: RuleOffice, chosen: str, left: int) -> None:
    office.app.governance.propose(SUPPORT, BETTER, office.author, "uji perubahan aturan")
    words = ["approve", "uji-dukung", "--why", "sudah dicoba", "--by", "penyetuju", "--open", chosen]
    if chosen == "withdraw":
        assert "alasan wajib" in netra(office, *words, code=5)
        words += ["--note", "laga futsal"]
    assert "Tanda terbuka yang terkena: 7; 2 tetap, 5 tidak lagi." in netra(office, *words)
    assert queue(office) == left


def test_stops_are_listed_and_ended(office: RuleOffice) -> None:
    assert "Tidak ada aturan yang dihentikan." in netra(office, "stops")
    office.change(GREET, LOOSE)
    office.post(*PLAIN)
    office.screen()
    found: list[dict[str, Any]] = json.loads(netra(office, "stops", "--json"))
    assert [(one["rule_id"], one["held"], one["ending"]) for one in found] == [("uji-salam", 20, "terbuka")]
    number = str(found[0]["stop_id"])
    netra(office, "stops", "--release", number, code=2)
    netra(office, "stops", "--release", number, "--by", "penyusun", "--why", "musim salam", code=5)
    assert "dilepas" in netra(office, "stops", "--release", number, "--by", "penyetuju", "--why", "musim salam")
    assert queue(office) == 27
    netra(office, "stops", "--withdraw", number, "--by", "penyetuju", "--why", "musim salam", code=6)


def test_what_a_rule_on_trial_finds_is_counted_with_examples(office: RuleOffice) -> None:
    assert "Belum ada temuan" in netra(office, "shadow")
    office.change(GREET, LOOSE.replace("status: aktif", "status: bayangan"))
    office.post(*PLAIN, "Salam, dukung Bu Citra")
    office.screen()
    assert "uji-salam: 21 butir" in netra(office, "shadow")
    [one] = json.loads(netra(office, "shadow", "uji-salam", "--examples", "3", "--json"))
    assert (one["items"], one["flagged"], len(one["examples"])) == (21, 1, 3)
    assert one["examples"][0]["text"] == "Salam, dukung Bu Citra"
    assert one["per_day"] == 21.0
    item = office.app.store.items.find("facebook", "butir-7")
    assert item is not None
    office.app.store.audit.erase_item(item.item_id, "jadwal retensi", None)
    assert office.app.store.shadows.of("uji-salam").items == 20, "what is erased is forgotten here too"
    office.change(GREET, LOOSE.replace("status: aktif", "status: draf"))
    office.screen()
    assert office.app.store.shadows.all() == {}, "a rule that is no longer on trial leaves nothing behind"
