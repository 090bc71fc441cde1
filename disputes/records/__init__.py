"""What is kept of a complaint: to take away, to check, to hold, and to forget when its time is over."""
