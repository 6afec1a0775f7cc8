"""What people record by hand of what they saw: the form, its pictures, the second person, and the door to the queue."""

from monitor.capture.desk import Confirmed, confirm, record
from monitor.capture.form import Draft, Trouble, act_identity, check, platform_of, to_item
from monitor.capture.links import Link, read_link

__all__ = [
    "Confirmed",
    "Draft",
    "Link",
    "Trouble",
    "act_identity",
    "check",
    "confirm",
    "platform_of",
    "read_link",
    "record",
    "to_item",
]
