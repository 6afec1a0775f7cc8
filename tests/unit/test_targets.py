"""Targets: files checked whole, words only once they hold, accounts by id before handle."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from monitor.errors import RulesError
from monitor.models import AccountRef, Platform, Relation
from monitor.targets import Targets

ROOT = Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "rules" / "targets"
CONTEST = "pilkada-contoh-2025"
CAMPAIGN_DAY = date(2025, 5, 1)


@pytest.fixture(scope="module")
def targets() -> Targets:
    return Targets.load(SHIPPED)


def write(folder: Path, text: str, name: str = "satu.yaml") -> Path:
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_shipped_files_load(targets: Targets) -> None:
    assert {one.contest_id for one in targets.contests} == {CONTEST, "pemilu-2024", "pilkada-2024"}
    contest = targets.contest(CONTEST)
    assert contest is not None
    assert len(contest.tickets) == 3
    assert len([one for one in contest.accounts if one.role is Relation.CAMPAIGN]) == 18
    assert targets.contest("tidak-ada") is None


def test_real_contests_carry_no_person(targets: Targets) -> None:
    for contest in targets.contests:
        if contest.contest_id != CONTEST:
            assert contest.tickets == ()
            assert contest.accounts == ()


def test_pemilu_2024_has_24_parties_numbered_1_to_24(targets: Targets) -> None:
    terms = targets.terms("pemilu-2024")
    assert terms.party_numbers == tuple(range(1, 25))
    assert terms.numbers == ()
    assert {"PDIP", "Golkar", "Partai Aceh"} <= set(terms.parties)


def test_number_means_nothing_before_the_draw(targets: Targets) -> None:
    assert targets.terms(CONTEST, date(2025, 4, 22)).numbers == ()
    assert targets.terms(CONTEST, date(2025, 4, 23)).numbers == (1, 2, 3)
    assert targets.terms(CONTEST).numbers == (1, 2, 3)


def test_terms_hold_names_joint_names_and_bare_tags(targets: Targets) -> None:
    terms = targets.terms(CONTEST, CAMPAIGN_DAY)
    assert {"Andi Misalkan", "Bang Andi Mis", "Andi-Bunga", "Misalkan-Umpama"} <= set(terms.names)
    assert "ContohBersinar" in terms.hashtags
    assert set(terms.accounts) == {"contohbersinar", "majubarengcontoh", "contohguyub"}
    assert "Contoh Guyub" in terms.slogans


def test_terms_outside_the_contest_are_empty(targets: Targets) -> None:
    assert targets.terms(CONTEST, date(2030, 1, 1)).names == ()


def test_relation_by_id_then_by_handle(targets: Targets) -> None:
    by_id = AccountRef(Platform.INSTAGRAM, native_id="kampanye-2-ig", handle="nama_baru")
    by_handle = AccountRef(Platform.TIKTOK, handle="@ContohGuyub")
    assert targets.relation(by_id, CAMPAIGN_DAY) is Relation.CAMPAIGN
    assert targets.relation(by_handle, CAMPAIGN_DAY) is Relation.CAMPAIGN
    account = targets.account(by_handle, CAMPAIGN_DAY)
    assert account is not None
    assert account.ticket_id == "tiket-3"
    assert targets.relation(AccountRef(Platform.X, handle="kpucontoh"), CAMPAIGN_DAY) is Relation.ELECTION_BODY
    assert targets.relation(AccountRef(Platform.X, handle="wartacontoh"), CAMPAIGN_DAY) is Relation.MEDIA
    assert targets.relation(AccountRef(Platform.X, handle="orang_lain"), CAMPAIGN_DAY) is Relation.NONE
    assert targets.relation(None, CAMPAIGN_DAY) is Relation.NONE


def test_reused_handle_with_another_id_is_not_the_campaign(targets: Targets) -> None:
    stranger = AccountRef(Platform.INSTAGRAM, native_id="9999", handle="contohbersinar")
    assert targets.relation(stranger, CAMPAIGN_DAY) is Relation.NONE


def test_account_counts_only_while_registered(tmp_path: Path) -> None:
    write(
        tmp_path,
        "id: satu\ntitle: Satu\nkind: pilkada\nregions: [Kota Misal]\naccounts:\n"
        "  - {platform: x, handle: misal, role: akun_pemenangan, since: 2025-04-25, until: 2025-06-24}\n",
    )
    targets = Targets.load(tmp_path)
    ref = AccountRef(Platform.X, handle="misal")
    days = [date(2025, 4, 24), date(2025, 4, 25), date(2025, 6, 24), date(2025, 6, 25)]
    assert [targets.relation(ref, day) is Relation.CAMPAIGN for day in days] == [False, True, True, False]
    assert targets.terms("satu", date(2025, 4, 24)).accounts == ()


def test_contests_for_a_region(targets: Targets) -> None:
    on = date(2025, 1, 15)
    assert {one.contest_id for one in targets.contests_for("Kab. Contoh", on)} == {CONTEST, "pilkada-2024"}
    assert {one.contest_id for one in targets.contests_for("Kota Lain", on)} == {"pilkada-2024"}
    assert targets.contests_for("Kota Lain", date(2031, 1, 1)) == ()


def test_only_keeps_the_named_contests_and_refuses_unknown_ones() -> None:
    assert [one.contest_id for one in Targets.load(SHIPPED, [CONTEST]).contests] == [CONTEST]
    with pytest.raises(RulesError, match=r"maksud Anda `pilkada-contoh-2025`"):
        Targets.load(SHIPPED, ["pilkada-conto-2025"])


def test_every_mistake_of_every_file_at_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        """id: satu
title: Satu
kind: pilkadaa
regions: []
""",
        "a.yaml",
    )
    write(
        tmp_path,
        """id: dua
