import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it, mock } from "node:test";
import { Wire, serverOf } from "../src/wire";

describe("wire", () => {
  beforeEach(fresh);
  afterEach(() => opened.forEach((wire) => wire.close()));

  it("opens a WebSocket below the server's path and joins its namespace", () => {
    const wire = dial("/desk");
    assert.equal(socket().url, "wss://shop.example/help/socket.io/?EIO=4&transport=websocket");
    socket().says(OPEN);
    assert.deepEqual(socket().sent, ["40/desk,"]);
    assert.equal(wire.connected, false);
    socket().says('40/desk,{"sid":"x"}');
    assert.equal(wire.connected, true);
    wire.emit("say", { text: "Hi" });
    assert.equal(socket().sent.at(-1), '42/desk,["say",{"text":"Hi"}]');
  });

  it("hands events to their listener, whatever their text holds", () => {
    const wire = dial("/");
    const heard: unknown[] = [];
    wire.on("history", (data) => heard.push(data));
    join();
    socket().says('42["history",{"text":"1/a,2\\n[x]"}]');
    socket().says('42["unknown",1]');
    assert.deepEqual(heard, [{ text: "1/a,2\n[x]" }]);
  });

  it("answers pings, and gives up a line that has gone silent", () => {
    dial("/");
    join();
    socket().says("2");
    assert.equal(socket().sent.at(-1), "3");
    pass(44_000);
    assert.equal(sockets.length, 1);
    pass(3_000);
    assert.equal(sockets.length, 2);
  });

  it("comes back after a loss, later each time, and says so once", () => {
    const wire = dial("/");
    const log: string[] = [];
    wire.on("connect", () => log.push("connect"));
    wire.on("disconnect", () => log.push("disconnect"));
    join();
    socket().drops();
    assert.equal(wire.connected, false);
    pass(700);
    assert.equal(sockets.length, 2);
    join();
    assert.deepEqual(log, ["connect", "disconnect", "connect"]);
  });

  it("falls back to polling when a WebSocket cannot be had", async () => {
    const wire = dial("/");
    answers.push('0{"sid":"p1","pingInterval":25000,"pingTimeout":20000}', "ok", '40{"sid":"s"}\x1e42["typing",{"on":true}]');
    const heard = new Promise((resolve) => wire.on("typing", resolve));
    socket().drops();
    assert.deepEqual(await heard, { on: true });
    assert.equal(wire.connected, true);
    const posted = requests.find(({ body }) => body !== undefined);
    assert.equal(posted?.body, "40");
    assert.match(posted?.url ?? "", /transport=polling&sid=p1$/);
  });

  it("says when the namespace does not let us in, and tries again much later", () => {
    const wire = dial("/desk");
    let refused = 0;
    wire.on("refused", () => (refused += 1));
    socket().says(OPEN);
    socket().says('44/desk,{"message":"Sign in"}');
    assert.equal(refused, 1);
    pass(7_000);
    assert.equal(sockets.length, 1);
    pass(6_000);
    assert.equal(sockets.length, 2);
  });

  it("stays closed once closed", () => {
    const wire = dial("/");
    join();
    wire.close();
    pass(60_000);
    assert.equal(sockets.length, 1);
    assert.equal(wire.connected, false);
  });

  it("finds the server from the script's own address", () => {
    assert.equal(serverOf("https://shop.example/widget.js?v=2"), "https://shop.example/");
    assert.equal(serverOf("https://shop.example/help/static/widget.js"), "https://shop.example/help/");
  });
});

const OPEN = '0{"sid":"e","pingInterval":25000,"pingTimeout":20000}';

class FakeSocket {
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  sent: string[] = [];
  constructor(readonly url: string) {
    sockets.push(this);
  }
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {}
  says(data: string): void {
    this.onmessage?.({ data });
  }
  drops(): void {
    this.onclose?.();
  }
}

let sockets: FakeSocket[];
let answers: string[];
let requests: { url: string; body: string | undefined }[];
let opened: Wire[];

function fresh(): void {
  sockets = [];
  answers = [];
  requests = [];
  opened = [];
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout"] });
  Object.assign(globalThis, {
    WebSocket: FakeSocket,
    addEventListener: () => {},
    removeEventListener: () => {},
    fetch: async (url: URL, { body }: { body?: string } = {}) => {
      requests.push({ url: String(url), body });
      const text = body === undefined ? answers.shift() : (answers.splice(answers.indexOf("ok"), 1), "ok");
      if (text === undefined) return new Promise(() => {});
      return { ok: true, text: async () => text };
    },
  });
}

function dial(namespace: "/" | "/desk"): Wire {
  const wire = new Wire("https://shop.example/help/", namespace);
  opened.push(wire);
  wire.open();
  return wire;
}

function socket(): FakeSocket {
  const last = sockets.at(-1);
  assert.ok(last);
  return last;
}

function join(): void {
  socket().says(OPEN);
  socket().says('40{"sid":"s"}');
}

/** In small steps, so that timers set on the way run too. */
function pass(milliseconds: number): void {
  for (let left = milliseconds; left > 0; left -= 500) mock.timers.tick(Math.min(500, left));
}
