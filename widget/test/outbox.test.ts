import assert from "node:assert/strict";
import { beforeEach, describe, it, mock } from "node:test";
import { ANSWER_WITHIN, Outbox, type Outgoing } from "../src/outbox";

describe("outbox", () => {
  beforeEach(fresh);

  it("holds messages until there is a connection, then sends them in order, one at a time", () => {
    const [first, second] = [outbox.push("one"), outbox.push("two")];
    assert.deepEqual(wire, []);
    outbox.connect();
    assert.deepEqual(wire, ["one"]);
    outbox.stored(first.client_id);
    assert.deepEqual(wire, ["one", "two"]);
    outbox.stored(second.client_id);
    assert.deepEqual(outbox.items, []);
  });

  it("sends again with the same id when there is no answer in time", () => {
    outbox.connect();
    const { client_id } = outbox.push("hello");
    pass(ANSWER_WITHIN);
    assert.deepEqual(ids, [client_id, client_id]);
  });

  it("sends again with the same id after a reconnect, before later messages", () => {
    outbox.connect();
    const { client_id } = outbox.push("one");
    outbox.push("two");
    outbox.disconnect();
    outbox.connect();
    assert.deepEqual(ids, [client_id, client_id]);
  });

  it("gives up after three tries, and takes up again by hand or with the next connection", () => {
    outbox.connect();
    const { client_id } = outbox.push("hello");
    pass(ANSWER_WITHIN * 4);
    assert.equal(outbox.items[0]?.state, "failed");
    assert.equal(wire.length, 3);
    outbox.retry(client_id);
    assert.equal(wire.length, 4);
    pass(ANSWER_WITHIN * 4);
    outbox.disconnect();
    outbox.connect();
    assert.equal(outbox.items[0]?.state, "waiting");
    assert.deepEqual(new Set(ids), new Set([client_id]));
  });

  it("shows a refusal with its reason and goes on with the next", () => {
    outbox.connect();
    const { client_id } = outbox.push("one");
    outbox.push("two");
    outbox.refused({ client_id, code: "invalid", message: "Too long." });
    assert.deepEqual(outbox.items[0], { ...outbox.items[0], state: "refused", reason: "Too long." });
    assert.deepEqual(wire, ["one", "two"]);
  });

  it("does not send a refused message again by itself", () => {
    outbox.connect();
    const { client_id } = outbox.push("one");
    outbox.refused({ client_id, code: "invalid", message: "No." });
    outbox.disconnect();
    outbox.connect();
    pass(ANSWER_WITHIN * 4);
    assert.deepEqual(wire, ["one"]);
  });

  it("takes back what an earlier page could not send, ids and all", () => {
    const item: Outgoing = { client_id: "old", message: "/yes", text: "Yes", at: "2026-05-12T10:00:00Z", state: "failed" };
    outbox.restore([item]);
    outbox.connect();
    assert.deepEqual(ids, ["old"]);
  });

  it("ignores an answer to a message it no longer has", () => {
    assert.equal(outbox.stored("unknown"), undefined);
    outbox.refused({ client_id: "unknown", code: "invalid", message: "" });
    assert.deepEqual(outbox.items, []);
  });
});

let wire: string[];
let ids: string[];
let outbox: Outbox;

function fresh(): void {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  wire = [];
  ids = [];
  outbox = new Outbox(
    ({ message, client_id }) => {
      wire.push(message);
      ids.push(client_id);
    },
    () => {},
  );
}

/** In small steps, so that timers set on the way run too. */
function pass(milliseconds: number): void {
  for (let left = milliseconds; left > 0; left -= 500) mock.timers.tick(Math.min(500, left));
}
