"""Flower with its doors watched.

Flower alone is open by default, drops options that it does not know, and fails open when its sign-in is half
configured. So it is told what to do (flowerconfig.py), what it has understood is checked before it listens
(guard.py), and whether it keeps its door shut is tried out once it listens (probe.py).
"""
