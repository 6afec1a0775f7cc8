"""The parts of the rule language beyond any/all/none: counting, weights, open word ends, settings, trial rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.errors import RulesError
from monitor.models import Account, Basis, Confidence, HandleSpan, Level, Platform
from monitor.rules import RuleSet
from monitor.rules.lint import check
from monitor.rules.setting import in_office_hours
from tests.rules.test_loader import GOOD
from tests.rules.world import act, ids, own_folder, targets

ANY = 'any:\n  - "jaya selalu {kandidat}"\n'
YES = '    - "jaya selalu Bu Citra"\n'
NO = '    - "jaya selalu Kabupaten Contoh"\n'


def rule(instead: str, yes: str = "", no: str = "", **columns: str) -> str:
    text = GOOD.replace(ANY, instead + "\n")
    text = text.replace(YES, f'    - "{yes}"\n' if yes else YES).replace(NO, f'    - "{no}"\n' if no else NO)
    for name, value in columns.items():
        text = text.replace(f"{name}: ", f"{name}: {value} # ") if f"{name}: " in text else f"{text}{name}: {value}\n"
    return text


def load(folder: Path, text: str) -> RuleSet:
    return RuleSet.load(own_folder(folder, satu=text), targets())


def refused(folder: Path, text: str) -> str:
    with pytest.raises(RulesError) as caught:
        load(folder, text)
    return "\n".join(str(one) for one in caught.value.problems)


def found(rules: RuleSet, text: str) -> bool:
    return bool(rules.try_text(text))


def test_at_least_counts_conditions_not_places(tmp_path: Path) -> None:
    asked = 'at_least: {n: 2, of: ["gas pol", "{kandidat}", {emoji: ["🔥"]}]}\nnot_when: [negasi]'
    rules = load(tmp_path, rule(asked, "gas pol Bu Citra", "gas pol gas pol"))
    assert found(rules, "Cak Farid 🔥")
    assert not found(rules, "Cak Farid Cak Farid")
    assert not found(rules, "jangan gas pol, Cak Farid")
    assert [span.words for span in rules.try_text("gas pol 🔥")[0].spans] == ["gas pol", "🔥"]
    assert "lebih banyak daripada" in refused(tmp_path, rule("at_least: {n: 3, of: [satu, dua]}"))


WEIGHTS = (
    'weights:\n  - {phrase: "{kandidat}", weight: 3}\n  - {phrase: menyala, weight: 2}\n  - {emoji: ["🔥"], weight: 1}\n'
    "  - {phrase: sekolah, weight: -2}\nscore: {rendah: 3, sedang: 5, tinggi: 6}"
)


def test_weights_give_the_level(tmp_path: Path) -> None:
    rules = load(tmp_path, rule(WEIGHTS, "Bu Citra menyala", "menyala", level="tinggi"))
    levels = {
        "Bu Citra": Level.LOW,
        "Bu Citra Bu Citra": Level.LOW,
        "Bu Citra menyala": Level.MEDIUM,
        "Bu Citra menyala 🔥": Level.HIGH,
        "Bu Citra menyala di sekolah": Level.LOW,
    }
    for text, level in levels.items():
        assert [one.level for one in rules.try_text(text)] == [level], text
    assert not found(rules, "menyala")


@pytest.mark.parametrize(
    ("instead", "level", "said"),
    [
        ('weights: [{phrase: "jaya", weight: 2}]', "sedang", "harus ditulis berdua"),
        ("score: {sedang: 2}\nany: [jaya]", "sedang", "harus ditulis berdua"),
        (WEIGHTS, "sedang", "tulis level: tinggi"),
        ("weights: [{phrase: jaya, weight: 2}]\nscore: {sedang: 3}", "sedang", "tidak pernah tercapai"),
        ("weights: [{phrase: jaya, weight: 9}]\nscore: {sedang: 3, tinggi: 2}", "tinggi", "harus naik"),
        ("weights: [{phrase: jaya, weight: 0}]\nscore: {sedang: 3}", "sedang", "bobot 0"),
        ("weights: [{phrase: jaya, wieght: 2}]\nscore: {sedang: 2}", "sedang", "maksud Anda `weight`?"),
        ('at_least: {n: 1, of: ["{kandidta}", dua]}', "sedang", "maksud Anda `{kandidat}`?"),
        ('any: ["*dukung"]', "sedang", "hanya boleh di akhir kata"),
        ('any: ["du* saja"]', "sedang", "hanya boleh di akhir kata"),
    ],
)
def test_mistakes_in_counted_conditions(tmp_path: Path, instead: str, level: str, said: str) -> None:
    assert said in refused(tmp_path, rule(instead, level=level))


def test_star_opens_the_end_of_a_word(tmp_path: Path) -> None:
    rules = load(tmp_path, rule('any: ["relawan* {kandidat}", "gas* pol"]', "relawannya Bu Citra", "relawan desa"))
    spans = [
        span.words for one in rules.try_text("RELAWAN-relawaaan Cak Farid, gaspol, gaskeun pol!") for span in one.spans
    ]
    assert spans == ["relawaaan", "Cak Farid", "gaskeun", "pol"]
    assert not found(rules, "sukarelawan Bu Citra")


def test_star_within_a_word_is_a_character(tmp_path: Path) -> None:
    rules = load(tmp_path, rule('any: ["c*blos {nomor}"]', "c*blos nomor 2", "coblos nomor 2"))
    assert found(rules, "C*BLOS NOMOR 2")


def test_star_in_a_lexicon_and_a_hashtag(tmp_path: Path) -> None:
    folder = own_folder(
        tmp_path, satu=rule('any: ["{rukun} {kandidat}", {hashtag: "guyub*"}]', "guyubnya Bu Citra", "rukun")
    )
    (folder / "lexicon" / "rukun.yaml").write_text("name: rukun\ntitle: uji\nwords: [guyub*]\n", encoding="utf-8")
    rules = RuleSet.load(folder, targets())
    assert found(rules, "guyubbersama Cak Farid")
    assert found(rules, "#GuyubTerus")
    assert not found(rules, "keguyuban Cak Farid")
    (folder / "lexicon" / "rukun.yaml").write_text('name: rukun\ntitle: uji\nwords: ["gas* pol"]\n', encoding="utf-8")
    assert "hanya di akhir frasa" in refused_folder(folder)


def refused_folder(folder: Path) -> str:
    with pytest.raises(RulesError) as caught:
        RuleSet.load(folder, targets())
    return "\n".join(str(one) for one in caught.value.problems)


def test_near_in_order_or_not(tmp_path: Path) -> None:
    near = 'any: [{near: {words: [menyala, "{kandidat}"], within: 2, ordered: %s}}]'
    either = load(tmp_path / "a", rule(near % "false", "menyala Bu Citra", "menyala"))
    ordered = load(tmp_path / "b", rule(near % "true", "menyala Bu Citra", "menyala"))
    assert found(either, "Bu Citra menyala")
    assert not found(ordered, "Bu Citra menyala")
    for rules in (either, ordered):
        assert found(rules, "menyala wahai kawan Bu Citra")
        assert not found(rules, "menyala satu dua tiga Bu Citra")


def test_near_finds_the_nearest_of_many(tmp_path: Path) -> None:
    rules = load(
        tmp_path, rule('any: [{near: {words: ["{kandidat}", menyala], within: 1}}]', "menyala Bu Citra", "menyala")
    )
    text = "menyala satu dua tiga " * 60 + "menyala Bu Citra menyala"
    assert [span.words for one in rules.try_text(text) for span in one.spans] == ["menyala", "Bu Citra"]


def test_quoted_words_do_not_count(tmp_path: Path) -> None:
    rules = load(tmp_path, rule(ANY + "not_when: [kutipan]"))
    assert not found(rules, "Katanya “jaya selalu Bu Citra” begitu")
    assert not found(rules, 'Ia menulis "hore, jaya selalu Bu Citra!" kemarin')
    assert found(rules, 'jaya selalu "Bu Citra"')
    assert found(rules, '"halo" jaya selalu Bu Citra "halo"')


def with_applies(text: str, *examples: str) -> str:
    return rule(f"{ANY}applies_to: {text}")


def test_account_post_region_and_hour(tmp_path: Path) -> None:
    at_work = act("jaya selalu Bu Citra")  # a Monday, 10.00 WIB
    account = Account(1, 1, Platform.INSTAGRAM, "1", (HandleSpan("uji"),), Confidence.VERIFIED, official=True)
    official = replace(at_work, actor=replace(at_work.actor, account=account))
    for number, (applies, plain, office) in enumerate(
        (
            ("{account_kinds: [resmi]}", False, True),
            ("{account_kinds: [pribadi]}", False, False),
            ("{posts: [staf]}", True, True),
            ("{posts: ['sta*']}", False, False),
            ("{posts: ['staf*', camat]}", True, True),
            ("{posts: [camat]}", False, False),
            ("{regions: [kabupaten contoh]}", True, True),
            ("{regions: [Kota Lain]}", False, False),
            ("{office_hours: true}", True, True),
            ("{office_hours: false}", False, False),
        )
    ):
        if "'sta*'" in applies:
            applies = "{posts: ['stafsus*']}"  # noqa: PLW2901 - a longer word than the post
        rules = load(tmp_path / str(number), with_applies(applies))
        assert (bool(rules.match(at_work)), bool(rules.match(official))) == (plain, office), applies
        assert found(rules, "jaya selalu Bu Citra"), "unknown things hold nothing back when trying by hand"


def test_office_hours() -> None:
    wib = ZoneInfo("Asia/Jakarta")
    assert in_office_hours(datetime(2025, 5, 12, 7, 30, tzinfo=wib))
    assert not in_office_hours(datetime(2025, 5, 12, 16, 0, tzinfo=wib))
    assert not in_office_hours(datetime(2025, 5, 11, 10, 0, tzinfo=wib))


def test_repeated_acts_of_one_person(tmp_path: Path) -> None:
    rules = load(tmp_path, with_applies("{repeated: {count: 3, days: 7}}"))
    now = act("jaya selalu Bu Citra")
    at = now.stored.item.happened_at
    assert at is not None

    def after(*days: float) -> bool:
        return bool(rules.match(replace(now, earlier=tuple(at - timedelta(days=one) for one in days))))

    assert not rules.match(now), "nothing looked up, nothing said"
    assert not after(1)
    assert after(1, 6.9)
    assert not after(1, 8, 9)
    assert not after(1, -1), "what came later does not count"


def test_trial_rules_run_and_are_marked(tmp_path: Path) -> None:
    rules = load(tmp_path, rule(ANY, status="bayangan"))
    (match,) = rules.match(act("jaya selalu Bu Citra"))
    assert match.shadow
    assert rules.try_text("jaya selalu Bu Citra") == ()
    assert not rules.interesting("jaya selalu Bu Citra")


def test_known_misses_are_kept_and_noticed(tmp_path: Path) -> None:
    text = GOOD + '  known_misses:\n    - "jaya terus Bu Citra"\n    - "jaya selalu Cak Farid"\n'
    folder = own_folder(tmp_path, satu=text)
    assert ids(RuleSet.load(folder, targets()).try_text("jaya selalu Cak Farid")) == {"contoh-aturan"}
    doubts = [one.message for one in check(folder, targets()).doubts]
    assert [one for one in doubts if "known_misses" in one] == ["`known_misses` ke-2 sekarang cocok"]


def test_actor_without_account(tmp_path: Path) -> None:
    rules = load(tmp_path, with_applies("{account_kinds: [pribadi]}"))
    one = act("jaya selalu Bu Citra", at=datetime(2025, 5, 12, 3, tzinfo=UTC))
    assert one.actor is not None
    assert one.actor.basis is Basis.ACCOUNT_ID
    assert rules.match(one) == ()
