"""Flower behind our own address `/flower/`: who may do what there, what goes up to it, and what comes back."""
