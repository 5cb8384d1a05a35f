"""Paths of routes, as a client would write them."""


def filled(path: str) -> str:
    """With something in place of each parameter."""
    return path.replace("{", "").replace("}", "")
