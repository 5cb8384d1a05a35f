"""GET /api/docs: the OpenAPI document for people. One page, no script, nothing loaded from elsewhere."""

import secrets
from collections.abc import Iterator
from html import escape
from typing import Any

import orjson
from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse

router = APIRouter(include_in_schema=False)

STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
code,pre{font:14px/1.4 ui-monospace,monospace}
pre{overflow:auto;padding:.75rem;border:1px solid #8886}
summary{cursor:pointer;padding:.25rem 0}
b{display:inline-block;min-width:4.5rem}
"""


@router.get("/api/docs")
def get_docs(request: Request) -> HTMLResponse:
    nonce = secrets.token_urlsafe(16)
    policy = f"default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; frame-ancestors 'none'"
    page = "\n".join(_page(request.app.openapi(), nonce))
    return HTMLResponse(page, headers={"Content-Security-Policy": policy})


def _page(document: dict[str, Any], nonce: str) -> Iterator[str]:
    title = escape(f"{document['info']['title']} {document['info']['version']}")
    yield f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}: API</title>'
    yield f'<style nonce="{nonce}">{STYLE}</style></head><body><h1>{title}: API</h1>'
    yield "<p>For programs: <a href='/api/openapi.json'>openapi.json</a>, and an API token as"
    yield "<code>Authorization: Bearer slip_…</code>.</p>"
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            yield from _operation(method, path, operation)
    yield "<h2>Schemas</h2>"
    for name, schema in document["components"]["schemas"].items():
        yield f"<details id='{escape(name)}'><summary><code>{escape(name)}</code></summary>{_json(schema)}</details>"
    yield "</body></html>"


def _operation(method: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    role = operation.get("x-role", "nobody in particular")
    yield f"<details><summary><b>{escape(method.upper())}</b><code>{escape(path)}</code></summary>"
    yield f"<p>{escape(operation.get('description') or operation.get('summary') or '')} <em>Role: {role}.</em></p>"
    shown = {name: operation[name] for name in ("parameters", "requestBody", "responses") if name in operation}
    yield f"{_json(shown)}</details>"


def _json(value: object) -> str:
    return f"<pre>{escape(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())}</pre>"
