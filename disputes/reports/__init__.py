"""What managers are told: figures from the rows that the rest of the program writes anyway, and what is behind each."""
