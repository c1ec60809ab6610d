import assert from "node:assert/strict";
import test from "node:test";

import { load } from "./scripts.js";

/** A link to a kernel that says what a test says. */
function connect() {
  const page = load(["link.js"], ["Link"]);
  const listeners = [];
  const posted = [];
  const kernel = {
    isClosed: false,
    send(message) {
      if (this.isClosed) throw new Error("the channel is closed");
      posted.push(JSON.parse(JSON.stringify(message)));
    },
    on: (_, listener) => listeners.push(listener),
    off: (_, listener) => listeners.splice(listeners.indexOf(listener), 1),
  };
  const heard = [];
  const changes = [];
  const link = new page.Link(kernel, {
    onreply: (reply, sent) => heard.push([reply.ack, sent?.do]),
    onchange: () => changes.push(link.isOffline),
  });
  const reply = (message) => listeners.forEach((listener) => listener(message));
  return { page, link, kernel, posted, heard, changes, listeners, reply };
}

test("a message waits for its own reply", () => {
  const { link, posted, heard, reply } = connect();
  const first = link.send({ do: "answer", question: "aims.top" });
  const second = link.send({ do: "go", to: "next" });
  assert.deepEqual(
    [first, second].map((seq) => seq.split("/")),
    [
      [link.tab, "1"],
      [link.tab, "2"],
    ],
  );
  assert.deepEqual(posted, [
    { do: "answer", question: "aims.top", seq: first },
    { do: "go", to: "next", seq: second },
  ]);
  reply({ ack: second });
  reply({ ack: first });
  reply({ ack: first });
  reply({});
  assert.deepEqual(heard, [
    [second, "go"],
    [first, "answer"],
    [first, undefined],
    [undefined, undefined],
  ]);
});

test("only answers count as unsaved", () => {
  const { link, reply } = connect();
  const seq = link.send({ do: "answer", question: "aims.top" });
  link.send({ do: "go", to: "next" });
  assert.equal(link.nUnsaved(), 1);
  reply({ ack: seq });
  assert.equal(link.nUnsaved(), 0);
});

test("a silent kernel is offline until it speaks", () => {
  const { page, link, changes, reply } = connect();
  page.clock.pass(2200);
  assert.deepEqual(changes, []);
  page.clock.pass(200);
  page.clock.pass(5000);
  assert.deepEqual(changes, [true]);
  reply({});
  assert.deepEqual(changes, [true, false]);
  assert.equal(link.isOffline, false);
});

test("a kernel that answers its signs of life stays online", () => {
  const { page, posted, changes, reply } = connect();
  for (let i = 0; i < 10; i += 1) {
    page.clock.pass(900);
    reply({});
  }
  assert.equal(posted.filter((message) => message.do === "sign").length, 10);
  assert.deepEqual(changes, []);
});

test("silence in a hidden tab means nothing", () => {
  const { page, changes } = connect();
  page.document.hidden = true;
  page.clock.pass(60000);
  page.document.hidden = false;
  page.clock.pass(2000);
  assert.deepEqual(changes, []);
  page.clock.pass(1000);
  assert.deepEqual(changes, [true]);
});

test("a closed channel loses no answer: it keeps waiting", () => {
  const { link, kernel, posted } = connect();
  kernel.isClosed = true;
  link.send({ do: "answer", question: "aims.top" });
  assert.deepEqual(posted, []);
  assert.equal(link.nUnsaved(), 1);
});

test("closing says so, and listens no more", () => {
  const { page, link, posted, listeners } = connect();
  link.close();
  page.clock.pass(10000);
  assert.deepEqual(posted, [{ do: "gone" }]);
  assert.deepEqual(listeners, []);
  assert.equal(page.clock.timers.size, 0);
});
