"""A fault of a web site as a value: its number and name, what the server does, and the function that does it.
The faults themselves stand in the `fault_*` modules, the whole table in `web_faults`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from gongkai.samplesite.exchange import Answer, Request, Role, Wire
from gongkai.samplesite.web_view import View

if TYPE_CHECKING:
    from gongkai.samplesite.web import Web


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request at a site with a fault, and the answer a healthy site would give."""

    request: Request
    answer: Answer
    view: View
    web: Web
    options: Mapping[str, Any]
    hits: int  # how often this fault has struck before
    gap: float  # seconds since the site's previous request, large at the first
    now: float  # wall clock, seconds
    port: int
    memory: dict[str, Any]  # the fault's own notes, kept while it is switched on
    render: Callable[[Answer], bytes]  # the bytes a healthy server would send

    def option(self, name: str, otherwise: Any) -> Any:
        return self.options.get(name, otherwise)


Roles = tuple[Role, ...]
Act = Callable[[Exchange], Answer | Wire | None]
Alter = Callable[[View, Mapping[str, Any], int], View]  # the view, the options, hits before


@dataclass(frozen=True, slots=True)
class Fault:
    """One way a site can misbehave."""

    number: int  # in the list of faults the project answers to
    name: str
    does: str  # what the server does, one line
    roles: tuple[Role, ...] = ()  # which answers it strikes; empty: all but robots.txt
    act: Act | None = None
    alter: Alter | None = None  # changes the site before it answers
    level: Literal["page", "address", "tls"] = "page"  # address and tls faults are the listener's
    options: Mapping[str, Any] = field(default_factory=dict)  # defaults, can be overridden
    times: int | None = None  # strikes until it is over, None: for ever
    families: tuple[str, ...] = ()  # the families it can befall; empty: all


def strikes(fault: Fault, role: Role) -> bool:
    return role in fault.roles if fault.roles else role != "robots"
