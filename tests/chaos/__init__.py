"""`make chaos`: scripted customers and agents, processes killed at random, and then everything is counted."""
