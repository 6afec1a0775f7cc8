"""Terms of contests: several at once, ambiguous words told by their capitals, bare numbers kept out of dates."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.rules import RuleSet
from monitor.targets import Candidate, Contest, Party, Targets, Ticket
from tests.rules.world import SHIPPED, ids, shipped, targets


def two_contests() -> RuleSet:
    drawn = date(2025, 4, 23)
    ticket = Ticket(
        "t",
        4,
        drawn,
        (Candidate("Hana Umpamaan"), Candidate("Iwan Seandainya")),
        ("Partai Maju",),
        ("Rukun Damai",),
        (),
    )
    other = Contest("lain-2025", "Pilkada Kota Lain", "pilkada", ("Kota Lain",), (ticket,), (Party("Maju"),))
    return RuleSet.load(SHIPPED, Targets((*targets().contests, other)))


def test_terms_belong_to_their_contest() -> None:
    rules = two_contests()
    for text, home, away in (
        ("Ayo pilih Bu Citra", "pilkada-contoh-2025", "lain-2025"),
        ("Coblos nomor 4", "lain-2025", "pilkada-contoh-2025"),
    ):
        assert "ajakan-memilih-sasaran" in ids(rules.try_text(text, contest_id=home))
        assert "ajakan-memilih-sasaran" not in ids(rules.try_text(text, contest_id=away))
        assert "ajakan-memilih-sasaran" in ids(rules.try_text(text))


def test_joined_names_are_one_candidate() -> None:
    rules = two_contests()
    for text in ("pilih Hana-Iwan", "pilih hana iwan", "pilih HanaIwan"):
        assert "ajakan-memilih-sasaran" in ids(rules.try_text(text)), text


def test_common_word_counts_only_with_its_capitals() -> None:
    rules = two_contests()
    assert "ajakan-memilih-sasaran" in ids(rules.try_text("besok pilih Maju ya"))
    assert "ajakan-memilih-sasaran" not in ids(rules.try_text("besok pilih maju ya"))
    assert "ajakan-memilih-sasaran" not in ids(rules.try_text("BESOK PILIH MAJU YA"))


@pytest.mark.parametrize(
    "text", ["tgl 02-03 mantap", "jam 02.10 mantap", "RT 02 mantap", "08:02 mantap", "02 03 mantap", "0,02 mantap"]
)
def test_bare_number_in_dates_and_addresses(text: str) -> None:
    assert "nomor-menyala" not in ids(shipped().try_text(text))


@pytest.mark.parametrize(
    "text", ["02 menyala", "ayo 02 menyala!", "no.2 gaspol", "nomor urut dua harga mati", "paslon 02 tetap", "nmr 2 🔥"]
)
def test_written_forms_of_a_number(text: str) -> None:
    assert "nomor-menyala" in ids(shipped().try_text(text))


@pytest.mark.parametrize(
    ("tag", "found"),
    [
        ("#02Menang", True),
        ("#pilihnomor2", True),
        ("#menang2025", False),
        ("#dukung2024", False),
        ("#102menang", False),
    ],
)
def test_number_in_a_hashtag_is_whole(tag: str, found: bool) -> None:
    assert ("tagar-nomor" in ids(shipped().try_text(tag))) is found
