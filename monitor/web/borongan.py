"""Clearing many flags at once: count and sample first, then an event each; it can go on, and be taken back."""

from __future__ import annotations

import threading

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from monitor.errors import BusyError, NotAllowedError
from monitor.models import ReasonCode, Role, User
from monitor.store import Store
from monitor.store.bulk import MOST, Fate, Job, JobStatus
from monitor.web.auth import current_user, may_decide
from monitor.web.i18n import t
from monitor.web.queue import Filters, rows
from monitor.web.safety import services
from monitor.web.saringan import filter_words, queue_address, told
from monitor.web.serupa import speaks_of_words
from monitor.web.views import LONGEST_NOTE, REASON_GROUPS

_AT_ONCE = 20
_RUNNING = frozenset({JobStatus.RUNNING, JobStatus.UNDOING})

blueprint = Blueprint("borongan", __name__)


class Workers:
    """Carries jobs out behind the page, one thread a job; a job that a stopped server left goes on when asked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: dict[int, threading.Thread] = {}

    def start(self, store: Store, job_id: int) -> None:
        """Begin or go on, unless this job is being worked on already."""
        with self._lock:
            if self.busy(job_id):
                return
            thread = threading.Thread(target=_work, args=(store, job_id), name=f"borongan-{job_id}", daemon=True)
            self._threads = {key: one for key, one in self._threads.items() if one.is_alive()} | {job_id: thread}
            thread.start()

    def busy(self, job_id: int) -> bool:
        """Tell whether a job is being worked on in this process."""
        thread = self._threads.get(job_id)
        return thread is not None and thread.is_alive()

    def wait(self, job_id: int, seconds: float) -> None:
        """Wait for the end of a job."""
        thread = self._threads.get(job_id)
        if thread is not None:
            thread.join(seconds)


def _work(store: Store, job_id: int) -> None:
    """Go on until nothing is left; a database that is busy too long leaves the job to be gone on with."""
    try:
        while store.bulk.work(job_id, _AT_ONCE):
            pass
    except BusyError:
        return


WORKERS = Workers()


@blueprint.get("/borongan")
def show() -> str:
    """Show how many flags the filters hold, and the jobs of this user."""
    user = _decider()
    filters = Filters.read(request.args)
    found = services().store.flags.queue(filters.query(user, limit=0))
    return render_template(
        "borongan.html",
        filters=filters,
        total=found.total,
        capped=found.capped,
        queue=queue_address(filters),
        jobs=services().store.bulk.of(user.user_id),
        most=MOST,
        filter_words=filter_words,
    )


@blueprint.post("/borongan")
def prepare() -> Response:
    """Take the snapshot and show its sample."""
    user = _decider()
    filters = Filters.parse(request.form.get("saringan", ""))
    if not filters.narrowed:
        return told(t("borongan.perlu_saringan"), url_for("borongan.show"))
    try:
        job = services().store.bulk.prepare(user.user_id, filters.query(user), filters.encode())
    except NotAllowedError as error:
        return told(str(error), url_for("borongan.show") + f"?{filters.encode()}")
    if job is None:
        return told(t("borongan.nihil"), queue_address(filters))
    return redirect(url_for("borongan.show_job", job_id=job), 303)


@blueprint.get("/borongan/<int:job_id>")
def show_job(job_id: int) -> str:
    """Show a job: its sample before it begins, its progress and end afterwards."""
    return page(_find(job_id))


def page(job: Job, trouble: str = "", note: str = "") -> str:
    """Render a job."""
    user, store = current_user(), services().store
    ready = job.status is JobStatus.READY
    sample = store.bulk.sample(job.job_id) if ready else []
    return render_template(
        "borongan_satu.html",
        job=job,
        counts={fate.value or "menunggu": count for fate, count in job.counts.items()},
        ready=ready,
        running=job.status in _RUNNING,
        busy=WORKERS.busy(job.job_id),
        sample=rows(sample, Filters(), user),
        reasons=[one for one, _ in REASON_GROUPS[0].reasons if speaks_of_words(one)],
        passed=store.bulk.fates(job.job_id, Fate.PASSED),
        kept=store.bulk.fates(job.job_id, Fate.KEPT),
        undoable=job.status in {JobStatus.DONE, JobStatus.RUNNING} and job.counts.get(Fate.DECIDED, 0) > 0,
        filter_words=filter_words,
        longest_note=LONGEST_NOTE,
        trouble=trouble,
        note=note,
    )


@blueprint.post("/borongan/<int:job_id>/mulai")
def begin(job_id: int) -> Response | tuple[str, int]:
    """Settle reason and exceptions and begin."""
    user, job = _decider(), _find(job_id)
    reason = next((one for one in ReasonCode if one.value == request.form.get("alasan", "")), None)
    note = request.form.get("catatan", "").replace("\r\n", "\n").strip()[:LONGEST_NOTE]
    if reason is None or not speaks_of_words(reason):
        return page(job, t("borongan.alasan"), note), 400
    excepted = [*request.form.getlist("kecuali"), *request.form.get("kecuali_lain", "").replace(",", " ").split()]
    numbers = [int(one) for one in excepted if one.isascii() and one.isdigit() and len(one) < 16]
    try:
        services().store.bulk.begin(job_id, user.user_id, reason, note, numbers)
    except NotAllowedError as error:
        return page(job, str(error), note), 400
    return _go_on(job_id)


@blueprint.post("/borongan/<int:job_id>/lanjut")
def go_on(job_id: int) -> Response:
    """Go on with a job that a stopped server left."""
    _decider()
    _find(job_id)
    return _go_on(job_id)


@blueprint.post("/borongan/<int:job_id>/urungkan")
def undo(job_id: int) -> Response | tuple[str, int]:
    """Take a whole job back."""
    user, job = _decider(), _find(job_id)
    try:
        services().store.bulk.begin_undo(job_id, user.user_id)
    except NotAllowedError as error:
        return page(job, str(error)), 409
    WORKERS.wait(job_id, 5)
    return _go_on(job_id)


def _go_on(job_id: int) -> Response:
    WORKERS.start(services().store, job_id)
    return redirect(url_for("borongan.show_job", job_id=job_id), 303)


def _find(job_id: int) -> Job:
    """Give a job that this user may see: their own, or anybody's for a coordinator of the whole office."""
    user = _decider()
    job = services().store.bulk.get(job_id) if job_id < 2**53 else None
    whole = Role.COORDINATOR in user.roles and not user.regions
    if job is None or (job.user_id != user.user_id and not whole):
        abort(404)
    return job


def _decider() -> User:
    user = current_user()
    if not may_decide(user):
        abort(403)
    return user
