"""A hall of students behind one address on the local stack.

They are made by a roster, set their passwords by mailed links, sign in (some mistype first), start and save once.
"""

from bench.hall.attendance import attend
from bench.hall.caller import Crowd
from bench.hall.enrolment import enrol
from bench.hall.hashing import hash_seconds
from bench.report import Budget, Cell, Options, Section, Table
from bench.soak.stack import RunningStack
from local.layout import PROJECT

ADDRESS = "203.0.113.7"
_LOG = PROJECT / ".build" / "hall-stack.log"
_CONCURRENCY = 4
_MINUTE = 60


def run(options: Options) -> Section:
    """Enrol the students, and let them all come."""
    crowd = Crowd(ADDRESS, options.samples(2000, 100), options.samples(300, 15))
    settings = {"TRUSTED_NETWORKS": f"127.0.0.0/8,{ADDRESS}/32"}
    with RunningStack(_LOG, _CONCURRENCY, settings) as stack:
        hall = enrol(stack.base_url, crowd)
        phases = attend(stack, crowd, hall)
        faults = stack.stop()
    hashing = hash_seconds(options.samples(50, 10))
    signing_in = phases[0]
    checked = crowd.students + crowd.mistyped
    of_auth = signing_in.processor["functions"] / checked
    note = (
        f"{crowd.students:,} students of a trusted network, {crowd.mistyped} of whom mistype once; {crowd.threads} at "
        "a time. Processor seconds are of the functions, and of the gateway and the emulator, which AWS has instead."
    )
    rows: list[list[Cell]] = [
        [
            phase.name,
            " ".join(f"{status} x {count:,}" for status, count in sorted(phase.statuses.items())),
            phase.seconds,
            phase.processor["functions"],
            phase.processor["gateway"] + phase.processor["emulator"],
        ]
        for phase in phases
    ]
    columns = ["what", "answers", "s", "functions, CPU s", "gateway and emulator, CPU s"]
    shares = Table(
        "A password that is checked: processor time",
        ["functions, ms", "of it argon2, ms", "share %", "processors for a hall in a minute"],
        [[1000 * of_auth, 1000 * hashing, 100 * hashing / of_auth, checked * of_auth / _MINUTE]],
        "Argon2 alone is measured in a process of its own, afterwards.",
    )
    right = signing_in.statuses == {200: crowd.students, 401: crowd.mistyped}
    others = all(phase.statuses == {200: crowd.students} for phase in phases[1:])
    return Section(
        "A hall behind one address",
        [Table("The hall comes", columns, rows, note), shares],
        [
            Budget("answers to sign-ins that are not expected", int(not right), 0),
            Budget("answers to starts and saves that are not expected", int(not others), 0),
            Budget("faults of the stack at its end", len(faults), 0),
            Budget("until all are signed in", signing_in.seconds, _MINUTE, "s", is_ratio=False),
        ],
    )
