"""Rule matches + score + setting -> Opinion or None. Pure: no clock, no database, no chance.

Rule part and model part stay apart and are both shown. Nothing here judges a person: `urgency` orders a queue by what
was done and when, never by who did it.

What reaches the queue:
  * any rule of level sedang or tinggi;
  * the model alone, from `Limits.flag` upwards (sedang; tinggi from `Limits.high`);
  * info and rendah rules only beside one of those: alone they are stored with the screening and shown to nobody;
  * what a person recorded by hand and a second one confirmed, always (sedang): what stands in its pictures a machine
    may fail to read.
A like or share without words of its own is judged by its ground: a registered campaign account (rules), or the content
of the post it was done to, which is never more than `sedang` (domain decision 3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from classifiers.labels import Score
from monitor.models import (
    CAPTURED,
    WORDLESS,
    Act,
    Actor,
    Basis,
    Confidence,
    Ground,
    ItemKind,
    Level,
    Match,
    Opinion,
    Phase,
    Reason,
    Relation,
    Span,
    WordMark,
)
from monitor.models import Field as TextField

NEAR_NAME = 400  # characters, about three sentences
_BASE = {Level.INFO: 0.0, Level.LOW: 10.0, Level.MEDIUM: 40.0, Level.HIGH: 70.0}
_PHASE = {Phase.QUIET: 12.0, Phase.VOTING: 12.0, Phase.CAMPAIGN: 6.0, Phase.CANDIDATE: 4.0, Phase.ASPIRANT: 3.0}
_MODEL_SHARE = 10.0
_SURE_SHARE = 5.0
_CONFIDENCE = {Confidence.VERIFIED: 1.0, Confidence.MATCHED: 0.8, Confidence.CLAIMED: 0.5}
_CLOCK = (40.0, 30.0, 22.0, 15.0, 8.0, 8.0, 8.0, 8.0)  # by days left: today or past, 1, 2, … 7


@dataclass(frozen=True, slots=True)
class Limits:
    """Probabilities from which the model alone makes a flag (`flag`) and calls it high (`high`)."""

    flag: float
    high: float


def triage(
    act: Act, matches: Sequence[Match], score: Score | None, limits: Limits, digests: tuple[tuple[str, str], ...] = ()
) -> Opinion | None:
    """Give the machine's opinion of an act, or None when there is nothing to put before a human.

    `score` is that of the act's own words, or of the parent's where the act has none; None when there are no words.
    Raising the probability or adding a match never lowers the level (property-tested).
    """
    probability = score.probability if score is not None else None
    level = level_of(act, matches, probability, limits)
    if level is None or act.actor is None:
        return None
    matches = _about(act, act.actor, [match for match in matches if not match.shadow])
    wordless = act.stored.item.kind in WORDLESS and not act.stored.item.text.strip()
    ground = _ground(act, matches, wordless=wordless)
    return Opinion(
        level=level,
        reasons=tuple(_reasons(act, matches, score, limits, ground)),
        forms=tuple(dict.fromkeys(chain.from_iterable(match.forms for match in matches))),
        matches=tuple(sorted(matches, key=lambda match: (-match.level.rank, match.rule_id))),
        probability=probability,
        words=tuple(WordMark(word.word, word.weight) for word in score.words) if score is not None else (),
        ground=ground,
        setting=act.setting,
        urgency=_urgency(act, level, probability),
        digests=digests,
    )


def level_of(act: Act, matches: Sequence[Match], probability: float | None, limits: Limits) -> Level | None:
    """Give at which level an act is put before a human, None where it is not.

    Matches of level info and rendah, and those of rules on trial, change nothing of it.
    """
    actor, item = act.actor, act.stored.item
    if actor is None or item.kind is ItemKind.FOLLOW or _out_of_office(act):
        return None
    levels = _model_levels(act, actor, probability, limits)
    if matches:
        levels += [match.level for match in _about(act, actor, [match for match in matches if not match.shadow])]
    level = max(levels, key=lambda one: one.rank, default=None)
    if level is None or level.rank < Level.MEDIUM.rank:
        return Level.MEDIUM if recorded(act) else None
    if item.kind is ItemKind.ARTICLE:
        return Level.MEDIUM  # a name in the news is a lead for a human, never more
    return level


def recorded(act: Act) -> bool:
    """Tell whether people recorded this act by hand and looked at it already."""
    return act.stored.item.source_id.startswith(CAPTURED)


def _about(act: Act, actor: Actor, matches: Sequence[Match]) -> Sequence[Match]:
    """Keep what an article says near a person's name: one named at its end has no part in an event at its head."""
    if act.stored.item.kind is not ItemKind.ARTICLE:
        return matches
    start_of = {TextField.TITLE: 0, TextField.TEXT: len(act.stored.item.title) + 1}

    def near(span: Span) -> bool:
        at = start_of.get(span.field)
        return at is not None and any(
            start - NEAR_NAME <= at + span.end and at + span.start <= end + NEAR_NAME for start, end in actor.spans
        )

    return [match for match in matches if any(near(span) for span in match.spans)]


