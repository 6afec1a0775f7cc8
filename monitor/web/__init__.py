"""The review page: where a human looks at what the machine put before them, and decides."""

from monitor.web.application import create_app, serve
from monitor.web.services import RuleDesk, Services

__all__ = ["RuleDesk", "Services", "create_app", "serve"]
