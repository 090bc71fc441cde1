"""What came with a form."""

from fastapi import Request


async def given_form(request: Request) -> dict[str, str]:
    """The text fields of a form; of several with one name the last."""
    return {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
