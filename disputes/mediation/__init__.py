"""Voluntary mediation with a neutral person; what is said there in confidence stays there."""
