"""`GET /metrics`: for the machine itself, or for whoever has METRICS_TOKEN."""

from secrets import compare_digest

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from disputes.edge.addresses import is_on_this_machine
from disputes.errors import NotFound
from disputes.metrics.figures import Figures
from disputes.settings import settings

router = APIRouter(include_in_schema=False)


@router.get("/metrics")
def metrics(request: Request) -> Response:
    """The installation's figures and this process's own, in Prometheus's text format. Strangers find nothing here."""
    if not _may_read(request):
        raise NotFound("There is no such page.")
    shared = CollectorRegistry()
    shared.register(Figures())
    return Response(generate_latest(shared) + generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


def worker_metrics(request: Request) -> Response:
    """A worker's own figures; those of the installation are told by the web processes."""
    if not _may_read(request):
        return Response(status_code=NotFound.status)
    return Response(generate_latest(REGISTRY), media_type=CONTENT_TYPE_LATEST)


def create_metrics_app() -> Starlette:
    """What a worker serves on METRICS_PORT."""
    return Starlette(routes=[Route("/metrics", worker_metrics)])


def _may_read(request: Request) -> bool:
    """By the token where there is one; else only from this very machine, and not through a proxy."""
    token = settings().metrics_token
    if token:
        return compare_digest(request.headers.get("authorization", "").encode(), f"Bearer {token}".encode())
    return is_on_this_machine(request)
