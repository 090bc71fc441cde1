"""Offers: our answers to complaints, what customers say to them, and remedies until they are delivered."""
