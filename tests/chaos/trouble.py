"""What goes wrong, at random: each trouble says what it did, and to whom."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from time import monotonic, sleep

import psutil
import psycopg

from core import clock
from tests.chaos.house import WORKERS, House
from tests.chaos.locks import locked

LOOK = 0.05  # seconds
PATIENCE = 20.0  # seconds until the next trouble, even if nobody gets on


@dataclass(frozen=True)
class Hit:
    """`slots` is how many attempts of `worker` it may have cost. It came at some time between `at` and `until`."""

    at: datetime
    what: str
    worker: str
    slots: int
    until: datetime


@dataclass
class Trouble:
    """`database` is an URL; locks are held for up to `longest` seconds."""

    house: House
    database: str
    random: Random
    longest: float
    jobs_between: int
    hits: list[Hit] = field(default_factory=list)
    _helpers: list[threading.Thread] = field(default_factory=list)
    _broker_is_down: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._kinds: dict[Callable[[], None], int] = {
            self.kill_a_child: 5,
            self.kill_a_worker: 3,
            self.stop_a_worker: 1,
            self.freeze_a_worker: 2,
            self.kill_web: 3,
            self.restart_web: 1,
            self.break_the_broker: 2,
            self.lock_the_database: 3,
        }
        if not self.is_sqlite:
            self._kinds |= {self.freeze_a_backend: 2, self.cut_all_connections: 2}

    @property
    def is_sqlite(self) -> bool:
        return self.database.startswith("sqlite")

    def go_on(self, ended: Callable[[], bool], progress: Callable[[], int]) -> None:
        """Each kind at least once, in an order of chance; then more of them. Between two of them the clients get on a
        little, so that a slow machine is not killed faster than it can start."""
        first = list(self._kinds)
        self.random.shuffle(first)
        while first or not ended():
            kind = first.pop() if first else self.random.choices(list(self._kinds), list(self._kinds.values()))[0]
            kind()
            self._let_get_on(ended, progress)
        for helper in self._helpers:
            helper.join()

    def _let_get_on(self, ended: Callable[[], bool], progress: Callable[[], int]) -> None:
        sleep(self.random.uniform(0.2, 1.0))
        enough, deadline = progress() + self.random.randint(0, 2 * self.jobs_between), monotonic() + PATIENCE
        while progress() < enough and not ended() and monotonic() < deadline:
            sleep(LOOK)

    def _hit(self, what: str, worker: str = "", slots: int = 0, at: datetime | None = None) -> None:
        now = clock.now()
        self.hits.append(Hit(at or now, what, worker, slots, now))

    def _seconds(self) -> float:
        return round(self.random.uniform(0.5, self.longest), 1)

    def kill_a_child(self) -> None:
        with suppress(psutil.Error, IndexError):
            children = self.house.process("forks@chaos").children()
            child, at = self.random.choice(children), clock.now()
            child.kill()
            self._hit("kill -9 of a pool child", "forks@chaos", 1, at)

    def _a_worker(self) -> str:
        return self.random.choice(list(WORKERS))

    def kill_a_worker(self) -> None:
        name, at = self._a_worker(), clock.now()
        if self._signalled(name, signal.SIGKILL):
            self._hit("kill -9 of a worker", name, WORKERS[name].slots, at)

    def _signalled(self, name: str, number: signal.Signals) -> bool:
        """False when it is gone just now."""
        running = self.house.process(name).running
        if running:
            self.house.process(name).signal(number)
        return running

    def stop_a_worker(self) -> None:
        name = self._a_worker()
        if self._signalled(name, signal.SIGTERM):
            self._hit("SIGTERM to a worker", name)

    def freeze_a_worker(self) -> None:
        """With all its children."""
        name, seconds = self._a_worker(), self._seconds()
        self._hit(f"a worker frozen for {seconds} s", name)
        self._beside(self._freeze, [self.house.process(name).pid], seconds)

    def _freeze(self, pids: list[int], seconds: float) -> None:
        with _frozen(pids):
            sleep(seconds)

    def _beside(self, work: Callable[..., None], *values: object) -> None:
        helper = threading.Thread(target=work, args=values)
        helper.start()
        self._helpers.append(helper)

    def kill_web(self) -> None:
        if self.house.answers() and self._signalled("web", signal.SIGKILL):
            self._hit("kill -9 of web")

    def restart_web(self) -> None:
        if self.house.answers() and self._signalled("web", signal.SIGTERM):
            self._hit("SIGTERM to web")

    def break_the_broker(self) -> None:
        kill, absence = self.random.random() < 0.7, self.random.uniform(0.0, 2.0)
        if self._broker_is_down.acquire(blocking=False):
            self._hit("kill -9 of the broker" if kill else "the broker restarted")
            self._beside(self._restart_the_broker, kill, absence)

    def _restart_the_broker(self, kill: bool, absence: float) -> None:
        broker = self.house.broker
        (broker.kill if kill else broker.stop)()
        sleep(absence)
        broker.start()
        self._broker_is_down.release()

    def lock_the_database(self) -> None:
        seconds = self._seconds()
        self._hit(f"the database locked for {seconds} s")
        self._beside(self._lock_sqlite if self.is_sqlite else self._lock_postgresql, seconds)

    def _lock_sqlite(self, seconds: float) -> None:
        with locked(self.database):
            sleep(seconds)

    def _lock_postgresql(self, seconds: float) -> None:
        mode = self.random.choice(["ACCESS EXCLUSIVE", "SHARE"])
        with suppress(psycopg.OperationalError), self._session() as session:  # it may be cut off itself
            session.execute(f"LOCK TABLE jobs IN {mode} MODE")
            sleep(seconds)

    def _session(self) -> psycopg.Connection[tuple[object, ...]]:
        return psycopg.connect(self.database.replace("+psycopg", ""), application_name="chaos")

    def freeze_a_backend(self) -> None:
        with suppress(psycopg.OperationalError), self._session() as session:
            pids = [int(str(row[0])) for row in session.execute(BACKENDS)]
        if pids:
            seconds = self._seconds()
            self._hit(f"a backend of PostgreSQL frozen for {seconds} s")
            self._beside(self._freeze, [self.random.choice(pids)], seconds)

    def cut_all_connections(self) -> None:
        self._hit("all connections to PostgreSQL cut")
        with suppress(psycopg.OperationalError), self._session() as session:
            session.execute(f"SELECT pg_terminate_backend(pid) FROM ({BACKENDS}) AS backends")


BACKENDS = (
    "SELECT pid FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name <> 'chaos' AND backend_type = 'client backend'"
)


@contextmanager
def _frozen(pids: list[int]) -> Iterator[None]:
    family = [one for pid in pids for one in _family(pid)]
    for pid in family:
        _signal(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in family:
            _signal(pid, signal.SIGCONT)


def _family(pid: int) -> list[int]:
    try:
        return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]
    except psutil.Error:
        return [pid]


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)
