"""`manage.py flower-login`: what lets a proxy that is not ours into Flower."""

import base64

import typer

from core.flower_credential import our_credential


def flower_login() -> None:
    """Prints the line that lets nginx into Flower; a secret, for a file of mode 0600 that nginx includes."""
    login = base64.b64encode(our_credential().encode()).decode()
    typer.echo(f'proxy_set_header Authorization "Basic {login}";')
