"""Files that leave as downloads, never as pages."""

from typing import Final
from urllib.parse import quote

from starlette.responses import Response

from disputes.edge.templates import NO_STORE

ALONE: Final = "sandbox; default-src 'none'"
"""A file, should a browser show it after all, may run nothing and load nothing."""


def download(content: bytes, file_name: str, media_type: str) -> Response:
    """The file under its name, for the browser to save; nobody on the way keeps a copy."""
    headers = {
        **NO_STORE,
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file_name, safe='')}",
        "Content-Security-Policy": ALONE,
    }
    return Response(content, media_type=media_type, headers=headers)
