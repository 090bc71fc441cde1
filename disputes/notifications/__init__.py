"""Letters: who is told what, how it is worded, and how it gets there."""
