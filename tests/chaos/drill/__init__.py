"""A workload that only the chaos run knows: it is put into a copy of the application, as any new task would be."""
