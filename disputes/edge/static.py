"""Static files, kept by browsers for as long as their address says."""

import json
from typing import Any, Final

from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles as PlainStaticFiles
from starlette.types import Scope

from disputes.edge.templates import STATIC
from disputes.words import Sentences, language_dir

FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK_EACH_TIME: Final = "no-cache"
A_FEW_MINUTES: Final = "public, max-age=300"
WIDGET: Final = Sentences("widget/src/words.json")


class StaticFiles(PlainStaticFiles):
    """Files whose address carries a version (`?v=`) are kept for ever, others are asked for each time."""

    def file_response(self, full_path: Any, stat_result: Any, scope: Scope, status_code: int = 200) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        versioned = scope["query_string"].startswith(b"v=")
        response.headers["Cache-Control"] = FOR_EVER if versioned else ASK_EACH_TIME
        return response


def widget_script() -> Response:
    """The widget for a shop's pages, at an address that never changes; any site may load it.

    English is built into it. The words of another language stand before it, so that no browser waits for them.
    """
    headers = {"Cache-Control": A_FEW_MINUTES, "Cross-Origin-Resource-Policy": "cross-origin"}
    if language_dir() is None:
        return FileResponse(STATIC / "widget.js", media_type="text/javascript", headers=headers)
    script = (STATIC / "widget.js").read_text(encoding="utf-8")
    words = f"var disputesWords = {json.dumps(dict(WIDGET.all()))};"
    return Response(f"{words}\n{script}", media_type="text/javascript", headers=headers)
