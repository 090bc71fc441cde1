import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { account } from "../src/customer";

describe("the account of a token", () => {
  it("is read from it, whatever signs it holds", () => {
    for (const sub of ["4711", "a?b>c~~~", "ÿÿ", "x".repeat(50)]) assert.equal(account(token({ sub })), Buffer.from(sub).toString("latin1"));
  });

  it("is nobody's in what is no token", () => {
    for (const odd of [null, "", "a", "a.b.c", "a.!.c", "..", `a.${btoa("null")}.c`, `a.${btoa("[")}.c`]) assert.equal(account(odd), null);
  });
});

function token(claims: object): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.x`;
}
