"""In Rasa's own environment: the action server is told the domain once, over one connection."""

import os
import subprocess

import pytest

from disputes.local import training
from tests.stack import ROOT

pytestmark = pytest.mark.rasa

CALL = """
import asyncio
from aiohttp import web
from rasa.core.actions.action import ActionExecutionRejection, RemoteAction
from rasa.core.channels.channel import CollectingOutputChannel
from rasa.core.nlg import NaturalLanguageGenerator, TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from nlu_components.action_calls import call_actions_quickly

call_actions_quickly()
known, connections = set(), set()

async def answer(request):
    call = await request.json()
    connections.add(request.transport.get_extra_info("peername"))
    print(call["next_action"], "with the domain" if "domain" in call else "without")
    if "domain" in call:
        known.add(call["domain_digest"])
    if call["domain_digest"] not in known:
        return web.json_response({"error": "no domain", "action_name": call["next_action"]}, status=449)
    if call["next_action"] == "validate_form":
        return web.json_response({"error": "not for me", "action_name": "validate_form"}, status=400)
    return web.json_response({"events": [], "responses": []})

async def main():
    app = web.Application()
    app.router.add_post("/webhook", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    endpoint = EndpointConfig(url=f"http://127.0.0.1:{site._server.sockets[0].getsockname()[1]}/webhook")
    domain = Domain.from_dict({"intents": ["greet"], "actions": ["action_answer", "validate_form"]})

    async def call(name):
        try:
            tracker = DialogueStateTracker.from_events("anna", [])
            nlg = TemplatedNaturalLanguageGenerator({})
            return await RemoteAction(name, endpoint).run(CollectingOutputChannel(), nlg, tracker, domain)
        except ActionExecutionRejection:
            return "rejected"

    print(await call("action_answer"))
    print(await call("validate_form"))
    known.clear()  # another server, which has just been started
    print(await call("action_answer"))
    print(len(connections), "connection")
    await endpoint.kept_session.close()
    await runner.cleanup()

asyncio.run(main())
"""


def test_the_domain_is_told_once_over_one_connection() -> None:
    done = subprocess.run(
        [training.rasa_command(ROOT)[0], "-c", CALL],
        cwd=ROOT,
        env={**os.environ, **training.QUIET},
        capture_output=True,
        text=True,
        check=False,
    )
    asked_again = ["action_answer without", "action_answer with the domain", "[]"]
    expected = [*asked_again, "validate_form without", "rejected", *asked_again, "1 connection"]
    assert done.stdout.splitlines() == expected, done.stderr[-2000:]
