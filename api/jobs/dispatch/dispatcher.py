"""The thread that dispatches, in every web process and in every worker's main process."""

import threading
import time

import structlog
from sqlalchemy.exc import DBAPIError

from core.patience import is_trouble
from jobs.broker import TopologyMismatch
from jobs.caretaker import Caretaker
from jobs.dispatch.bell import LOOK, our_bell
from jobs.dispatch.crowd import Rests
from jobs.dispatch.handover import Handover, publish_handed
from jobs.dispatch.marks import Marks
from jobs.dispatch.publisher import FEW, Publisher
from jobs.dispatch.rounds import BATCH, anything_ready, dispatch_once, release

log = structlog.get_logger(__name__)

SIGN_EVERY = 0.5  # seconds between two signs of life to the broker: each waits a moment for its own


class Dispatcher(threading.Thread):
    """Runs rounds until it is stopped; `wake`, like the bell, ends its nap at once."""

    POLL = 0.5  # seconds
    SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 5.0  # seconds between two tries while the broker is away

    def __init__(self, name: str) -> None:
        super().__init__(name=f"dispatcher-{name}", daemon=True)
        self._caretaker = Caretaker()
        self._bell = our_bell()
        self.handover = Handover(self._bell)
        self._marks = Marks()
        self._stopping = threading.Event()
        self._rests = Rests(self.handover.crowd, self._stopping)
        self._publisher = Publisher(f"dispatcher {name}", rest=self._rests.rest)
        self._pause = self.POLL
        self._behind = False
        self._next_look = self._next_sign = 0.0

    def wake(self) -> None:
        self._bell.ring()

    def stop(self, timeout: float = 5.0) -> None:
        self._stopping.set()
        self._bell.ring()
        if self.is_alive():
            self.join(timeout)

    def run(self) -> None:
        called = True
        while not self._stopping.is_set():
            more = self._round(called)
            self._rests.rest()
            called = more or LOOK in self._bell.wait(self._marks.due_in(self._pause))
        self._leave()

    def _leave(self) -> None:
        self.handover.keep_up(False)
        self._publisher.close()
        try:
            release(*(taken.batch for taken in self.handover.take()))
            self._marks.write()
        except DBAPIError as error:
            log.warning("what was taken is free when its lease runs out", error=str(error.orig))

    def _round(self, called: bool) -> bool:
        """True when there may be more to do at once."""
        try:
            try:
                self._dispatch(called)
            finally:
                self._marks.write_when_due()  # after what somebody waits for, and also while there is no broker
                self._caretaker.tick()
            self._caretaker.look_for_vanished(self._publisher.open())
            self._keep_alive()
        except Exception as error:
            self._on_trouble(error)
            return False
        self._pause = self.POLL
        self.handover.keep_up(not self._behind)
        return self._behind

    def _dispatch(self, called: bool) -> None:
        """A broker that went is hung up on whatever the duties meet that come after this."""
        try:
            self._publish(called)
        except DBAPIError:
            raise
        except Exception:
            self._publisher.close()
            raise

    def _publish(self, called: bool) -> None:
        if handed := self.handover.take():
            publish_handed(self._publisher, handed, self._marks)
            self._marks.write_when_due()  # what is late, before anything else that may take long: a lease runs
        if called or time.monotonic() >= self._next_look:
            self._look(called)

    def _look(self, called: bool) -> None:
        """Into the table. Who was `called` does not look first whether there is anything; who rests in a crowd takes no
        more than leaves without a rest, since no other dispatcher may publish what it holds."""
        self._next_look = time.monotonic() + self.POLL
        most = FEW if self.handover.crowd.is_here() else BATCH
        found = dispatch_once(self._publisher, most=most) if called or anything_ready() else 0
        self._behind = found == most

    def _keep_alive(self) -> None:
        if time.monotonic() >= self._next_sign:
            self._publisher.keep_alive()
            self._next_sign = time.monotonic() + SIGN_EVERY

    def _on_trouble(self, error: Exception) -> None:
        """Rows stay in the table and are published when the broker and the database are back."""
        self.handover.keep_up(False)
        if isinstance(error, DBAPIError) and not is_trouble(error):
            log.exception("dispatch failed")
        elif isinstance(error, TopologyMismatch):
            log.error("dispatch is not possible", error=error.message)
        else:
            log.warning("dispatch waits", error=f"{type(error).__name__}: {error}", pause=self._pause)
        if not isinstance(error, DBAPIError):
            self._publisher.close()
        self._pause = min(self._pause * 2, self.LONGEST_PAUSE)
        self._stopping.wait(self.SHORTEST_PAUSE)  # also when it rings: or each submit would be a try
