"""Who asks: a connection -> an Actor with roles and sites, behind one small interface.

Locally the actors are made up and chosen by name, for whoever sits at this machine. Sign-in with a hospital's own
accounts (OpenID Connect) is another `Identity`; nothing else changes.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, get_args
from urllib.parse import urlsplit

from starlette.requests import HTTPConnection

from services.domain.system import System
from services.errors import LightshipError
from services.store.keys import SCOPES, ApiKey, Scope

Role = Literal["viewer", "site_manager", "control_centre", "planner", "feed_engineer", "administrator"]
ROLES: tuple[Role, ...] = get_args(Role)
#: What a route asks for. A scope of API keys, or what only people may.
Permission = (
    Scope
    | Literal["me", "people:read", "worklists:read", "audit:read", "keys:manage", "opel:propose", "opel:decide"]
    | Literal["notes:write", "returns:write", "limits:rebase", "feed:steer"]
)

_EVERYBODY = frozenset(ROLES)
#: The one table of who may what; a machine may what the scopes of its key say.
MAY: Mapping[Permission, frozenset[Role]] = {
    "me": _EVERYBODY,
    "state:read": _EVERYBODY,
    "people:read": frozenset(["site_manager", "control_centre"]),
    "feeds:read": frozenset(["site_manager", "control_centre", "feed_engineer", "administrator"]),
    "worklists:read": frozenset(["site_manager", "control_centre", "feed_engineer"]),
    "events:read": frozenset(["feed_engineer"]),
    "events:write": frozenset(["feed_engineer"]),
    "quarantine:read": frozenset(["feed_engineer", "administrator"]),
    "quarantine:write": frozenset(["feed_engineer"]),
    "opel:propose": frozenset(["site_manager", "control_centre"]),
    "opel:decide": frozenset(["control_centre"]),
    "notes:write": frozenset(["site_manager", "control_centre", "administrator"]),
    "returns:write": frozenset(["site_manager", "control_centre", "feed_engineer"]),
    "limits:rebase": frozenset(["control_centre", "planner"]),  # not who answers for the figure
    "feed:steer": frozenset(["feed_engineer", "administrator"]),  # the synthetic system alone
    "audit:read": frozenset(["control_centre", "administrator"]),
    "keys:manage": frozenset(["administrator"]),
}

ACTOR_HEADER = "lightship-actor"
ACTOR_COOKIE = "lightship_actor"
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip")
_LOOPBACK_NAMES = frozenset(["localhost", "127.0.0.1", "::1"])


@dataclass(frozen=True)
class Machine:
    """What a machine may. source: the one that it may write for, None for any."""

    scopes: frozenset[str]
    source: str | None


@dataclass(frozen=True)
class Actor:
    """Somebody, or a machine. sites: those it may act for, None for all. name: how the audit knows it. until: when
    what it showed runs out, None where that has no end.
    """

    name: str
    title: str
    roles: frozenset[Role]
    sites: frozenset[str] | None = None
    machine: Machine | None = None
    until: datetime | None = None

    @classmethod
    def of_key(cls, key: ApiKey) -> Actor:
        machine = Machine(frozenset(key.scopes), key.source)
        return cls(f"key {key.id}", key.name, frozenset(), machine=machine, until=key.expires_at)

    @property
    def only_source(self) -> str | None:
        """The one source that it may write for; None: any."""
        return self.machine.source if self.machine else None

    def may(self, permission: Permission) -> bool:
        return permission in self.machine.scopes if self.machine else bool(self.roles & MAY[permission])

    def may_at(self, site: str | None) -> bool:
        """Whether it acts for this site; what belongs to no site is for those who act for all."""
        return self.sites is None or site in self.sites

    @property
    def permissions(self) -> list[str]:
        return sorted(permission for permission in MAY if self.may(permission))

    def role_for(self, permission: Permission) -> str:
        """By what it was allowed to, for the audit."""
        return "machine" if self.machine else " ".join(sorted(self.roles & MAY[permission]))


class Identity(Protocol):
    """How whoever asks is known who shows no API key."""

    async def actor(self, connection: HTTPConnection) -> Actor | None:
        """Who asks; None where nobody is signed in. Raises Problem where what was shown is not valid."""

    @property
    def is_closed(self) -> bool:
        """Whether nothing at all is answered to whoever is not signed in."""

    @property
    def keys_too(self) -> bool:
        """Whether API keys open doors."""

    @property
    def choices(self) -> Sequence[Actor]:
        """The actors that anybody here may choose to be; none where people sign in."""


class Nobody:
    """No sign-in: only API keys open anything."""

    is_closed, keys_too = False, True
    choices: Sequence[Actor] = ()

    async def actor(self, connection: HTTPConnection) -> Actor | None:  # noqa: ARG002 - whoever asks
        return None


class LocalActors:
    """Made-up people for this machine alone, chosen by the header `Lightship-Actor` or the cookie of `PUT /api/v1/me`.

    Who chooses none is the desk: the control centre that also tends the feeds. A name that nobody has is a viewer's.
    """

    is_closed, keys_too = False, True

    def __init__(self, system: System) -> None:
        managers = [
            Actor(f"site-manager-{site.code.lower()}", f"Site manager, {site.short_name}",
                  frozenset(["site_manager"]), frozenset([site.code]))
            for site in system.sites if site.kind == "acute"
        ]  # fmt: skip
        self._default = Actor("desk", "Desk: control centre and feeds", frozenset(["control_centre", "feed_engineer"]))
        self._viewer = Actor("viewer", "Viewer", frozenset(["viewer"]))
        self._actors = {
            actor.name: actor
            for actor in (
                self._default,
                Actor("control-centre", "Control centre", frozenset(["control_centre"])),
                *managers,
                Actor("planner", "Planner", frozenset(["planner"])),
                Actor("feed-engineer", "Feed engineer", frozenset(["feed_engineer"])),
                Actor("administrator", "Administrator", frozenset(["administrator"])),
                self._viewer,
            )
        }

    @property
    def choices(self) -> Sequence[Actor]:
        return tuple(self._actors.values())

    async def actor(self, connection: HTTPConnection) -> Actor | None:
        if not from_this_machine(connection):
            return None
        name = connection.headers.get(ACTOR_HEADER) or connection.cookies.get(ACTOR_COOKIE)
        return self._actors.get(name, self._viewer) if name else self._default


def identity_at(host: str, system: System) -> Identity:
    """The identity of a server that listens on this host.

    Raises LightshipError where that is not this machine's loopback: made-up actors must never stand open to a network.
    """
    if not is_loopback(host):
        raise LightshipError(
            f"Lightship does not listen on {host} without sign-in, and none is configured: anybody on that network "
            "could act as anybody. Listen on 127.0.0.1, or set LIGHTSHIP_ISSUER, LIGHTSHIP_AUDIENCE and "
            "LIGHTSHIP_JWKS_FILE."
        )
    return LocalActors(system)


def is_loopback(host: str) -> bool:
    """Whether a host to listen on, or an address that asks, is this machine's own."""
    if host.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return bool((mapped or address).is_loopback)


def from_this_machine(connection: HTTPConnection) -> bool:
    """Whether the caller is on this machine and asked for it by a name of its own.

    A page on a domain that was made to point here (DNS rebinding) comes from 127.0.0.1 too, but names its domain as
    Host; a proxy on this machine speaks for somebody else.
    """
    if connection.client is None or any(name in connection.headers for name in _FORWARDED):
        return False
    return is_loopback(connection.client.host) and _host_name(connection) in _LOOPBACK_NAMES


def _host_name(connection: HTTPConnection) -> str | None:
    try:
        return urlsplit(f"//{connection.headers.get('host', '')}").hostname
    except ValueError:
        return None


def is_scope(permission: Permission) -> bool:
    """Whether API keys can open it."""
    return permission in SCOPES
