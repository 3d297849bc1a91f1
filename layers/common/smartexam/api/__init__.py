"""The HTTP side of a function: routes, request bodies, answers, errors and the one log line."""

from smartexam.api.app import Api
from smartexam.api.request import Request
from smartexam.api.response import Done, Reply, redirect
from smartexam.auth.principal import Access

__all__ = ["Access", "Api", "Done", "Reply", "Request", "redirect"]
