// The scripts of the form, loaded as a browser does, with a clock and storage a test can turn.

import { readFileSync } from "node:fs";
import vm from "node:vm";

const STATIC = new URL("../../harmony_kit/interview/static/", import.meta.url);

/** A browser's storage: texts under names. `isFull` refuses to keep more. */
export class TestStorage {
  constructor() {
    this.kept = new Map();
    this.isFull = false;
  }

  getItem(key) {
    return this.kept.get(key) ?? null;
  }

  setItem(key, text) {
    if (this.isFull) throw new Error("QuotaExceededError");
    this.kept.set(key, text);
  }

  removeItem(key) {
    this.kept.delete(key);
  }
}

/** Timers that go off when a test lets time pass. */
export class TestClock {
  constructor() {
    this.now = 0;
    this.timers = new Map();
    this.lastId = 0;
  }

  start(call, pause, repeat) {
    this.lastId += 1;
    this.timers.set(this.lastId, { call, at: this.now + pause, pause, repeat });
    return this.lastId;
  }

  stop(id) {
    this.timers.delete(id);
  }

  pass(milliseconds) {
    const end = this.now + milliseconds;
    for (;;) {
      const due = [...this.timers].filter(([, { at }]) => at <= end);
      if (!due.length) break;
      const [id, timer] = due.reduce((first, other) => (other[1].at < first[1].at ? other : first));
      this.now = timer.at;
      if (timer.repeat) timer.at += timer.pause;
      else this.timers.delete(id);
      timer.call();
    }
    this.now = end;
  }
}

/** What `names` mean in these files of the form, in a browser of their own. */
export function load(files, names) {
  const clock = new TestClock();
  const page = {
    clock,
    localStorage: new TestStorage(),
    sessionStorage: new TestStorage(),
    document: { hidden: false },
    performance: { now: () => clock.now },
    setTimeout: (call, pause) => clock.start(call, pause, false),
    setInterval: (call, pause) => clock.start(call, pause, true),
    clearTimeout: (id) => clock.stop(id),
    clearInterval: (id) => clock.stop(id),
  };
  const source = files.map((name) => readFileSync(new URL(name, STATIC), "utf8")).join("\n");
  const found = vm.runInNewContext(`${source}\n({ ${names.join(", ")} });`, page);
  return { ...found, ...page };
}
