"""Why a flag stands where it stands in the queue, in words: about the act, the day and the link, never the person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from monitor.docket import duty
from monitor.models import Flag
from monitor.triage import clock_points, urgency_shares
from monitor.web.i18n import chance, number, t
from monitor.web.safety import services
from monitor.web.views import phase_key

_WORTH_SAYING = 2.0


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the urgency: its words and its points."""

    words: str
    points: str


def days_left(flag_ids: Sequence[int]) -> dict[int, int]:
    """Give the days until the law wants an end, of those of these cases for which a clock runs."""
    today = services().clock().astimezone(services().config.zone).date()
    return {key: (due - today).days for key, due in services().store.postponed.dues(flag_ids).items()}


def parts(flag: Flag, left: int | None) -> tuple[Part, ...]:
    """Give every part of a flag's urgency that has points, most first."""
    opinion, account = flag.opinion, flag.actor.account
    said = {
        "tingkat": t(f"tingkat.{opinion.level.value}"),
        "tahapan": t(f"tahapan.{phase_key(opinion)}"),
        "model": chance(opinion.probability) if opinion.probability is not None else "",
        "akun": t(f"keyakinan.{account.confidence.value}") if account is not None else t("mendesak.nama_saja"),
        "tenggat": left_words(left),
    }
    shares = sorted(urgency_shares(opinion, flag.actor, left), key=lambda one: -one.points)
    return tuple(
        Part(t(f"mendesak.{one.key}", apa=said[one.key]), number(one.points, 0)) for one in shares if one.points >= 0.5
    )


def line(flag: Flag, left: int | None = None) -> str:
    """Say in one line what lifts a flag most."""
    opinion, account = flag.opinion, flag.actor.account
    said = [t(f"tingkat.{opinion.level.value}").lower()]
    heavy = {one.key for one in urgency_shares(opinion, flag.actor, left) if one.points >= _WORTH_SAYING}
    if left is not None:
        said.insert(0, left_words(left))
    if "tahapan" in heavy:
        said.append(t(f"tahapan.{phase_key(opinion)}").lower())
    if account is not None:
        said.append(t("mendesak.akun", apa=t(f"keyakinan.{account.confidence.value}").lower()))
    return " · ".join(said)


def left_words(left: int | None) -> str:
    """Say how many days the law leaves, "" where no clock runs."""
    if left is None:
        return ""
    return t("mendesak.lewat", n=-left) if left < 0 else t("mendesak.sisa", n=left)


def keep_time() -> None:
    """Let the legal days weigh anew in the order of the queue, once an hour at most."""
    made, now = services().law, services().clock()
    if made is None:
        return
    law = made()

    def weigh() -> dict[int, tuple[date, float]]:
        found: dict[int, tuple[date, float]] = {}
        for case in services().store.deadlines.all():
            first = duty(case, law, now)
            if first.first is not None and first.first.due is not None and first.days_left is not None:
                found[case.flag_id] = (first.first.due, clock_points(first.days_left))
        return found

    services().store.postponed.keep_time(now.astimezone(services().config.zone).strftime("%Y-%m-%d %H"), weigh)
