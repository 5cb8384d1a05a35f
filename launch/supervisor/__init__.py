"""supervisord keeps the processes alive; this configures it, starts it and asks it how they are."""
