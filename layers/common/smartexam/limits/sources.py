"""Tells the source of a request, for limits."""

import hashlib
import ipaddress
from functools import lru_cache

import msgspec

from smartexam.platform.settings import SettingsError, settings

_IPV4 = 4
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Source(msgspec.Struct, frozen=True):
    """The source of a request.

    Attributes:
        network: the network of one subscriber: an IPv4 address, or the /64 in which IPv6 addresses can be chosen
            freely.
        is_trusted: whether it is in `TRUSTED_NETWORKS`, such as an exam hall behind one address: limits per source
            do not apply.
    """

    network: str
    is_trusted: bool

    @property
    def digest(self) -> str:
        """The source in keys; addresses are personal data and are not stored themselves."""
        return hashlib.sha256(self.network.encode()).hexdigest()[:40]

    @property
    def key(self) -> str:
        """The name of the source in keys."""
        return f"SOURCE#{self.digest}"


def source_of(ip: str) -> Source:
    """The source of a request, from the peer address that API Gateway reports, never from a header."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return Source(ip, is_trusted=False)
    trusted = any(address in network for network in _trusted(settings().optional("TRUSTED_NETWORKS") or ""))
    if address.version == _IPV4:
        return Source(str(address), trusted)
    return Source(str(ipaddress.ip_network((address, 64), strict=False).network_address), trusted)


@lru_cache(maxsize=4)
def _trusted(text: str) -> tuple[_Network, ...]:
    """The networks of a comma-separated list such as `192.0.2.0/24,2001:db8::/32`.

    Raises:
        SettingsError: an entry is not a network.
    """
    try:
        return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError:
        raise SettingsError("TRUSTED_NETWORKS is not a list of networks") from None
