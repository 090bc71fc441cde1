"""Canned replies: texts that agents send often, found by a short code."""
