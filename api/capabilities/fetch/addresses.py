"""Which addresses may be called. What is checked is what is connected to, whatever a name resolves to later."""

import socket
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any

from capabilities.fetch.errors import AddressRefused, Unreachable
from core.outbound_settings import Network
from core.settings import get_settings

Address = IPv4Address | IPv6Address
Resolver = Callable[..., Sequence[Any]]  # as socket.getaddrinfo


@cache
def _never() -> tuple[Network, ...]:
    """What `is_global` calls public and yet leads inside: metadata, multicast, and IPv4 wrapped in IPv6."""
    return tuple(
        map(
            ip_network,
            (
                "168.63.129.16/32",  # Azure's metadata and agent server, a public address
                "192.0.0.0/24",  # protocol assignments
                "192.88.99.0/24",  # 6to4 relays
                "224.0.0.0/4",  # multicast
                "::/96",  # IPv4-compatible
                "64:ff9b::/96",  # NAT64
                "64:ff9b:1::/48",  # NAT64, local use
                "2001::/32",  # Teredo
                "2002::/16",  # 6to4
                "fec0::/10",  # site-local
                "ff00::/8",  # multicast
            ),
        )
    )


def is_allowed(address: Address) -> bool:
    """Public, or within FETCH_ALLOWED_NETWORKS."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    if _within(address, get_settings().fetch_allowed_networks):
        return True
    return address.is_global and not _within(address, _never())


def _within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks if network.version == address.version)


def literal(host: str) -> Address | None:
    """The address that a host is written as, also the short and hexadecimal forms that resolvers take for one."""
    if host == "localhost" or host.endswith(".localhost"):
        return IPv4Address("127.0.0.1")
    with suppress(ValueError):
        return ip_address(host.partition("%")[0])
    with suppress(OSError):
        return IPv4Address(socket.inet_aton(host))
    return None


def check_literal(host: str) -> None:
    """Raises AddressRefused; a name is checked when it is connected to."""
    address = literal(host)
    if address is not None and not is_allowed(address):
        raise AddressRefused(_refusal(host))


def resolve(host: str, port: int, *, resolver: Resolver = socket.getaddrinfo) -> list[str]:
    """Every address of the host; one that is not allowed refuses all. Raises AddressRefused, Unreachable."""
    try:
        found = resolver(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Unreachable(f"{host} has no address at the moment.") from None
    texts = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not all(is_allowed(ip_address(text.partition("%")[0])) for text in texts):
        raise AddressRefused(_refusal(host))
    return texts


def _refusal(host: str) -> str:
    """Without the address, which would tell what an inside name resolves to."""
    return f"{host} is not a public address. FETCH_ALLOWED_NETWORKS names the inside networks that may be called."
