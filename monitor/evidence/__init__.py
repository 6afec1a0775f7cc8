"""Evidence: raw answers and other pieces, named by SHA-256, beside the WARC record of each fetch from the web."""

from monitor.evidence.archive import Archive, is_digest, public_url
from monitor.evidence.clock import ClockState, read_clock

__all__ = ["Archive", "ClockState", "is_digest", "public_url", "read_clock"]
