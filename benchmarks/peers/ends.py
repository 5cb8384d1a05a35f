"""When tasks ended: eight bytes appended to a file, which costs a task about a microsecond."""

import os
import struct
import time

TIME = struct.Struct("<d")
_file: int | None = None


def note() -> None:
    global _file
    if _file is None:
        path = os.path.join(os.environ["BENCH_DIRECTORY"], "ends")
        _file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(_file, TIME.pack(time.time()))
