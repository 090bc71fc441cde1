"""The web application, put together in one place."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus

import socketio
from fastapi import APIRouter, FastAPI
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from disputes.api.endpoints import router as api
from disputes.chat.gateway import Gateway
from disputes.desk.endpoints import router as desk
from disputes.edge.addresses import counted_address
from disputes.edge.failures import add_failure_handlers
from disputes.edge.headers import SecurityHeaders
from disputes.edge.limits import BodyLimit
from disputes.edge.origins import OpenToShops
from disputes.edge.readiness import OK, readiness
from disputes.edge.static import StaticFiles, widget_script
from disputes.edge.templates import STATIC
from disputes.edge.uploads import take_turns
from disputes.edge.visits import Visits
from disputes.metrics.endpoint import router as metrics
from disputes.orders.stand_in import router as demo_orders
from disputes.site.endpoints import router as site

ORDERS_STAND_IN = "/demo/orders-service"

type Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]

probes = APIRouter(include_in_schema=False)


def create_app(lifespan: Lifespan | None = None) -> FastAPI:
    """The pages, the API and the static files; without the sockets."""
    app = FastAPI(
        title="Disputes",
        summary="Written complaints, and how they stand.",
        version="1",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
    )
    app.add_middleware(BodyLimit)
    app.add_middleware(Visits)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(OpenToShops, prefix="/api/chat/", headers=["Authorization"])
    add_failure_handlers(app)
    take_turns(app)
    app.include_router(probes)
    app.include_router(metrics)
    app.include_router(api)
    app.include_router(desk)
    app.include_router(site)
    app.include_router(demo_orders, prefix=ORDERS_STAND_IN, include_in_schema=False)
    app.add_api_route("/widget.js", widget_script, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    return app


def create_asgi() -> ASGIApp:
    """Everything that one web process serves: the pages and, at /socket.io, the chat."""
    gateway = Gateway(counted_address)

    @asynccontextmanager
    async def live_chat(_app: FastAPI) -> AsyncIterator[None]:
        gateway.start()
        yield
        await gateway.stop()

    served: ASGIApp = socketio.ASGIApp(gateway.server, create_app(live_chat))
    return served


@probes.get("/health")
def health() -> dict[str, str]:
    """This process answers."""
    return {"status": OK}


@probes.get("/ready")
def ready() -> JSONResponse:
    """Whether everything behind this process answers too: 200, or 503 with what does not."""
    neighbours = readiness()
    is_ready = all(state == OK for state in neighbours.values())
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return JSONResponse({"ready": is_ready, **neighbours}, status)
