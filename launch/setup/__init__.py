"""From a bare machine to one that can run. Standard library only: nothing is installed yet."""
