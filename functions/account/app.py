"""Routes of an account's life."""

from smartexam.api import Access, Api, Request

api = Api("account")


@api.post("/_ping", access=Access.AUTH)
def ping(request: Request) -> None:
    """Tell whether the session is alive (204)."""


lambda_handler = api.handler
