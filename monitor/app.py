"""Composition root: the only place that constructs, reads the environment and knows the clock."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Self

import monitor
from classifiers import chosen
from classifiers.errors import ClassifierError
from classifiers.pipeline import AdditiveClassifier, load_model
from classifiers.text import TargetTerms
from monitor import config as settings
from monitor import legalbasis, legalclock, lookout, permits, thresholds
from monitor.calendar import Calendar
from monitor.capture import ocr
from monitor.collectors import ACCOUNTS_OF, Source, Watched, Watching, build_accounts, build_import, build_source
from monitor.config import Config
from monitor.context import Context
from monitor.coverage import Line, alarm_lines, assess, cells, eyes, missing
from monitor.custody import Stamper, build_stamper
from monitor.door import page_key
from monitor.errors import ModelError
from monitor.evidence import Archive
from monitor.fetch import DispatchingFetcher, Fetcher, Meter, build_fetcher, meters_of, named_by
from monitor.governance import Governance
from monitor.judge import Judges, digest_of
from monitor.models import AccountRef, Condition, Relation
from monitor.pipeline import Collected
from monitor.roster import Roster
from monitor.rules import RuleSet
from monitor.store import Share, Standing, Store
from monitor.targets import Targets, Terms
from monitor.triage import Limits

Clock = Callable[[], datetime]
FILES = (settings.FileSource, settings.ArticleSource, settings.ImportSource)
"""Settings of sources that read files people bring."""

_CAMPAIGNING = frozenset({Relation.CAMPAIGN, Relation.CANDIDATE, Relation.PARTY})


def utc_now() -> datetime:
    """The real clock, in aware UTC."""
    return datetime.now(UTC)


def masking_terms(terms: Terms) -> TargetTerms:
    """Hand the contest's words to the classifier as plain data."""
    return TargetTerms(
        names=terms.names,
        parties=terms.parties,
        camps=terms.camps,
        slogans=terms.slogans,
        hashtags=terms.hashtags,
        accounts=terms.accounts,
        numbers=terms.numbers,
    )


def read_model(path: str, terms: Terms, root: Path, base_rate: float | None = None) -> AdditiveClassifier:
    """Load the shipped model ("") or a named one, knowing the contest; `base_rate` moves its probabilities.

    Raises:
        ModelError: the file is missing, of another version or tampered with.
    """
    try:
        return load_model(root / path if path else None, masking_terms(terms), base_rate)
    except ClassifierError as error:
        raise ModelError(
            f"Model tidak dapat dipakai: {error}. Pasang ulang berkasnya, atau latih lagi dengan `netra model train`."
        ) from error


def real_sleep(seconds: float) -> None:
    """Wait, without holding the process against Ctrl+C."""
    threading.Event().wait(seconds)


