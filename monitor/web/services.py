"""What the page needs of the rest: given to it whole, so that it constructs nothing and knows no settings file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from monitor.calendar import Calendar
from monitor.capture.ocr import Reader
from monitor.config import Config
from monitor.custody import Stamp, no_stamp
from monitor.docket import Law
from monitor.evidence import Archive
from monitor.exchange.compare import Side
from monitor.fetch import Provider
from monitor.governance import Governance
from monitor.judge import Judges
from monitor.reports.desk import Bureau
from monitor.store import Store
from monitor.web.again import Again


@dataclass(frozen=True, slots=True)
class RuleDesk:
    """What the pages of the rules work with.

    `judges` gives those in force now, `judges_of` those by a folder of rules, word lists, targets and calendar; without
    it a trial of targets or calendar tries their words alone.
    """

    governance: Governance
    judges: Callable[[], Judges]
    judges_of: Callable[[Path], Judges] | None = None


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a request may use.

    `clock` gives aware UTC; `secret_key` signs sessions and forms and is never logged; `demo_login` is the invented
    user and password that the login page shows in demo mode, None in an office; without a `desk` rules have no page;
    without a `reader` nobody reads the words in pictures; without `again` the page starts no collecting, without a
    `calendar` coverage knows no phases. `provider` vouches for users elsewhere; with a `lasting_key` that outlives a
    restart second factors can be sealed.
    """

    config: Config
    store: Store
    archive: Archive
    clock: Callable[[], datetime]
    secret_key: str = field(repr=False)
    demo_login: tuple[str, str] | None = field(default=None, repr=False)
    desk: RuleDesk | None = None
    again: Again | None = None
    calendar: Callable[[], Calendar] | None = None
    reader: Reader | None = None
    stamp: Callable[[bytes], Stamp | None] = no_stamp
    provider: Provider | None = None
    lasting_key: bool = True
    bureau: Bureau | None = None
    """What case files are made with; None: there are none."""
    offices: Callable[[frozenset[str], str], list[Side]] | None = None
    """Puts offices beside each other, for a reader of these regions (empty = all), limited to one region ("" = all)."""
    law: Callable[[], Law] | None = None
    """What deadlines are counted with; None: none are."""
