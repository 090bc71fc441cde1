import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { dayOf, initials, lengthOf, randomId, safeHref, segments, textBeside } from "../src/text";
import type { Card } from "../src/types";

describe("links", () => {
  it("are found, without the punctuation of the sentence around them", () => {
    assert.deepEqual(linksIn("See https://a.example/b?c=1. (Or http://d.example/e_(f))!"), ["https://a.example/b?c=1", "http://d.example/e_(f)"]);
  });

  it("lose nothing of the text", () => {
    const text = "a https://b.example, c\nd";
    assert.equal(segments(text).map((piece) => (typeof piece === "string" ? piece : piece.label)).join(""), text);
  });

  it("are http and https only", () => {
    assert.deepEqual(linksIn("javascript:alert(1) data:text/html,x <a href='https://x.example/'>y</a>"), ["https://x.example/"]);
    assert.equal(safeHref("javascript:alert(1)", "https://shop.example/"), "");
    assert.equal(safeHref("/status", "https://shop.example/help/"), "https://shop.example/status");
  });
});

describe("text beside a card", () => {
  const card: Card = { kind: "summary", title: "", rows: [{ label: "Name", value: "Ana" }, { label: "Order", value: "CN-10023" }] };

  it("loses the lines that the card repeats", () => {
    assert.equal(textBeside("This is what I have:\n\n- Name: Ana\n• Order: CN-10023\n\nIs it right?", card), "This is what I have:\n\nIs it right?");
  });

  it("keeps sentences that hold the same words", () => {
    const text = "I wrote down the name: Ana. Is it right?";
    assert.equal(textBeside(text, card), text);
  });

  it("stays whole without a card", () => {
    assert.equal(textBeside("Name: Ana", undefined), "Name: Ana");
  });
});

describe("small things", () => {
  it("counts characters as the server does", () => {
    assert.equal(lengthOf("a😀é"), 3);
  });

  it("names days absolutely, with the year when it is another", () => {
    const now = new Date(2026, 4, 20, 12);
    assert.equal(dayOf(new Date(2026, 4, 12, 9).toISOString(), now), "Tuesday 12 May");
    assert.equal(dayOf(new Date(2025, 4, 12, 9).toISOString(), now), "Monday 12 May 2025");
    assert.equal(dayOf("not a date", now), "");
  });

  it("makes initials and ids", () => {
    assert.equal(initials(" anna  maria lindqvist "), "AL");
    assert.equal(initials("Ömer"), "Ö");
    assert.match(randomId(), /^[0-9a-f]{32}$/);
    assert.notEqual(randomId(), randomId());
  });
});

function linksIn(text: string): string[] {
  return segments(text).flatMap((piece) => (typeof piece === "string" ? [] : [piece.href]));
}