def _out_of_office(act: Act) -> bool:
    """Tell whether the person was no civil servant on the day: known history without an appointment then."""
    actor = act.actor
    return actor is not None and act.stored.item.happened_at is not None and actor.appointment is None


def _model_levels(act: Act, actor: Actor, probability: float | None, limits: Limits) -> list[Level]:
    if probability is None or probability < min(limits.flag, limits.high) or not _speaks(act, actor):
        return []
    item = act.stored.item
    if probability >= limits.high and item.text.strip() and item.kind is not ItemKind.ARTICLE:
        return [Level.HIGH]
    return [Level.MEDIUM] if probability >= limits.flag else []


def _speaks(act: Act, actor: Actor) -> bool:
    """Tell whether the scored words may be laid to this person.

    The words of an article are the paper's, so the model never makes a lead of one. A bare like of somebody's partisan
    words counts only where the account is surely the person's and known to belong to a side: a like on any other
    account stays the lowest tier and is left to rules.
    """
    item = act.stored.item
    if item.kind is ItemKind.ARTICLE or actor.basis is Basis.NAME:
        return False
    if item.kind in WORDLESS and not item.text.strip():
        return (
            act.setting.relation in {Relation.CAMPAIGN, Relation.CANDIDATE, Relation.PARTY}
            or item.kind is ItemKind.SHARE
        )
    return True


def _ground(act: Act, matches: Sequence[Match], *, wordless: bool) -> Ground:
    if any(match.ground is Ground.CAMPAIGN_ACCOUNT for match in matches) or (
        wordless and act.setting.relation is Relation.CAMPAIGN
    ):
        return Ground.CAMPAIGN_ACCOUNT
    return Ground.PARTISAN_CONTENT if wordless else Ground.OWN_TEXT


_GROUND_SAID = {
    Ground.CAMPAIGN_ACCOUNT: "Tindakan ini dilakukan pada akun pemenangan yang terdaftar.",
    Ground.PARTISAN_CONTENT: "Tindakan ini tanpa kata; yang dinilai adalah isi unggahan yang disukai atau dibagikan.",
}


def _reasons(act: Act, matches: Sequence[Match], score: Score | None, limits: Limits, ground: Ground) -> list[Reason]:
    reasons = [
        Reason(f"aturan:{match.rule_id}", f"Aturan “{match.title}” (tingkat {match.level}){_quoted(match)}.")
        for match in sorted(matches, key=lambda match: (-match.level.rank, match.rule_id))
    ]
    if ground in _GROUND_SAID:
        reasons.append(Reason(f"dasar:{ground}", _GROUND_SAID[ground]))
    if score is not None and act.stored.item.kind is not ItemKind.ARTICLE:
        reasons.append(_model_reason(score, limits))
    reasons.extend(_cautions(act))
    return reasons


