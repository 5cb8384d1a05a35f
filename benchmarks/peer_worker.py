"""Workers of the peers. Each of their tasks notes the time in a file, since some of them record nothing at all."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchmarks.stage import PEERS, Surroundings, peer_python
from tests.processes import Process
from tests.waiting import wait_for

PATIENCE = 120.0  # seconds
TIME = struct.Struct("<d")


@dataclass(frozen=True, kw_only=True)
class Peer:
    """`script` fills the queue; `work` is the command line of its worker."""

    package: str
    script: str
    work: Sequence[str]
    variables: Mapping[str, str] = field(default_factory=dict)

    def command(self) -> list[str]:
        program, *arguments = self.work
        return [str(peer_python()), "-m", program, *arguments]


CELERY = ("celery", "-A", "celery_noop", "worker", "-c", "2", "-E", "--loglevel=info")  # two lines a task, as ours
PEERS_OF_DRAIN = {
    "Celery, SQL results + events": Peer(
        package="celery", script="celery_noop.py", work=CELERY, variables={"BENCH_TRACKED": "yes"}
    ),
    "Celery, events only": Peer(package="celery", script="celery_noop.py", work=CELERY),
    "dramatiq, 2 × 4 threads": Peer(
        package="dramatiq", script="dramatiq_noop.py", work=("dramatiq", "dramatiq_noop", "-p", "2", "-t", "4")
    ),
    "taskiq, 2 processes": Peer(
        package="taskiq_aio_pika",
        script="taskiq_noop.py",
        work=("taskiq", "worker", "taskiq_noop:broker", "--workers", "2", "--no-configure-logging"),
    ),
}


def drained_by(peer: Peer, place: Surroundings, count: int) -> list[float]:
    """Fills its queue, then starts its worker; answers when each task ended, in order."""
    place.peer(peer.script, count)
    environment = {**place.peer_environment, **peer.variables}
    notes = place.directory / "ends"
    notes.touch()
    worker = Process(peer.command(), log=place.directory / "peer.log", directory=PEERS, env=environment)
    try:
        wait_for(lambda: notes.stat().st_size >= count * TIME.size, what=f"{peer.script} to finish", timeout=PATIENCE)
    except AssertionError:
        raise RuntimeError(f"{peer.script} did not finish:\n{worker.output[-2000:]}") from None
    finally:
        worker.end()
    return sorted(one for (one,) in TIME.iter_unpack(notes.read_bytes()))
