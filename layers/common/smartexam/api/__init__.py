"""The HTTP side of a function: routes, request bodies, answers, errors and the one log line."""

from smartexam.api.app import Api
from smartexam.platform.http.request import Request
from smartexam.platform.http.response import Done, Reply, redirect
from smartexam.platform.principal import Access

__all__ = ["Access", "Api", "Done", "Reply", "Request", "redirect"]
