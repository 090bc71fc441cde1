"""`make bench`: speed and memory, measured in one run and set beside the bars of the design."""
