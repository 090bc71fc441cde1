"""Mail that comes in: read, matched with its case, and filed there."""
