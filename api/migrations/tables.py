"""Every module that declares tables. Not for env.py: a worker that migrates must not load the web process's code."""

import workloads.agents.models  # noqa: F401
