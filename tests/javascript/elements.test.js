import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./scripts.js";

test("placeholders are filled in; a word nobody has stays visible", () => {
  const { fill } = load(["elements.js"], ["fill"]);
  assert.equal(fill("{n} of {k}, {other}", { n: 0, k: 3 }), "0 of 3, {other}");
  assert.equal(fill("{code}", { code: "{n}", n: 1 }), "{n}");
});

test("ids of one page differ", () => {
  const { newId } = load(["elements.js"], ["newId"]);
  assert.deepEqual([newId("field"), newId("field")], ["harmony-field-1", "harmony-field-2"]);
});

function count(milliseconds) {
  const { debounced, clock } = load(["elements.js"], ["debounced"]);
  const calls = [];
  return { clock, calls, later: debounced(() => calls.push(clock.now), milliseconds) };
}

test("a debounced call waits for a pause", () => {
  const { clock, calls, later } = count(400);
  later();
  clock.pass(300);
  later();
  clock.pass(399);
  assert.deepEqual([calls, later.isWaiting()], [[], true]);
  clock.pass(1);
  assert.deepEqual([calls, later.isWaiting()], [[700], false]);
});

test("flush calls at once, and only what was waiting", () => {
  const { clock, calls, later } = count(400);
  assert.equal(later.flush(), false);
  later();
  assert.equal(later.flush(), true);
  clock.pass(1000);
  assert.deepEqual(calls, [0]);
});

test("cancel forgets the call", () => {
  const { clock, calls, later } = count(400);
  later();
  later.cancel();
  assert.equal(later.isWaiting(), false);
  clock.pass(1000);
  assert.deepEqual(calls, []);
});

test("the keys of options are the digits in the order of a keyboard", () => {
  const { keyOf } = load(["elements.js", "inputs.js"], ["keyOf"]);
  const keys = Array.from({ length: 11 }, (_, index) => keyOf(index));
  assert.deepEqual(keys, ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", ""]);
});
