"""What managers and administrators arrange that reaches across the other packages."""
