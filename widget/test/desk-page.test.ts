import assert from "node:assert/strict";
import { beforeEach, describe, it, mock } from "node:test";
import { CHAT_KEYS, DESK_KEYS, meant, type Pressed } from "../src/desk/keys";
import { HOLDS_FOR, ago, mustWait, neighbour } from "../src/desk/order";
import { paced } from "../src/desk/paced";
import { alertFor, newsBetween, type Pulse } from "../src/desk/pulse";

describe("keys", () => {
  it("are single letters where nothing is typed", () => {
    assert.equal(meant(press("n"), false, true), "n");
    assert.equal(meant(press("N"), false, true), "n");
    assert.equal(meant(press("?"), false, true), "?");
    assert.equal(meant(press("y"), false, true), null);
  });

  it("never fire while somebody types", () => {
    for (const { key } of [...CHAT_KEYS.keys, ...DESK_KEYS.keys]) assert.equal(meant(press(key), true, true), null);
  });

  it("can be switched off, and those with Alt stay", () => {
    for (const { key } of [...CHAT_KEYS.keys, ...DESK_KEYS.keys]) assert.equal(meant(press(key), false, false), null);
    assert.equal(meant(press("˜", { altKey: true, code: "KeyN" }), true, false), "n");
  });

  it("with Alt do only what does not surprise while one types", () => {
    assert.equal(meant(press("e", { altKey: true, code: "KeyE" }), true, true), null);
    assert.equal(meant(press("j", { altKey: true, code: "KeyJ" }), true, true), "j");
  });

  it("leave the keys of the browser and of other alphabets alone", () => {
    assert.equal(meant(press("r", { ctrlKey: true }), false, true), null);
    assert.equal(meant(press("r", { metaKey: true }), false, true), null);
    assert.equal(meant(press("n", { isComposing: true }), false, true), null);
  });

  it("that are held down only move", () => {
    assert.equal(meant(press("j", { repeat: true }), false, true), "j");
    assert.equal(meant(press("n", { repeat: true }), false, true), null);
  });

  it("are each one thing's alone", () => {
    const all = [...CHAT_KEYS.keys, ...DESK_KEYS.keys].map(({ key }) => key);
    assert.equal(new Set(all).size, all.length);
  });
});

describe("lists", () => {
  const resting = { over: true, movedAt: 1000 };

  it("wait while a hand is in them and rows would move", () => {
    assert.equal(mustWait(["a", "b"], ["c", "a", "b"], resting, 1500), true);
    assert.equal(mustWait(["a", "b"], ["b", "a"], resting, 1500), true);
    assert.equal(mustWait(["a", "b"], ["a"], resting, 1500), true);
  });

  it("do not wait when no row moves, or no hand is there, or it rests too long", () => {
    assert.equal(mustWait(["a", "b"], ["a", "b"], resting, 1500), false);
    assert.equal(mustWait(["a"], ["b"], { over: false, movedAt: 1000 }, 1500), false);
    assert.equal(mustWait(["a"], ["b"], resting, 1001 + HOLDS_FOR), false);
  });

  it("are gone through without falling off their ends", () => {
    assert.equal(neighbour(["a", "b", "c"], "b", 1), "c");
    assert.equal(neighbour(["a", "b", "c"], "a", -1), undefined);
    assert.equal(neighbour(["a", "b", "c"], "", 1), "a");
    assert.equal(neighbour(["a", "b", "c"], "gone", -1), "c");
    assert.equal(neighbour([], "", 1), undefined);
  });

  it("say times as the server's pages do", () => {
    const now = Date.UTC(2026, 4, 12, 12);
    const texts = [0, 59, 60, 3599, 3600, 47 * 3600, 48 * 3600, -100].map((seconds) => ago(now - seconds * 1000, now));
    assert.deepEqual(texts, ["just now", "just now", "1 min", "59 min", "1 h", "47 h", "2 d", "just now"]);
  });
});

describe("renewing", () => {
  beforeEach(() => {
    mock.timers.reset();
    mock.timers.enable({ apis: ["setTimeout"] });
  });

  it("is done at once, then once a pause for as long as there is something", () => {
    let done = 0;
    const soon = paced(() => (done += 1), 1000);
    soon();
    assert.equal(done, 1);
    for (let hint = 0; hint < 20; hint += 1) soon();
    assert.equal(done, 1);
    mock.timers.tick(1000);
    assert.equal(done, 2);
    mock.timers.tick(5000);
    assert.equal(done, 2);
    soon();
    assert.equal(done, 3);
  });
});

describe("alerts", () => {
  const seen = { hidden: false, open: "m1" };
  const hidden = { hidden: true, open: "m1" };

  it("are silent about what is there when the page opens", () => {
    assert.deepEqual(alertFor(newsBetween(null, pulse(["w1"], { m1: 3 })), pulse(["w1"]), hidden), { sound: null, notice: null });
  });

  it("ring for a new chat that waits, and notify where the tab is hidden", () => {
    const now = pulse(["w1", "w2"]);
    const news = newsBetween(pulse(["w1"]), now);
    assert.deepEqual(alertFor(news, now, seen), { sound: "waiting", notice: null });
    assert.deepEqual(alertFor(news, now, hidden), { sound: "waiting", notice: { kind: "waiting", id: "w2" } });
  });

  it("say that it is urgent", () => {
    const now = { ...pulse([]), waiting: [{ id: "w9", urgent: true }] };
    assert.equal(alertFor(newsBetween(pulse([]), now), now, hidden).notice?.kind, "urgent");
  });

  it("leave whoever is away alone with the queue, not with their own chats", () => {
    const now = { ...pulse(["w1"], { m1: 1 }), available: false };
    assert.deepEqual(alertFor(newsBetween(pulse([]), now), now, hidden), { sound: "message", notice: { kind: "message", id: "m1" } });
  });

  it("ring for an answer unless it is being looked at", () => {
    const now = pulse([], { m1: 2 });
    const news = newsBetween(pulse([], { m1: 1 }), now);
    assert.deepEqual(alertFor(news, now, seen), { sound: null, notice: null });
    assert.equal(alertFor(news, now, { hidden: false, open: "other" }).sound, "message");
    assert.deepEqual(alertFor(news, now, hidden).notice, { kind: "message", id: "m1" });
  });

  it("are silent when somebody else took the chat, or it was read", () => {
    const now = pulse([], { m1: 0 });
    assert.equal(alertFor(newsBetween(pulse(["w1"], { m1: 4 }), now), now, hidden).sound, null);
  });
});

function press(key: string, more: Partial<Pressed> = {}): Pressed {
  return { key, code: "", altKey: false, ctrlKey: false, metaKey: false, isComposing: false, repeat: false, ...more };
}

function pulse(waiting: string[], mine: Record<string, number> = {}): Pulse {
  return { available: true, waiting: waiting.map((id) => ({ id, urgent: false })), mine };
}
