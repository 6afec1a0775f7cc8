"""Custody: manifests of cases, the check of all that is kept, portable packs, working copies, lawful deletion."""

from monitor.custody.case import Case, gather, manifest, seal
from monitor.custody.check import CaseCheck, check_case, last_check
from monitor.custody.handover import LONGEST_WHY, Desk, HandedOver, hand_over, may_export, may_take_originals
from monitor.custody.pack import Stamp, no_stamp
from monitor.custody.stamping import Stamper, asking, build_stamper, check_held
from monitor.custody.verify import Checkpoint, EvidenceReport, Finding, verify

__all__ = [
    "LONGEST_WHY",
    "Case",
    "CaseCheck",
    "Checkpoint",
    "Desk",
    "EvidenceReport",
    "Finding",
    "HandedOver",
    "Stamp",
    "Stamper",
    "asking",
    "build_stamper",
    "check_case",
    "check_held",
    "gather",
    "hand_over",
    "last_check",
    "manifest",
    "may_export",
    "may_take_originals",
    "no_stamp",
    "seal",
    "verify",
]
