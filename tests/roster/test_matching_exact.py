"""Matching in figures and words: how strong each link is, what is said of it, and where each line is drawn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from monitor.models import (
    AccountRef,
    Actor,
    Appointment,
    Basis,
    Condition,
    Confidence,
    HandleSpan,
    PersonKind,
    Platform,
)
from monitor.roster import Roster
from monitor.roster.context import NEAR
from tests.fakes_roster import NOON, WIB, account, article, person, post

IG = Platform.INSTAGRAM
FULL = "Contoh Misal Rekaan"
FILL = "kata " * 20
POST, OFFICE = "jabatannya disebut di dekatnya", "instansinya disebut di dekatnya"


def found(text: str, *people: object, title: str = "Judul") -> list[tuple[int, float, str]]:
    roster = Roster(list(people), [], WIB)  # type: ignore[arg-type]
    return [(one.person.person_id, one.strength, one.why) for one in roster.actors(article(text, title=title))]


def one(text: str, name: str = FULL, office: str = "Dinas Uji", post: str = "Analis") -> tuple[float, str]:
    [(_, strength, why)] = found(text, person(1, name, office, post, "Kabupaten Andai"))
    return strength, why


# --------------------------------------------------------------------------- strengths and reasons


@pytest.mark.parametrize(
    ("text", "strength", "why"),
    [
        ("Contoh Misal Rekaan hadir.", 0.36, "nama lengkap tertulis dalam artikel."),
        ("Contoh M. Rekaan hadir.", 0.3, "nama dengan inisial tertulis dalam artikel."),
        ("Contoh Misal hadir.", 0.24, "bentuk pendek nama tertulis dalam artikel."),
        ("contoh misal rekaan hadir.", 0.18, "nama lengkap tertulis dalam artikel."),
        (
            "Contoh Misal Rekaan Umpama hadir.",
            0.18,
            "nama lengkap tertulis dalam artikel; mungkin bagian dari nama yang lebih panjang.",
        ),
        (
            "Contoh Misal Rekaan, Analis Dinas Uji Kabupaten Andai, hadir.",
            0.95,
            f"nama lengkap tertulis dalam artikel; {POST}; {OFFICE}; wilayahnya disebut.",
        ),
        ("Di Andai.\nContoh Misal Rekaan hadir.", 0.65, "nama lengkap tertulis dalam artikel; wilayahnya disebut."),
        ("Di Andai Contoh Misal Rekaan hadir.", 0.7, "nama lengkap tertulis dalam artikel; wilayahnya disebut."),
        (
            "Dinas: Contoh Misal Rekaan hadir.",
            0.675,
            "nama lengkap tertulis dalam artikel; instansinya disebut di dekatnya.",
        ),
        (
            "Analis: Contoh Misal Rekaan hadir.",
            0.7,
            "nama lengkap tertulis dalam artikel; jabatannya disebut di dekatnya.",
        ),
    ],
)
def test_what_makes_a_name_stronger_or_weaker(text: str, strength: float, why: str) -> None:
    assert one(text) == (strength, why)


def test_half_a_post_is_named_and_less_is_not() -> None:
    assert "jabatannya" in one("Penata: Contoh Misal Rekaan hadir.", post="Penata Laporan")[1]
    assert "jabatannya" not in one("Penata: Contoh Misal Rekaan hadir.", post="Penata Laporan Keuangan")[1]
    assert "instansinya" not in one("Dinas: Contoh Misal Rekaan hadir.", office="Dinas Uji Coba")[1]


def test_a_lone_name_beside_its_post() -> None:
    said = one("Kabag Hukum Misalkan membuka acara.", "Misalkan", "Bagian Hukum Setda", "Kepala Bagian")
    assert said == (
        0.5,
        "satu kata tertulis dalam artikel; jabatannya disebut di dekatnya; instansinya disebut di dekatnya.",
    )
    text = "Acara Bagian Hukum: {} membuka, Kepala Bagian."
    assert found(text.format("Misalkan"), person(1, "Misalkan", "Bagian Hukum", "Kepala Bagian"))
    for lone in ("misalkan", "Misalkan Umpama", "Bupati Misalkan", "jalan Misalkan"):
        assert not found(text.format(lone), person(1, "Misalkan", "Bagian Hukum", "Kepala Bagian")), lone
    assert found("Kepala Misalkan, Bagian Hukum", person(1, "Misalkan", "Bagian Hukum", "Kepala Bagian"))
    assert found("hadir", person(1, "Misalkan", "Bagian Hukum", "Kepala Bagian"), title="Misalkan, Kepala Bagian Hukum")


def test_the_best_mention_counts_and_all_are_shown() -> None:
    text = "Contoh Misal hadir. Contoh Misal Rekaan, Analis, bicara. contoh misal rekaan pulang."
    roster = Roster([person(1, FULL, "Dinas Uji", "Analis", "Kabupaten Andai")], [], WIB)
    (actor,) = roster.actors(article(text))
    assert (actor.strength, actor.basis, actor.account) == (0.7, Basis.NAME, None)
    raw = f"Judul\n{text}"
    assert [raw[start:end] for start, end in actor.spans] == ["Contoh Misal", FULL, FULL.lower()]
    assert actor.why == "nama lengkap tertulis dalam artikel; jabatannya disebut di dekatnya."
    assert actor.appointment == actor.person.appointments[0]


def test_a_name_of_several_people_is_shared_between_them() -> None:
    people = [person(number, "Contoh Misal", f"Kantor {number}", "Staf", "Kota Andai") for number in (2, 1)]
    said = "nama lengkap tertulis dalam artikel; 2 orang di daftar dapat dimaksud."
    assert found("Contoh Misal hadir.", *people) == [(1, 0.18, said), (2, 0.18, said)]
    roster = Roster(
        [person(1, "Contoh Misal Rekaan"), person(2, "Contoh Misal Umpama"), person(3, "Uji Andika")], [], WIB
    )
    assert [(each.person.person_id, each.same_name) for each in roster.actors(article("Contoh Misal dan Uji Andika"))] == [
        (3, 1), (1, 2), (2, 2),
    ]  # fmt: skip
    whole = Roster([person(1, FULL), person(2, FULL), person(3, "Contoh Misal")], [], WIB)
    assert {each.same_name for each in whole.actors(article("Contoh M. Rekaan hadir."))} == {2}


@pytest.mark.parametrize(("away", "near"), [(NEAR - 1, True), (NEAR, False)])
def test_how_many_words_around_a_name_count(away: int, near: bool) -> None:
    words = " ".join(["kata"] * away)
    for text in (f"Analis {words} {FULL} {FILL}", f"{FILL} {FULL} {words} analis"):
        assert ("jabatannya" in one(text)[1]) is near, text


def test_another_paragraph_is_not_around() -> None:
    assert "jabatannya" not in one(f"Analis\n{FULL} hadir.")[1]
    assert "jabatannya" not in one(f"{FULL} hadir.\nAnalis")[1]
    assert "jabatannya" in one(f"Lain\nAnalis {FULL}\nLain")[1]
    assert "jabatannya" in one(f"Lain\n{FULL} analis\nLain")[1]
    assert "jabatannya" in one(f"{FULL} hadir sebagai analis")[1]
    assert one(FULL)[0] == 0.36


def test_a_person_without_post_on_the_day_is_placed_by_the_last_one() -> None:
    old = Appointment(PersonKind.PNS, "Dinas Uji", "Analis", "Kabupaten Andai", date(2020, 1, 1), date(2024, 12, 31))
    roster = Roster([person(1, FULL, appointments=(old,)), person(2, "Uji Andika Rekaan", appointments=())], [], WIB)
    first, second = roster.actors(article(f"Analis {FULL}\nUji Andika Rekaan"))
    assert (first.strength, first.appointment) == (0.7, None)
    assert (second.person.person_id, second.strength) == (2, 0.36)


def test_fifty_mentions_are_weighed_and_the_rest_is_left() -> None:
    roster = Roster([person(1, FULL, region="Kabupaten Andai")], [], WIB)
    (actor,) = roster.actors(article("Contoh Misal Rekaan. " * 50 + f"{FILL}\nAnalis {FULL}."))
    assert (len(actor.spans), actor.strength) == (50, 0.36)
    (actor,) = roster.actors(article("Contoh Misal Rekaan. " * 49 + f"{FILL}\nAnalis {FULL}."))
    assert (len(actor.spans), actor.strength) == (50, 0.7)


# --------------------------------------------------------------------------- accounts


def test_an_account_in_words() -> None:
    roster = Roster([person(1, "Uji Andika")], [account(1, "77", "uji")], WIB)
    (sure,) = roster.actors(post(AccountRef(IG, "77", "lain")))
    assert (sure.strength, sure.why) == (1.0, "id akun yang tetap sama dengan di daftar")
    (weak,) = roster.actors(post(AccountRef(IG, "", " @UJI ")))
    assert weak.strength == 0.7
    assert weak.why == "nama akun sama dan berlaku pada tanggal itu, tetapi tanpa id akun yang tetap"
    assert weak.account == replace(account(1, "77", "uji"), confidence=Confidence.MATCHED)


def test_a_handle_of_two_accounts_is_shared_between_them() -> None:
    people = [person(1, "Uji Andika"), person(2, "Misal Rekaan")]
    roster = Roster(people, [account(2, "", "uji"), account(1, "", "uji")], WIB)
    actors = roster.actors(post(AccountRef(IG, "", "uji")))
    assert [(each.person.person_id, each.strength) for each in actors] == [(1, 0.35), (2, 0.35)]


def test_a_handle_beside_ids_on_one_side_only() -> None:
    without = Roster([person(1, "Uji Andika")], [account(1, "", "uji")], WIB)
    assert [each.strength for each in without.actors(post(AccountRef(IG, "99", "uji")))] == [0.7]
    assert without.actors(post(AccountRef(IG, "", ""))) == ()
    assert without.actors(post(AccountRef(Platform.TIKTOK, "", "uji"))) == ()
    both = Roster([person(1, "Uji Andika")], [account(1, "77", "uji")], WIB)
    assert both.actors(post(AccountRef(IG, "99", "uji"))) == ()


def test_two_people_with_one_account_stand_in_the_order_of_their_ids() -> None:
    people = [person(2, "Uji Andika"), person(1, "Misal Rekaan")]
    roster = Roster(people, [account(2, "77"), replace(account(1, "77"), account_id=5)], WIB)
    actors: tuple[Actor, ...] = roster.actors(post(AccountRef(IG, "77")))
    assert [each.person.person_id for each in actors] == [1, 2]
    assert roster.owners(AccountRef(IG, "77"), NOON) == {1, 2}
    assert roster.owners(AccountRef(IG, "78"), NOON) == frozenset()


@pytest.mark.parametrize(
    ("at", "owned"),
    [
        (datetime(2025, 3, 31, 16, 59, tzinfo=UTC), False),
        (datetime(2025, 3, 31, 17, 0, tzinfo=UTC), True),
        (datetime(2025, 4, 2, 16, 59, tzinfo=UTC), True),
        (datetime(2025, 4, 2, 17, 0, tzinfo=UTC), False),
    ],
)
def test_a_handle_counts_from_its_first_to_its_last_day_in_the_office(at: datetime, owned: bool) -> None:
    spans = (HandleSpan("uji", date(2025, 4, 1), date(2025, 4, 2)),)
    roster = Roster([person(1, "Uji Andika")], [account(1, spans=spans)], WIB)
    assert bool(roster.owners(AccountRef(IG, "", "uji"), at)) is owned


def test_every_name_of_a_persons_accounts() -> None:
    spans = (HandleSpan("lama"), HandleSpan("baru"), HandleSpan("lama"))
    accounts = [
        account(1, "7", spans=spans),
        account(1, "8", platform=Platform.TIKTOK),
        account(2, "9", "lain"),
    ]
    roster = Roster([person(1, "Uji Andika"), person(2, "Misal Rekaan")], accounts, WIB)
    assert roster.refs(1) == (
        AccountRef(IG, "7", "lama"),
        AccountRef(IG, "7", "baru"),
        AccountRef(Platform.TIKTOK, "8", ""),
    )
    assert roster.refs(3) == ()


def test_an_account_of_nobody_known_hides_no_other() -> None:
    roster = Roster([person(1, "Uji Andika")], [account(9, "77", "uji"), account(1, "77", "uji")], WIB)
    assert [each.person.person_id for each in roster.actors(post(AccountRef(IG, "77")))] == [1]
    assert [each.strength for each in roster.actors(post(AccountRef(IG, "", "uji")))] == [0.7]


def test_the_day_of_capture_stands_in_where_no_time_is_known() -> None:
    spans = (HandleSpan("uji", date(2025, 5, 1), date(2025, 5, 1)),)
    roster = Roster([person(1, "Uji Andika")], [account(1, spans=spans)], WIB)
    assert len(roster.actors(post(AccountRef(IG, "", "uji"), at=None))) == 1


# --------------------------------------------------------------------------- what the roster is known by


def test_the_digest_of_a_roster_is_pinned() -> None:
    """It stands in every screening and in the manifest of every phase run: another way of adding it up is a new version."""
    special = replace(account(1, "7", "uji"), conditions=frozenset({Condition.TRADE, Condition.FAKE}))
    people = [person(1, "Uji Andika"), person(2, "Misal Rekaan")]
    roster = Roster(people, [special, account(2, "8")], WIB)
    assert roster.digest == "7db9dc12d83e8d542cf6a9c7be6241c98f99243d3895d5286b4005c1df7f6717"
    assert Roster(people[::-1], [account(2, "8"), special], WIB).digest == roster.digest
    for other in (
        Roster(people[:1], [special, account(2, "8")], WIB),
        Roster(people, [special], WIB),
        Roster(people, [replace(special, conditions=frozenset()), account(2, "8")], WIB),
    ):
        assert other.digest != roster.digest


def test_a_headline_in_small_letters_is_not_wanted() -> None:
    roster = Roster([person(1, FULL), person(2, "Uji Andika")], [], WIB)
    assert roster.wanted("contoh misal rekaan dan Uji Andika")
    assert not roster.wanted("contoh misal rekaan dan uji andika")
