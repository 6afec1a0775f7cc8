"""The modules whose tests are themselves tested, the tests that answer for each, and the mutants that change nothing."""

from __future__ import annotations

from tests.mutation.campaign import Target

FLOOR = 0.85
"""The least share of mutants that must be noticed, in every file of a named module."""

_CALENDAR = ("tests/unit/test_calendar_files.py", "tests/unit/test_calendar.py")
TARGETS = (
    Target("monitor/triage.py", ("tests/unit/test_triage.py",)),
    Target("monitor/calendar/__init__.py", _CALENDAR),
    Target("monitor/calendar/files.py", _CALENDAR),
    Target("monitor/calendar/values.py", _CALENDAR),
    Target("monitor/roster/matching.py", ("tests/roster/test_matching_exact.py", "tests/roster/test_matching.py")),
    Target("monitor/store/audit.py", ("tests/store/test_audit_exact.py", "tests/store/test_audit.py")),
)
NAMED = [one.module for one in TARGETS]

SAME: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "monitor/triage.py": (
        (
            'Share("tahapan", _PHASE.get(phase, 0.0) if phase is not None else 0.0),',
            "_PHASE.get(phase, 0.0) if phase is not None else 0.0",
            "_PHASE.get(phase, 0.0)",
            "no phase is no key of the table, so it gets nothing either way; the question is there for the type checker",
        ),
    ),
    "monitor/roster/matching.py": (
        (
            "return not someone_elses_post(found[max(0, mention.first - 1) : mention.first], place)",
            "max(0, mention.first - 1)",
            "min(0, mention.first - 1)",
            "only the last of the words before the name is looked at, and both stretches end with it",
        ),
    ),
}
"""By module: the line of source, what stood there, what the mutant says, and why nobody could tell the two apart."""
