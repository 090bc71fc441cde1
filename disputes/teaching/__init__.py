"""Messages that were read wrongly: people choose what was meant, and the next training has it."""
