"""What people type, made fit to be stored."""


def storable(text: str) -> str:
    """The text without what PostgreSQL cannot hold: NUL, and halves of characters."""
    return text.replace("\0", "").encode("utf-8", "ignore").decode("utf-8")
