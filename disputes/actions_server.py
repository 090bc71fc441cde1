"""The actions, served to Rasa over HTTP: the same contract as `python -m rasa_sdk --actions actions`."""

import json
from typing import Any

import structlog
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionMissingDomainException, ActionNotFoundException
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

log = structlog.get_logger(__name__)


def create_actions_app(package: str = "actions") -> Starlette:
    """An ASGI app with `POST /webhook` and `GET /health`. It has no sign-in: bind it to loopback.

    A call may name the domain by its digest; 449 asks for the domain itself (`nlu_components/action_calls.py`).
    """
    executor = ActionExecutor()
    executor.register_package(package)

    async def webhook(request: Request) -> Response:
        call: dict[str, Any] = json.loads(await request.body())
        try:
            result = await executor.run(call)
        except ActionExecutionRejection as rejection:
            answer = {"error": str(rejection), "action_name": rejection.action_name}
            return JSONResponse(answer, status_code=400)
        except ActionNotFoundException as missing:
            answer = {"error": str(missing), "action_name": missing.action_name}
            return JSONResponse(answer, status_code=404)
        except ActionMissingDomainException as unknown:
            return JSONResponse({"error": str(unknown), "action_name": unknown.action_name}, status_code=449)
        except Exception:  # outer wall: Rasa must not get the tracker back in an error page
            log.exception("action.failed", action=call.get("next_action"))
            answer = {"error": "The action failed.", "action_name": str(call.get("next_action"))}
            return JSONResponse(answer, status_code=500)
        return JSONResponse(result.model_dump() if result else None)

    async def health(_request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    return Starlette(routes=[Route("/webhook", webhook, methods=["POST"]), Route("/health", health)])
