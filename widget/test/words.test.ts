import assert from "node:assert/strict";
import { it } from "node:test";

it("the words of another language take the place of ours, and what it lacks stays", async () => {
  Object.assign(globalThis, { disputesWords: { typing: "{name} tippt", unreadMany: "{count} neue Nachrichten" } });
  const { words } = await import("../src/words");
  assert.equal(words.typing("$& Ann"), "$& Ann tippt");
  assert.equal(words.unread(3), "3 neue Nachrichten");
  assert.equal(words.unread(1), "1 new message");
  assert.equal(words.position(1), "You are next");
  assert.equal(words.position(4), "You are number 4 in the queue");
  assert.equal(words.fileSave("a.pdf", "2 MB"), "Save a.pdf, 2 MB");
  assert.equal(words.send, "Send");
});