def _quoted(match: Match) -> str:
    words = list(dict.fromkeys(span.words for span in match.spans))[:3]
    return ": " + ", ".join(f"“{word}”" for word in words) if words else ""


def _model_reason(score: Score, limits: Limits) -> Reason:
    shown = f"{score.probability:.2f}".replace(".", ",")
    if score.probability >= limits.flag:
        return Reason("model", f"Model bahasa menduga teks ini memihak (peluang {shown}).")
    return Reason("model_rendah", f"Model bahasa tidak menduga teks ini memihak (peluang {shown}).")


def _cautions(act: Act) -> list[Reason]:
    """Say what speaks for the person, or weakens the link, beside what speaks for a look."""
    actor, said = act.actor, list[Reason]()
    if actor is None:
        return said
    if recorded(act):
        said.append(
            Reason(
                "tangkapan", "Direkam orang dan dibenarkan orang kedua; lihat gambarnya, mesin dapat luput membacanya."
            )
        )
    if actor.basis is Basis.NAME:
        others = f" Nama ini dimiliki {actor.same_name} orang di daftar." if actor.same_name > 1 else ""
        said.append(Reason("nama_saja", f"Hanya namanya yang disebut dalam berita; ini petunjuk, bukan bukti.{others}"))
    if actor.basis is Basis.HANDLE:
        said.append(Reason("nama_akun", "Akun dikenali dari nama akun, bukan id tetap; pastikan ini memang akunnya."))
    if actor.account is not None:
        said.extend(
            Reason(f"akun:{condition}", f"Akun ini bertanda “{condition}”.")
            for condition in sorted(actor.account.conditions)
        )
    if actor.person.spouse_of_candidate:
        said.append(
            Reason("pasangan_calon", "Suami/istri calon: hadir pasif dan foto tanpa simbol saat CLTN diperbolehkan.")
        )
    if act.stored.item.happened_at is None:
        said.append(Reason("tanpa_waktu", "Waktu tindakan tidak diketahui; tahapan perlu dipastikan."))
    elif act.setting.phase is None:
        said.append(Reason("tanpa_tahapan", "Tidak ada tahapan yang tercatat untuk wilayah dan tanggal ini."))
    return said


@dataclass(frozen=True, slots=True)
class Share:
    """One part of an urgency: `key` is tingkat, tahapan, model, akun or tenggat; `points` of about 100."""

    key: str
    points: float


def urgency_shares(opinion: Opinion, actor: Actor | None, days_left: int | None = None) -> tuple[Share, ...]:
    """Take an urgency apart: the level of what was found, the phase, model and account link, and the legal clock.

    Nothing in it says anything of the person: not their post, office, name or what was decided of them before.
    """
    return _shares(opinion.level, opinion.setting.phase, opinion.probability, actor, days_left)


def clock_points(days_left: int) -> float:
    """Give what the legal clock adds: nothing beyond a week, most on the last day and after it."""
    return _CLOCK[max(0, days_left)] if days_left < len(_CLOCK) else 0.0


def _urgency(act: Act, level: Level, probability: float | None) -> float:
    """Order the queue, 0 to 100: level first, then phase, then how sure the model and the account link are."""
    return round(sum(one.points for one in _shares(level, act.setting.phase, probability, act.actor, None)), 3)


def _shares(
    level: Level, phase: Phase | None, probability: float | None, actor: Actor | None, days_left: int | None
) -> tuple[Share, ...]:
    link = 0.0
    if actor is not None:
        link = actor.strength * (_CONFIDENCE[actor.account.confidence] if actor.account is not None else 1.0)
    return (
        Share("tingkat", _BASE[level]),
        Share("tahapan", _PHASE.get(phase, 0.0) if phase is not None else 0.0),
        Share("model", _MODEL_SHARE * (probability or 0.0)),
        Share("akun", _SURE_SHARE * link),
        Share("tenggat", clock_points(days_left) if days_left is not None else 0.0),
    )
