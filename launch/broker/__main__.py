"""Keep a private node for as long as this process lives: `python -m launch.broker DIRECTORY`."""

import signal
import sys
import time
from pathlib import Path

from launch.broker.node import BrokerFailed, PrivateBroker
from launch.console import say


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    broker = PrivateBroker(Path(sys.argv[1]))
    try:
        keep(broker)
    except BrokerFailed as failure:
        say(str(failure))
        sys.exit(1)
    finally:
        broker.stop()


def keep(broker: PrivateBroker) -> None:
    broker.start()
    say("RabbitMQ accepts connections")
    while broker.is_running:
        time.sleep(0.5)
    raise BrokerFailed("RabbitMQ has died")


if __name__ == "__main__":
    main()
