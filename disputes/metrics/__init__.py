"""Figures for whoever keeps the program running: what `/metrics` tells."""
