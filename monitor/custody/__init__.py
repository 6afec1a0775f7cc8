"""Custody: manifests of cases, the check of all that is kept, portable packs, working copies, lawful deletion."""

from monitor.custody.case import Case, gather, manifest, seal
from monitor.custody.verify import EvidenceReport, Finding, verify

__all__ = ["Case", "EvidenceReport", "Finding", "gather", "manifest", "seal", "verify"]
