"""The table of faults: number in the project's list, name, what the server does. `python -m gongkai.samplesite serve --faults`.
Each fault is written in the `fault_*` module of its kind and switched on by `Server.fault`."""

from __future__ import annotations

from gongkai.samplesite import fault_answers, fault_contents, fault_hosts, fault_lists, fault_wire
from gongkai.samplesite.fault import Fault

HOW_MANY = 48  # the numbers of the list, 1 to 48, each with one fault or more
FAULTS: dict[str, Fault] = {
    fault.name: fault
    for fault in sorted(
        (
            *fault_answers.FAULTS, *fault_contents.FAULTS, *fault_wire.FAULTS, *fault_lists.FAULTS, *fault_hosts.FAULTS,
        ),
        key=lambda fault: fault.number,
    )
}  # fmt: skip


def table() -> list[tuple[int, str, str]]:
    """Number, name and what the server does, in order."""
    return [(fault.number, fault.name, fault.does) for fault in FAULTS.values()]