@dataclass
class App:
    """One office: its settings and everything built from them, each part when it is first needed."""

    config: Config
    root: Path
    clock: Clock
    sleep: Callable[[float], None]
    _revision: int = 0

    @classmethod
    def build(cls, config_path: Path, clock: Clock = utc_now, sleep: Callable[[float], None] = real_sleep) -> Self:
        """Read the settings; paths in them count from the folder of the file.

        Raises:
            ConfigError: every mistake at once.
        """
        return cls(settings.load(config_path), config_path.resolve().parent, clock, sleep)

    @classmethod
    def reading(cls, config_path: Path) -> Self:
        """Build an office that exists already for reading alone, beside the process that writes.

        Raises:
            ConfigError: every mistake at once. StoreError: no database of this Netra.
        """
        app = cls.build(config_path)
        app.store = Store.read_only(app.root / app.config.database, app.clock, app.config.zone)
        return app

    @cached_property
    def store(self) -> Store:
        """The database; made when it does not exist yet."""
        path = self.root / self.config.database
        path.parent.mkdir(parents=True, exist_ok=True)
        return Store.open(path, self.clock, zone=self.config.zone, second_share=self.config.review.second_share)

    @cached_property
    def archive(self) -> Archive:
        """Where raw answers are kept."""
        return Archive(self.root / self.config.archive)

    @property
    def heads(self) -> Path:
        """Folder of the written heads of the audit chain."""
        return self.root / self.config.heads

    @property
    def rules_folder(self) -> Path:
        """Folder of rules, targets, calendar and lexicons, as people edit them."""
        return self.root / self.config.rules

    @property
    def backtests(self) -> Path:
        """Folder of what unfinished backtests have found so far."""
        return (self.root / self.config.database).parent / "uji-balik"

    @cached_property
    def governance(self) -> Governance:
        """Who changed which rule, and which contents are in force."""
        cache = (self.root / self.config.database).parent / "aturan-berlaku"
        return Governance(self.store, self.rules_folder, cache, self._load_rules)

    @cached_property
    def rules_in_force(self) -> Path:
        """Folder of what is approved: the edited one where they agree, or where no office has begun yet."""
        begun = "store" in self.__dict__ or (self.root / self.config.database).exists()
        return self.governance.folder() if begun else self.rules_folder

    def _load_rules(self, folder: Path) -> RuleSet:
        """Read everything of a folder, so that every mistake of it is told."""
        Calendar.load(folder / "calendar")
        legalclock.load(folder / "calendar")
        thresholds.load(folder)
        legalbasis.check(folder)
        return RuleSet.load(folder, Targets.load(folder / "targets", only=self.config.contests), self.config.zone)

    def rule_notes(self) -> list[str]:
        """Say where the files of the rules differ from what is approved; a valid change becomes a draft."""
        notes = [*self.governance.sync().lines(), *map(str, self.store.breaker.stops(open_only=True))]
        layer = self.rules.loaded.layer
        return [*notes, *map(str, (*layer.adrift, *layer.moved))]

    def _keep_up(self) -> None:
        """Forget what was built from rules that are no longer in force."""
        self.governance.ready()
        revision = self.store.rulebook.revision()
        if self._revision not in {0, revision}:
            for part in ("rules_in_force", "targets", "calendar", "rules", "classifier"):
                self.__dict__.pop(part, None)
        self._revision = revision

    @cached_property
    def targets(self) -> Targets:
        """The contests the office watches."""
        return Targets.load(self.rules_in_force / "targets", only=self.config.contests)

    @cached_property
    def calendar(self) -> Calendar:
        """Phases and holidays."""
        return Calendar.load(self.rules_in_force / "calendar")

    @cached_property
    def rules(self) -> RuleSet:
        """The compiled rules."""
        return RuleSet.load(self.rules_in_force, self.targets, self.config.zone)

    @cached_property
    def classifier(self) -> AdditiveClassifier:
        """The model, told the names of the active contests so that it can be blind to them."""
        return read_model(self.model_path, self.targets.terms(), self.root, self.config.base_rate)

    @property
    def models_folder(self) -> Path:
        """Folder of the models that the office learnt from its own decisions."""
        return (self.root / self.config.database).parent / "model"

    @property
    def model_path(self) -> str:
        """The model that was promoted from the office's own decisions, else that of the settings; "" = shipped."""
        try:
            promoted = chosen.chosen(self.models_folder)
        except ClassifierError as error:
            raise ModelError(str(error)) from error
        return self.config.model if promoted is None else str(promoted.resolve())

    @property
    def roster(self) -> Roster:
        """The civil servants as they stand in the database now."""
        return Roster(self.store.roster.persons(), self.store.roster.accounts(), self.config.zone)

    @property
    def limits(self) -> Limits:
        """Thresholds that were approved (`ambang/model.yaml`), else those of the settings, else the model's own."""
        return self._limits(self.rules_in_force)

    def _limits(self, folder: Path) -> Limits:
        chosen = thresholds.load(folder) or self.config.thresholds or self.classifier.thresholds
        return Limits(chosen.flag, chosen.high)

    def judges(self) -> Judges:
        """Everything that judges, frozen together with its digests."""
        self._keep_up()
        return self._judges(self.rules, self.targets, self.calendar, self.classifier, self.limits)

    def judges_of(self, folder: Path) -> Judges:
        """Everything that judges, by the rules, word lists, targets and calendar of another folder.

        Targets or calendar that the folder does not hold are those in force.

        Raises:
            RulesError: every mistake of the folder.
        """
        self._keep_up()
        held = {
            name: (folder if (folder / name).is_dir() else self.rules_in_force) / name
            for name in ("targets", "calendar")
        }
        targets = Targets.load(held["targets"], only=self.config.contests)
        same = targets.digest == self.targets.digest
        classifier = (
            self.classifier if same else read_model(self.model_path, targets.terms(), self.root, self.config.base_rate)
        )
        rules = RuleSet.load(folder, targets, self.config.zone)
        limits = self._limits(folder if (folder / "targets").is_dir() else self.rules_in_force)
        return self._judges(rules, targets, Calendar.load(held["calendar"]), classifier, limits)

    def _judges(
        self, rules: RuleSet, targets: Targets, calendar: Calendar, classifier: AdditiveClassifier, limits: Limits
    ) -> Judges:
        roster = self.roster
        context = Context(targets, calendar, self.config.zone, self.config.office.region, self.config.contests)
        digests = (
            ("aturan", rules.digest),
            ("model", classifier.model_id),
            ("daftar", roster.digest),
            ("sasaran", targets.digest),
            ("kalender", calendar.digest),
            ("ambang", f"{limits.flag:.4f}/{limits.high:.4f}"),
            ("netra", monitor.__version__),
        )
        fresh = self.config.breaker
        share = Share(fresh.fresh_days, fresh.max_share, fresh.min_items)
        whole, past = digest_of(digests), self.store.acts
        judges = Judges(roster, context, rules, classifier, limits, digests, whole, past, share=share)
        return judges.without(self.store.breaker.stopped(rules.contents))

    def sources(self, only: Sequence[str] = ()) -> list[Source]:
        """The sources of the settings, or those named; one that stands for accounts becomes one an account.

        `only` takes the id of the settings, or that of one account (`<id>/<account>`).
        """
        chosen = [one for one in self.config.sources if not only or one.id in {name.partition("/")[0] for name in only}]
        roster, rules, recorded = self.roster, self.rules, permits.recorded(self.config, self.root, self.clock())

        def wanted(text: str) -> bool:
            return roster.wanted(text) or rules.interesting(text)

        built: list[Source] = []
        for one in chosen:
            if one.type in ACCOUNTS_OF:
                built += build_accounts(one, self._watching)
            elif isinstance(one, settings.ImportSource):
                built.append(build_import(one, self._watching, self._list_files))
            else:
                built.append(build_source(one, wanted=wanted, list_files=self._list_files, recorded=recorded))
        ids = set(only)
        return [one for one in built if not ids or {one.source_id, one.source_id.partition("/")[0]} & ids]

    def gather(self, only: Sequence[str], tell: Callable[[Collected], None]) -> list[Collected]:
        """Collect from the sources named, or from all, canaries first; see `lookout.gather`."""
        return lookout.gather(self, only, tell)

    def alarms(self) -> list[str]:
        """Say what nobody has answered yet, in Indonesian: blind sources and silences."""
        return alarm_lines(self.store.alarms)

    def coverage(self, standings: Mapping[str, Standing] | None = None, on: date | None = None) -> list[Line]:
        """Say what was seen of every account of the roster (`on`: of that day), in the window of `standings` or now."""
        wanted = cells(self.store.coverage.subjects(on=on), eyes(self.config.sources))
        return assess(wanted, self.store.coverage.now() if standings is None else standings)

    def missing(self) -> list[str]:
        """Give the ids of the sources that may be asked and are not proved as things stand now."""
        return missing(self.coverage())

    def intervals(self) -> dict[str, timedelta]:
        """How often each source is due, by `source_id`; every watched account stands for itself."""
        every: dict[str, timedelta] = {}
        for one in self.config.sources:
            gap, platform = self.config.every(one.id), ACCOUNTS_OF.get(one.type)
            keys = [""] if platform is None else [f"/{account.key}" for account in self._watching.on(platform)]
            every |= {f"{one.id}{key}": gap for key in keys}
        return every

    @property
    def _watching(self) -> Watching:
        """Every account to look at as things stand now: the roster's, and those of campaigns, candidates, parties."""
        today = self.clock().astimezone(self.config.zone).date()
        people = [
            Watched(one.platform, one.native_id, one.handle, rostered=True)
            for one in self.store.roster.accounts()
            if Condition.FAKE not in one.conditions
        ]
        campaigns = [
            Watched(one.platform, one.native_id, one.handle, campaign=True)
            for contest in self.targets.contests
            for one in contest.accounts
            if one.role in _CAMPAIGNING
            and self.targets.relation(AccountRef(one.platform, one.native_id, one.handle), today) in _CAMPAIGNING
        ]
        own = [Watched(one.platform, one.account) for one in lookout.perches(self.config).values() if one.account]
        return Watching((*people, *campaigns, *own), self.store.items.held, self.store.acts.stored)

    def _list_files(self, pattern: str) -> list[str]:
        """Name the files of a source's pattern, relative to the settings' folder where they lie below it."""
        found = [path for path in named_by(self.root, pattern) if path.is_file()]
        return [str(path if Path(pattern).is_absolute() else path.relative_to(self.root)) for path in found]

    def fetcher(self) -> Fetcher:
        """Give the one polite client and the reader of files that people bring, with the budget of a new run."""
        self._fetcher.begin_run()
        return self._fetcher

    @cached_property
    def _fetcher(self) -> DispatchingFetcher:
        return build_fetcher(
            self.config.fetching,
            contact=self.config.office.contact,
            version=monitor.__version__,
            root=self.root,
            patterns=[one.path for one in self.config.sources if isinstance(one, FILES)],
            pace=self.store.runs,
            meters=self.meters,
            ledger=self.store.quota,
            clock=self.clock,
            sleep=self.sleep,
            jitter=random.Random().random,  # noqa: S311 - spreads requests, guards nothing
        )

    @cached_property
    def reader(self) -> ocr.Reader | None:
        """Who reads the words in pictures beside the page; None where nothing is installed that can."""
        return None if ocr.missing() else ocr.Reader(self.store, self.archive)

    @property
    def meters(self) -> dict[str, Meter]:
        """APIs that are asked with a key of the office's own: the key from the environment, and the daily quota."""
        return meters_of(self.config.sources, os.environ)

    @cached_property
    def stamper(self) -> Stamper | None:
        """Who gets time stamps, None where no authority is set."""
        return build_stamper(self.config, self.root, (self.clock, self.sleep), self.store, self.archive)

    def page_key(self) -> tuple[str, bool]:
        """Give the key of the page's sessions and whether it outlives a restart; see `door.page_key`."""
        return page_key(self.config.web, os.environ)

    def close(self) -> None:
        """Close the database."""
        if (reader := self.__dict__.get("reader")) is not None:
            reader.close()
        if "store" in self.__dict__:
            self.store.close()


def open_pair(config_path: Path, old: Path, new: Path) -> tuple[Store, Judges, Judges]:
    """Open an office for reading, with the judges of two folders of rules: what a helping process begins with."""
    app = App.reading(config_path)
    return app.store, app.judges_of(old), app.judges_of(new)
