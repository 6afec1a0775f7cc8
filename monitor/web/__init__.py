"""The review page: where a human looks at what the machine put before them, and decides."""

from monitor.web.application import create_app, serve
from monitor.web.services import Services

__all__ = ["Services", "create_app", "serve"]
