"""The review page: where a human looks at what the machine put before them, and decides."""

from monitor.web.again import Again
from monitor.web.application import create_app, serve
from monitor.web.services import RuleDesk, Services

__all__ = ["Again", "RuleDesk", "Services", "create_app", "serve"]