title: Dua
kind: pilkada
regions: [Kota Misal]
since: 2025-02-01
until: 2025-01-01
parties:
  - {name: Partai Misal}
tickets:
  - {id: t-1, number: 1, people: [{name: Andi Misalkan}], parties: [Partai Missal]}
  - {id: t-1, number: 1, number_from: 2025-01-01}
accounts:
  - {platform: x, role: akun_pemenangan}
  - {platform: x, native_id: "7", role: akun_pemenangan, ticket: t-9}
  - {platform: x, native_id: "7", role: akun_media, since: 2025-02-01, until: 2025-01-01}
""",
        "b.yaml",
    )
    write(tmp_path, "id: dua\ntitle: Lagi\nkind: pemilu\nregions: ['*']\n", "c.yaml")
    write(tmp_path, "- bukan\n", "d.yaml")
    write(tmp_path, "a: [", "e.yaml")
    with pytest.raises(RulesError) as caught:
        Targets.load(tmp_path)
    said = str(caught.value)
    for part in (
        "a.yaml:3",
        "a.yaml:4",
        "nomor tanpa tanggal",
        "maksud Anda `Partai Misal`?",
        "`number` 1 dipakai dua kali",
        "`id` t-1 dipakai dua kali",
        "tanpa `handle`",
        "tiket `t-9` tidak ada",
        "`native_id` x 7 dipakai dua kali",
        "`until` lebih awal",
        "id `dua` sudah dipakai di",
        "bukan pemilihan",
        "e.yaml",
    ):
        assert part in said, part


def test_export_of_a_supervisor(tmp_path: Path) -> None:
    export = {
        "parties": [["Partai Misal", "PM"]],
        "camps": ["kubu uji"],
        "contests": [
            {
                "contest": "Pilkada Uji 2020",
                "year": 2020,
                "tickets": [
                    {
                        "number": 1,
                        "people": [
                            {"name": "H. Andi Misalkan, S.H.", "aliases": ["Andi", "08"]},
                            {"name": "Bunga Umpama"},
                        ],
                        "parties": ["PM"],
                        "hashtags": ["#AndiBunga"],
                        "slogans": ["Uji Maju"],
                    }
                ],
            },
            {"contest": "Pilkada Uji 2024", "tickets": [{"number": 1}, {"number": 2}]},
        ],
    }
    path = tmp_path / "targets.json"
    path.write_text(json.dumps(export), encoding="utf-8")
    targets = Targets.from_json(path)
    terms = targets.terms()
    assert terms.numbers == (1, 2)
    assert {"H. Andi Misalkan, S.H.", "Andi Misalkan", "Andi", "Andi-Bunga"} <= set(terms.names)
    assert "08-Bunga" not in terms.names
    assert (terms.parties, terms.camps, terms.hashtags) == (("Partai Misal", "PM"), ("kubu uji",), ("AndiBunga",))
    assert targets.terms("pilkada-uji-2024").names == ()


@pytest.mark.parametrize("content", ["{", '{"contests": []}', "[]"])
def test_broken_export_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "targets.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(RulesError):
        Targets.from_json(path)
    with pytest.raises(RulesError, match="tidak dapat dibaca"):
        Targets.from_json(tmp_path / "tidak-ada.json")


def test_digest_changes_with_any_fact(tmp_path: Path, targets: Targets) -> None:
    text = "id: satu\ntitle: Satu\nkind: pilkada\nregions: [Kota Misal]\ncamps: [{}]\n"
    first = Targets.load(write(tmp_path, text.format("kubu a"))).digest
    assert Targets.load(tmp_path).digest == first
    assert Targets.load(write(tmp_path, text.format("kubu b"))).digest != first
    assert len(targets.digest) == 64
