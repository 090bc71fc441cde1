"""Files that people send: what they really are, and where they are kept."""
