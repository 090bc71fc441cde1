"""What each process counts about itself, for Prometheus. No name and no label holds anything about a person."""

from typing import Final

from prometheus_client import Counter, Gauge, Histogram, disable_created_metrics

disable_created_metrics()  # type: ignore[no-untyped-call]

TURN_SECONDS: Final = Histogram(
    "disputes_turn_seconds",
    "From a customer's message to the assistant's stored answer, in the process that took it to Rasa.",
    buckets=(0.025, 0.05, 0.1, 0.2, 0.35, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8, 13, 21, 34),
)
TURNS: Final = Counter(
    "disputes_turns",
    "Turns by what became of them: answered; dropped, because a person had the chat; failed, and the customer told; "
    "again, because Rasa did not answer and there was still patience.",
    ["outcome"],
)
IDENTITIES: Final = Counter(
    "disputes_shop_identities",
    "Tokens with which the shop says who is signed in, by what became of them: taken; other_chat, begun before the "
    "sign-in; expired; used_elsewhere, in another browser; foreign, signed by or for others; unverified, the shop has "
    "not made sure of the address; faulty; off, no secret is set.",
    ["outcome"],
)
SOCKETS: Final = Gauge("disputes_sockets", "Open sockets of this process.", ["side"])
HEARS_HINTS: Final = Gauge("disputes_hears_hints", "1 while this process hears the database's hints for live chats.")
ASSISTANT_READY: Final = Gauge("disputes_assistant_ready", "1 while a Rasa answers this process.")

for _outcome in ("answered", "dropped", "failed", "again"):
    TURNS.labels(_outcome)
for _outcome in ("taken", "other_chat", "expired", "used_elsewhere", "foreign", "unverified", "faulty", "off"):
    IDENTITIES.labels(_outcome)
for _side in ("customers", "desk"):
    SOCKETS.labels(_side)
