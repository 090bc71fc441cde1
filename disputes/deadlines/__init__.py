"""The clocks of cases at work: a sweep finds what is over, one job for each case acts on it."""
