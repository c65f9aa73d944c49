"""/docs: the OpenAPI document as a page, with a form for each GET.

The page has no scripts, and its security policy allows none: a page that is open beside a wallet
attracts attacks.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from typing import Any, Final

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from agentescrow.api.strict_query import StrictRoute

router = APIRouter(route_class=StrictRoute)

Json = dict[str, Any]

_STYLE: Final = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem }
h2 { font: 600 1rem ui-monospace, monospace; border-top: 1px solid #ccc; padding-top: 1rem }
label { display: flex; gap: 1rem } label code { flex: 0 0 10rem } input { flex: 0 0 12rem }
"""
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS: Final = {
    "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


@router.get("/docs", include_in_schema=False)
def get_docs(request: Request) -> Response:
    """Show all routes."""
    return HTMLResponse(_page(request.app.openapi()), headers=_HEADERS)


def _page(document: Json) -> str:
    title = escape(document["info"]["title"])
    about = escape(document["info"]["description"])
    operations = "\n".join(
        _operation(method, path, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    )
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style></head>
<body>
<h1>{title}</h1>
<p>{about} The full description for programs is <a href="openapi.json">openapi.json</a>.</p>
{operations}
</body>
</html>
"""


def _operation(method: str, path: str, operation: Json) -> str:
    parts = [f"<h2>{method.upper()} {escape(path)}</h2>"]
    parts.append(f"<p>{escape(operation.get('description', ''))}</p>")
    fields = [_field(each) for each in operation.get("parameters", [])]
    if method == "get" and "{" not in path:
        inputs = "\n".join(fields)
        action = escape(path.removeprefix("/"))  # relative, because of proxies with a prefix
        parts.append(f'<form action="{action}">\n{inputs}\n<button>GET</button>\n</form>')
    elif operation.get("parameters"):
        parts.append(f"<ul>{''.join(_items(operation['parameters']))}</ul>")
    return "\n".join(parts)


def _field(parameter: Json) -> str:
    name, description = escape(parameter["name"]), escape(parameter.get("description", ""))
    if parameter["in"] == "header":  # forms cannot send headers
        return f"<p><code>{name}</code> (header) {description}</p>"
    return f'<label><code>{name}</code><input name="{name}">{description}</label>'


def _items(parameters: list[Json]) -> Iterator[str]:
    for each in parameters:
        description = escape(each.get("description", ""))
        yield f"<li><code>{escape(each['name'])}</code> ({each['in']}) {description}</li>"
