"""This reference, for people and for programs."""

from docs import service
from docs.assets import Asset, description, reference_page, route_table, socket_description
from smartexam.api import Access, Api, Reply, Request, redirect
from smartexam.platform.http import methods


def answer_unrouted(request: Request) -> Reply:
    """Refuse requests that match no route: 404, or 405 if the path has other methods. Let preflights pass."""
    if methods.is_preflight(request.method, request.headers):
        return Reply(status=204)
    raise service.refusal(request.path, request.method, route_table())


api = Api("docs", unrouted=answer_unrouted)


@api.get("/", access=Access.PUBLIC, also={302: None})
def go_to_app(request: Request) -> Reply:
    """Go to the web app.

    Browsers are redirected to `/app/`, where students and administrators sign in.
    """
    del request
    return redirect("/app/")


@api.get("/openapi.json", access=Access.PUBLIC, answers="application/json", also={304: None})
def get_openapi(request: Request) -> Reply:
    """Get this description of the API for programs (OpenAPI 3.1).

    Clients in any language can be generated from it. With `If-None-Match`, an unchanged one is 304.
    """
    return _served(request, description(), {})


@api.get("/asyncapi.json", access=Access.PUBLIC, answers="application/json", also={304: None})
def get_asyncapi(request: Request) -> Reply:
    """Get the description of the WebSocket for programs (AsyncAPI 3).

    It has the actions that clients send and the events that they receive. With `If-None-Match`, an unchanged one is
    304.
    """
    return _served(request, socket_description(), {})


@api.get("/api-docs", access=Access.PUBLIC, answers="text/html", also={304: None})
def get_reference(request: Request) -> Reply:
    """Get the reference of the API for people, to read and to try out.

    It shows what `/openapi.json` and `/asyncapi.json` say.
    """
    page = reference_page()
    return _served(request, page.asset, {"Content-Security-Policy": page.policy})


def _served(request: Request, asset: Asset, headers: dict[str, str]) -> Reply:
    headers |= {"Cache-Control": service.CACHING, "ETag": asset.etag, "Vary": "Accept-Encoding"}
    if service.is_known(asset.etag, request.headers):
        return Reply(status=304, headers=headers)
    packs = service.reads_gzip(request.headers)
    if asset.is_packed and packs:
        return Reply(asset.content, content_type=asset.content_type, headers={**headers, "Content-Encoding": "gzip"})
    return Reply(asset.text, content_type=asset.content_type, headers=headers, compress=packs)


lambda_handler = api.handler
