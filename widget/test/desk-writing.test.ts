import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { blanksIn, fill, nextBlank } from "../src/desk/blanks";
import { codeAt, matching, type Reply } from "../src/desk/canned";

describe("blanks", () => {
  it("are filled with what is known; the others stay to be seen", () => {
    assert.equal(fill("Hello {name}, a photo of {what}? {name}!", { name: "Mia" }), "Hello Mia, a photo of {what}? Mia!");
  });

  it("take nothing for a value that is not one of ours, nor text with braces for a blank", () => {
    assert.equal(fill("{toString} {constructor}", {}), "{toString} {constructor}");
    assert.deepEqual(blanksIn("{} { name } {Name} {na1me} ${x}").map(({ name }) => name), ["x"]);
  });

  it("put a value in as it is, whatever it holds", () => {
    assert.equal(fill("{name} {order}", { name: "$& {order}", order: "1" }), "$& {order} 1");
  });

  it("are gone through from where one is, and from the first again", () => {
    const text = "{a} and {b}";
    assert.equal(nextBlank(text, 0)?.name, "a");
    assert.equal(nextBlank(text, 3)?.name, "b");
    assert.equal(nextBlank(text, 11)?.name, "a");
    assert.equal(nextBlank("none", 0), undefined);
  });
});

describe("the code of a canned reply", () => {
  it("begins with a slash at the beginning of a word", () => {
    assert.deepEqual(codeAt("/", 1), { start: 0, query: "" });
    assert.deepEqual(codeAt("Well /He", 8), { start: 5, query: "he" });
    assert.deepEqual(codeAt("line\n/x", 7), { start: 5, query: "x" });
  });

  it("is none inside of words, addresses and dates, nor behind the caret", () => {
    assert.equal(codeAt("and/or", 6), null);
    assert.equal(codeAt("https://a.example/x", 19), null);
    assert.equal(codeAt("/hi there", 9), null);
    assert.equal(codeAt("12/05", 5), null);
    assert.equal(codeAt("no", 2), null);
    assert.equal(codeAt("/".padEnd(40, "x"), 40), null);
  });

  it("finds by its beginning first, then anywhere, then in the title", () => {
    const replies = ["bye", "hi", "thirty"].map((code) => reply(code)).concat(reply("zz", "Hi there"));
    assert.deepEqual(matching(replies, "hi").map(({ code }) => code), ["hi", "thirty", "zz"]);
    assert.deepEqual(matching(replies, "").map(({ code }) => code), ["bye", "hi", "thirty", "zz"]);
    assert.deepEqual(matching(replies, "nothing"), []);
  });
});

function reply(code: string, title = "Title"): Reply {
  return { code, title, text: "Text" };
}
