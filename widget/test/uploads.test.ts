import assert from "node:assert/strict";
import { beforeEach, describe, it } from "node:test";
import { rowsOf } from "../src/rows";
import { openFrom, Thread } from "../src/thread";
import type { Message } from "../src/types";
import { Uploads } from "../src/uploads";

/** A browser's request that answers when the test says so. */
class Request {
  static sent: Request[] = [];
  upload: { onprogress?: (event: { loaded: number; total: number }) => void } = {};
  onload = (): void => {};
  onerror = (): void => {};
  status = 0;
  responseText = "";
  headers: Record<string, string> = {};
  aborted = false;
  body = new FormData();
  open(): void {}
  setRequestHeader(name: string, value: string): void {
    this.headers[name] = value;
  }
  send(body: FormData): void {
    this.body = body;
    Request.sent.push(this);
  }
  abort(): void {
    this.aborted = true;
  }
  answer(status: number, body: unknown): void {
    this.status = status;
    this.responseText = JSON.stringify(body);
    this.onload();
  }
  get id(): string {
    return this.body.get("client_id") as string;
  }
}

const ALLOWED = { most: 5, megabytes: 10, accept: "" };
let uploads: Uploads;
let stored: Message[];

function fresh(): void {
  Request.sent = [];
  stored = [];
  (globalThis as Record<string, unknown>).XMLHttpRequest = Request;
  uploads = new Uploads(
    () => ({ url: "https://x.example/files", headers: { Authorization: "Bearer 1" } }),
    () => {},
    (message) => stored.push(message),
  );
}

const file = (name: string, size = 10): File => new File([new Uint8Array(size)], name);

describe("uploads", () => {
  beforeEach(fresh);

  it("go one at a time, in order, with what proves who sends them", () => {
    uploads.connect();
    uploads.push([file("a.jpg"), file("b.jpg")], ALLOWED);
    assert.equal(Request.sent.length, 1);
    assert.deepEqual(Request.sent[0]?.headers, { Authorization: "Bearer 1" });
    Request.sent[0]?.answer(201, { seq: 4, text: "Sent" });
    assert.equal(stored.length, 1);
    assert.equal((Request.sent[1]?.body.get("file") as File).name, "b.jpg");
  });

  it("wait for a connection, and start again with the same id when one was lost", () => {
    uploads.push([file("a.jpg")], ALLOWED);
    assert.equal(Request.sent.length, 0);
    uploads.connect();
    uploads.disconnect();
    Request.sent[0]?.onerror();
    assert.equal(uploads.items[0]?.state, "waiting");
    assert.equal(Request.sent.length, 1);
    uploads.connect();
    assert.equal(Request.sent[1]?.id, Request.sent[0]?.id);
  });

  it("that fail with a connection are the sender's to try again, or the next connection's", () => {
    uploads.connect();
    uploads.push([file("a.jpg")], ALLOWED);
    Request.sent[0]?.answer(503, {});
    assert.equal(uploads.items[0]?.state, "failed");
    uploads.retry(uploads.items[0]?.client_id ?? "");
    assert.equal(Request.sent.length, 2);
  });

  it("say why they were refused, in the server's words, and whether trying again could help", () => {
    uploads.connect();
    uploads.push([file("a.jpg"), file("b.jpg")], ALLOWED);
    Request.sent[0]?.answer(400, { error: { message: "This picture is damaged." } });
    Request.sent[1]?.answer(409, { error: { message: "This chat has ended." } });
    assert.deepEqual(
      uploads.items.map(({ state, reason, final }) => [state, reason, final]),
      [
        ["refused", "This picture is damaged.", true],
        ["refused", "This chat has ended.", false],
      ],
    );
  });

  it("that are too large are not sent at all", () => {
    uploads.connect();
    uploads.push([file("a.pdf", 10_000_001)], ALLOWED);
    assert.equal(Request.sent.length, 0);
    assert.deepEqual([uploads.items[0]?.state, uploads.items[0]?.final], ["refused", true]);
  });

  it("are done when their message comes another way, and go on with the next", () => {
    uploads.connect();
    uploads.push([file("a.jpg"), file("b.jpg")], ALLOWED);
    uploads.stored(Request.sent[0]?.id);
    assert.equal(uploads.items.length, 1);
    assert.equal(Request.sent.length, 2);
  });

  it("tell how far they are, and can be stopped", () => {
    uploads.connect();
    uploads.push([file("a.jpg")], ALLOWED);
    Request.sent[0]?.upload.onprogress?.({ loaded: 5, total: 10 });
    assert.equal(uploads.items[0]?.progress, 0.5);
    uploads.remove(Request.sent[0]?.id ?? "");
    assert.equal(Request.sent[0]?.aborted, true);
    assert.deepEqual(uploads.items, []);
  });
});

describe("a file in the conversation", () => {
  const said = (seq: number, from: Message["from"], rest: Partial<Message> = {}): Message => ({ id: `m${seq}`, seq, from, name: "", at: `2026-05-04T09:0${seq}:00Z`, text: "x", ...rest });

  it("answers no question", () => {
    const sent = said(2, "customer", { attachment: { payload: { id: "f" } } });
    assert.equal(openFrom([said(1, "bot"), sent], "bot"), 0);
    assert.equal(openFrom([said(1, "bot"), said(2, "customer")], "bot"), 3);
  });

  it("that was refused stays where it was tried", () => {
    uploads.push([file("a.pdf", 10_000_001)], ALLOWED);
    const item = { ...uploads.items[0]!, at: "2026-05-04T09:01:30Z" };
    const rows = rowsOf([said(1, "bot"), said(2, "agent")], [item], "customer", new Date("2026-05-04T10:00:00Z"));
    assert.deepEqual(
      rows.filter((row) => row.kind === "message").map((row) => row.kind === "message" && row.message.from),
      ["bot", "customer", "agent"],
    );
  });
});

describe("a card that was brought up to date", () => {
  it("takes the place of the first, and its line is only a line", () => {
    const thread = new Thread();
    const card = (value: string) => ({ kind: "handover" as const, title: "t", rows: [{ label: "Order", value }] });
    thread.addHistory({
      messages: [
        { id: "a", seq: 1, from: "system", name: "", at: "", text: "card", card: card("1") },
        { id: "b", seq: 2, from: "system", name: "", at: "", text: "changed", card: card("2"), card_of: "a" },
      ],
      last_seq: 2,
    });
    assert.equal(thread.messages[0]?.card?.rows[0]?.value, "2");
    assert.equal(thread.messages[1]?.card, undefined);
  });
});
