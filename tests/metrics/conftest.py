"""The web application with an empty database behind it."""

from tests.serving import emptied_database, pages_database_url, served, visitor

__all__ = ["emptied_database", "pages_database_url", "served", "visitor"]
