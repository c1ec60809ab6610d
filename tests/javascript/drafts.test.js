import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./scripts.js";

const open = () => load(["link.js"], ["Drafts", "OpenInterview"]);
// Values of another browser have prototypes of their own; their JSON is the same.
const plain = (value) => JSON.parse(JSON.stringify(value));
const names = (drafts) => Object.keys(drafts.all()).sort();

test("a draft is kept across a crash, under its own interview", () => {
  const { Drafts, localStorage } = open();
  new Drafts("acme/lyon/1/mira-17").put("aims.top", { entry: { status: "answered" }, seq: "t/1" });
  const { at, ...draft } = plain(new Drafts("acme/lyon/1/mira-17").get("aims.top"));
  assert.deepEqual(draft, { entry: { status: "answered" }, seq: "t/1" });
  assert.equal(typeof at, "number");
  assert.deepEqual([...localStorage.kept.keys()], ["harmony/acme/lyon/1/mira-17"]);
  assert.deepEqual(plain(new Drafts("acme/lyon/1/olga-22").all()), {});
});

test("a confirmed draft is dropped, and with the last one its place", () => {
  const { Drafts, localStorage } = open();
  const drafts = new Drafts("a");
  drafts.put("one", { entry: { status: "answered" }, seq: "t/1" });
  drafts.put("two", { entry: { status: "prefer_not" }, seq: "t/2" });
  drafts.drop("one", "t/1");
  assert.deepEqual(names(drafts), ["two"]);
  drafts.drop("two");
  assert.deepEqual([...localStorage.kept], []);
});

test("a confirmation of an older message keeps the newer draft", () => {
  const { Drafts } = open();
  const drafts = new Drafts("a");
  drafts.put("one", { entry: { status: "answered", value: 2 }, seq: "t/1" });
  drafts.put("one", { entry: { status: "answered", value: 4 }, seq: "t/2" });
  drafts.drop("one", "t/1");
  assert.equal(drafts.get("one").entry.value, 4);
});

test("dropping what is not there changes nothing", () => {
  const { Drafts } = open();
  const drafts = new Drafts("a");
  drafts.put("one", { entry: { status: "answered" }, seq: "t/1" });
  drafts.drop("other");
  assert.deepEqual(names(drafts), ["one"]);
});

test("what was begun and never completed is forgotten at the end", () => {
  const { Drafts } = open();
  const drafts = new Drafts("a");
  drafts.put("rank", { entry: { status: "answered", chosen: ["x"] }, isPartial: true });
  drafts.put("rating", { entry: { status: "answered", value: 3 }, isPartial: false });
  drafts.dropPartial();
  assert.deepEqual(names(drafts), ["rating"]);
});

for (const found of ["{", "null", '"']) {
  test(`a damaged draft (${found}) counts as none`, () => {
    const { Drafts, localStorage } = open();
    localStorage.kept.set("harmony/a", found);
    assert.deepEqual(plain(new Drafts("a").all()), {});
  });
}

test("a full storage stops no interview", () => {
  const { Drafts, OpenInterview, localStorage, sessionStorage } = open();
  localStorage.isFull = true;
  sessionStorage.isFull = true;
  const drafts = new Drafts("a");
  drafts.put("one", { entry: { status: "answered" } });
  assert.equal(drafts.get("one"), undefined);
  const place = new OpenInterview("a");
  place.set({ site: "lyon", wave: "1", respondent: "mira-17" });
  assert.equal(place.get(), null);
});

test("a tab comes back to the interview it had open, until that is left", () => {
  const { OpenInterview, sessionStorage } = open();
  const place = new OpenInterview("acme");
  assert.equal(place.get(), null);
  place.set({ site: "lyon", wave: "1", respondent: "mira-17" });
  assert.deepEqual(plain(new OpenInterview("acme").get()), {
    site: "lyon",
    wave: "1",
    respondent: "mira-17",
  });
  place.set(null);
  assert.deepEqual([...sessionStorage.kept], []);
  sessionStorage.kept.set("harmony-open/acme", "{");
  assert.equal(place.get(), null);
});
