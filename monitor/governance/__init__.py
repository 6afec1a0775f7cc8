"""Who may change a rule: files on the disk are proposals, the rulebook says which content is in force.

A changed file becomes a draft; a person with the role of author proposes it with a reason; another person with the role
of approver puts it in force. Until then the content approved last stays, whatever the disk says.
"""

from __future__ import annotations

from monitor.governance.book import Governance, Survey
from monitor.governance.contents import difference
from monitor.governance.scorecard import Advice, Score, scorecard
from monitor.governance.trial import Preview, Sample, preview

__all__ = [
    "Advice",
    "Governance",
    "Preview",
    "Sample",
    "Score",
    "Survey",
    "difference",
    "preview",
    "scorecard",
]
