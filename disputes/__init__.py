"""The dispute-resolution system of an online shop: one folder a domain, one file a layer."""
