"""Near-duplicates are found, and nothing else is put together."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.grouping import THRESHOLD, alike, folded, group, grouped, shingles

# fmt: off
WORDS = ["ayo", "dukung", "bang", "andi", "mis", "untuk", "kabupaten", "contoh", "yang", "lebih", "maju", "bersama",
         "warga", "desa", "rekaan", "besok", "pagi"]
# fmt: on


def sentences(count: int, seed: int = 7) -> list[str]:
    dice = random.Random(seed)
    return [" ".join(dice.choice(WORDS) for _ in range(dice.randint(6, 18))) for _ in range(count)]


def test_equal_after_folding_is_one_group() -> None:
    texts = ["Ayo   DUKUNG Bang Andi", "ayo dukung bang andi", "ayo dukung\nbang andi", "besok kerja bakti"]
    assert group(texts) == [0, 0, 0, 3]
    assert grouped(texts) == [[0, 1, 2], [3]]


def test_a_changed_word_in_a_long_text_is_a_near_duplicate() -> None:
    base = "Mohon doa restu untuk pasangan Andi Misalkan dan Bunga Umpama, contoh bersinar di seluruh kecamatan rekaan"
    assert group([base, base + "!!", base.replace("seluruh", "semua"), "Jadwal imunisasi di puskesmas misal"]) == [
        0, 0, 0, 3,
    ]  # fmt: skip


def test_emptiness_is_no_likeness_and_short_texts_are_compared_whole() -> None:
    assert group(["", " ", "ok", "OK", "ya"]) == [0, 1, 2, 2, 4]
    assert group([]) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(max_size=60), max_size=40))
def test_every_member_is_alike_to_its_leader_and_leaders_lead_themselves(texts: list[str]) -> None:
    led = group(texts)
    assert led == group(texts)
    for place, leader in enumerate(led):
        assert leader <= place
        assert led[leader] == leader
        if leader != place:
            one, other = folded(texts[place]), folded(texts[leader])
            assert one == other or alike(shingles(one), shingles(other)) >= THRESHOLD


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=20))
def test_equal_texts_always_share_a_group(texts: list[str]) -> None:
    led = group([*texts, *texts])
    for place, text in enumerate(texts):
        if folded(text):
            assert led[place] == led[place + len(texts)]


def test_nearly_all_pairs_that_are_alike_are_found() -> None:
    base = sentences(400)
    near = [text + " ya" for text in base]
    led = group([*base, *near])
    alone = [
        place
        for place in range(len(base), len(led))
        if led[place] == place and alike(shingles(base[place - len(base)]), shingles(near[place - len(base)])) >= 0.8
    ]
    assert len(alone) <= 2


def test_the_place_in_a_batch_changes_nothing() -> None:
    texts = sentences(5000)
    assert group(texts)[:4000] == group(texts[:4000])


@pytest.mark.parametrize("hostile", ["a" * 100_000, "x\ud800" * 50, "x\x00" * 20, "🙂" * 3])
def test_hostile_texts_are_compared_like_others(hostile: str) -> None:
    assert group([hostile, hostile, "kerja bakti"])[:2] == [0, 0]
