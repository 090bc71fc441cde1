import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { rowsOf } from "../src/rows";
import { Thread, fromUttered, openFrom } from "../src/thread";
import type { Message, Sender } from "../src/types";

describe("thread", () => {
  it("keeps one of each seq, in order of seq", () => {
    const thread = new Thread();
    thread.addHistory({ messages: [message(2), message(1)], last_seq: 2 });
    assert.equal(thread.add(message(2)), false);
    assert.equal(thread.add(message(3)), true);
    assert.deepEqual(seqs(thread), [1, 2, 3]);
  });

  it("asks again from before a gap until the server vouches for it", () => {
    const thread = new Thread();
    thread.addHistory({ messages: [message(1)], last_seq: 1 });
    thread.add(message(4));
    assert.equal(thread.complete, 1);
    assert.equal(thread.hasGap, true);
    thread.addHistory({ messages: [message(3), message(4)], last_seq: 4 });
    assert.equal(thread.complete, 4);
    assert.equal(thread.hasGap, false);
    assert.deepEqual(seqs(thread), [1, 3, 4]);
  });

  it("closes a gap by itself when the late message comes", () => {
    const thread = new Thread();
    thread.add(message(2));
    thread.add(message(1));
    assert.equal(thread.complete, 2);
  });

  it("puts a card on its message, whichever comes first", () => {
    const card = { kind: "filed" as const, title: "Filed", rows: [] };
    const early = new Thread();
    early.addCard("m1", card);
    early.add(message(1));
    const late = new Thread();
    late.add(message(1));
    late.addCard("m1", card);
    for (const { messages } of [early, late]) assert.equal(messages[0]?.card?.title, "Filed");
  });

  it("adds an attachment that comes apart from its text to the same message", () => {
    const thread = new Thread();
    const metadata = { id: "m1", seq: 1, from: "bot" as const, name: "", at: "2026-05-12T10:00:00Z" };
    for (const part of [{ text: "Here:" }, { attachment: { type: "image", payload: { src: "/a.png" } } }]) {
      const found = fromUttered({ ...part, metadata });
      assert.ok(found);
      thread.add(found);
    }
    assert.equal(thread.messages[0]?.text, "Here:");
    assert.equal(thread.messages[0]?.attachment?.payload?.src, "/a.png");
  });

  it("leaves a message without seq to the history", () => {
    assert.equal(fromUttered({ text: "Too fast" }), null);
  });
});

describe("buttons", () => {
  it("are open until the customer says something", () => {
    const asked = [message(1), message(2)];
    assert.equal(openFrom(asked, "bot"), 0);
    assert.equal(openFrom([...asked, message(3, "customer")], "bot"), 4);
  });

  it("of the assistant close when a person is in charge, those of the queue's own line do not", () => {
    const messages = [message(1), message(2, "system")];
    assert.equal(openFrom(messages, "queue"), 2);
    assert.equal(openFrom([...messages, message(3, "agent")], "agent"), 3);
  });
});

describe("rows", () => {
  const now = new Date("2026-05-12T12:00:00Z");

  it("separates days and names them", () => {
    const rows = rowsOf([message(1, "bot", "2026-05-11T10:00:00Z"), message(2)], [], "customer", now);
    assert.deepEqual(rows.map((row) => (row.kind === "day" ? row.label : row.kind)), ["Yesterday", "message", "Today", "message"]);
  });

  it("groups what one sender says within five minutes", () => {
    const times = ["10:00", "10:02", "10:20"].map((time) => `2026-05-12T${time}:00Z`);
    const rows = rowsOf(times.map((at, index) => message(index + 1, "bot", at)), [], "customer", now);
    const shapes = rows.map((row) => row.kind === "message" && `${row.first ? "first" : ""}${row.last ? "last" : ""}`);
    assert.deepEqual(shapes, [false, "first", "last", "firstlast"]);
  });

  it("keeps the key of a message when it is stored, so that it is not drawn anew", () => {
    const item = { client_id: "c9", message: "Hi", text: "Hi", at: "2026-05-12T11:00:00Z", state: "waiting" as const };
    const before = rowsOf([], [item], "customer", now).at(-1);
    const after = rowsOf([{ ...message(1, "customer", item.at), client_id: "c9" }], [], "customer", now).at(-1);
    assert.equal(before?.key, after?.key);
  });

  it("never groups a private note with a reply", () => {
    const rows = rowsOf([message(1, "agent"), { ...message(2, "agent"), note: true }], [], "agent", now);
    assert.deepEqual(rows.map((row) => row.kind === "message" && row.first), [false, true, true]);
  });
});

function message(seq: number, from: Sender = "bot", at = "2026-05-12T10:00:00Z"): Message {
  return { id: `m${seq}`, seq, from, name: "", at, text: `text ${seq}` };
}

function seqs(thread: Thread): number[] {
  return thread.messages.map(({ seq }) => seq);
}
