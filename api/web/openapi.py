"""The OpenAPI document: the same bytes for the same code, problems as problem+json, each route with its role."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from web.auth.table import PUBLIC, TABLE
from web.problems import MEDIA_TYPE

PROBLEM = {"$ref": "#/components/schemas/Problem"}
SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "An API token, `slip_…`."},
    "session": {"type": "apiKey", "in": "cookie", "name": "slipway", "description": "`__Host-slipway` on https."},
}


def operation_id(route: APIRoute) -> str:
    return route.name


def install(app: FastAPI) -> None:
    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = build(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way FastAPI's documentation has it


def build(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
    document["components"]["securitySchemes"] = SCHEMES
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            _say_who_may(operation, method.upper(), path)
            _say_problem(operation["responses"])
    return document


def _say_who_may(operation: dict[str, Any], method: str, path: str) -> None:
    access = TABLE.get((method, path))
    if access is None or access == PUBLIC:
        operation["security"] = []
        return
    operation["security"] = [{"token": []}, {"session": []}]
    operation["x-role"] = str(access)


def _say_problem(responses: dict[str, Any]) -> None:
    for response in responses.values():
        content = response.get("content", {})
        if content.get("application/json", {}).get("schema") == PROBLEM:
            content[MEDIA_TYPE] = content.pop("application/json")
