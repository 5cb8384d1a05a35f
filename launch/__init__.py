"""What `make run` does on one machine: set up, start, watch, stop. Nothing here runs in production."""
