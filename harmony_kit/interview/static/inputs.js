// The questions: real inputs in fieldsets, so that a keyboard and a screen reader find their way.
//
// Each input has: node, focus(), press(key) (whether it took the key), isDone(), and leave()
// (the message that still has to be sent before the screen is left, a hint, or null).

const ARROW_PAUSE_MS = 400;
const TEXT_PAUSE_MS = 600;

/** The key that picks an option: 1 to 9, then 0 for the tenth. */
function keyOf(index) {
  return index < 9 ? String(index + 1) : index === 9 ? "0" : "";
}

/** The key of an option: its own, or the one of its place. */
function keyFor(option, index) {
  return option.key ?? keyOf(index);
}

/** What every input knows: its question, the form's words, and how to keep an answer. */
class Input {
  constructor(question, form) {
    this.question = question;
    this.form = form;
    this.say = (key, words) => form.say(key, words);
    /** What waits to be sent; each kind of input says what, and for how long. */
    this.later = debounced(() => {}, 0);
  }

  get answer() {
    return this.question.answer;
  }

  /** The heading of a question: whose view, what it is about, the words, the help. */
  legend(hint) {
    const { question } = this;
    return h(
      "legend",
      { class: "legend" },
      question.other
        ? h("span", { class: "whose" }, this.say("question.estimate", question))
        : question.is_mirrored
          ? h("span", { class: "whose" }, this.say("question.own"))
          : null,
      question.estimate ? h("span", { class: "estimate" }, question.estimate) : null,
      h("span", { class: "asked" }, question.text),
      question.help || hint
        ? h("span", { class: "help" }, question.help || hint)
        : null,
    );
  }

  statuses() {
    return ["dont_know", "prefer_not"].map((status) => ({
      status,
      label: this.say(`question.${status}`),
      key: this.say(`question.${status}_key`),
    }));
  }

  keep(entry, then) {
    const isTakenBack = entry.status === "withdrawn";
    const given = { chosen: [], text: "", value: null, quotable: false, ...entry };
    this.question.answer = isTakenBack ? null : given;
    this.form.keep(this.question, entry, then);
  }

  /** Let the question be open again, whatever was said; whether there was an answer to take back. */
  takeBack() {
    this.later.cancel();
    const wasAnswered = Boolean(this.answer);
    if (wasAnswered) this.keep({ status: "withdrawn" });
    else this.form.drafts.drop(this.question.name);
    this.empty();
    return wasAnswered;
  }

  /** Show that nothing is said. */
  empty() {}

  isDone() {
    return Boolean(this.answer);
  }

  /** @returns {{entry?: Entry, hint?: boolean} | null} */
  leave() {
    return null;
  }
}

/** Ratings and choices: one of several, don't know, or prefer not to say. */
class OneOf extends Input {
  /**
   * @param {any} question
   * @param {any} form
   * @param {{isRow?: boolean, onpicked?: ((input: OneOf) => string | undefined) | null}} [options]
   */
  constructor(question, form, { isRow = false, onpicked = null } = {}) {
    super(question, form);
    this.name = newId("choice");
    /** @type {(input: OneOf) => string | undefined} where to go once an answer is given */
    this.onpicked = onpicked ?? (() => "next");
    this.later = debounced(() => this.keep(this.entry()), ARROW_PAUSE_MS);
    this.node = isRow ? this.row() : this.alone();
  }

  alone() {
    const { options } = this.question;
    const isScale = this.question.kind === "rating" && options.length <= 7;
    return h(
      "fieldset",
      { class: "question" },
      this.legend(this.question.is_required ? "" : this.say("question.optional")),
      h(
        "div",
        { class: isScale ? "scale" : "list", style: `--n: ${options.length}` },
        options.map((option, i) => this.option(option.id, option.label, keyFor(option, i), "card")),
      ),
      this.namely(),
      h("div", { class: "statuses" }, this.statusOptions("pill")),
    );
  }

  row() {
    return h(
      "fieldset",
      { class: "row" },
      this.legend(""),
      h(
        "div",
        { class: "cells" },
        this.question.options.map(({ id, label }, i) => this.option(id, label, keyOf(i), "cell")),
        this.statusOptions("cell status"),
      ),
      this.namely(),
    );
  }

  /** Where "other, namely" is told in words, while that option is chosen; null where there is none. */
  namely() {
    const other = this.question.options.find((option) => option.is_namely);
    if (!other) return null;
    this.other = other.id;
    this.words = h("input", {
      type: "text",
      class: "namely",
      maxlength: this.question.max_text,
      value: this.answer?.text ?? "",
      "aria-label": other.label,
      placeholder: other.label,
      oninput: () => this.worded(),
      onblur: () => this.later.flush(),
    });
    this.words.hidden = !this.isChosen(other.id);
    return this.words;
  }

  worded() {
    this.form.remember(this.question, this.entry());
    this.later();
  }

  /** Show the line for words if they are wanted; whether they are. */
  showWords() {
    const isWanted = Boolean(this.words) && this.chosen()?.value === this.other;
    if (this.words) this.words.hidden = !isWanted;
    return isWanted;
  }

  statusOptions(look) {
    return this.statuses().map(({ status, label, key }) => this.option(status, label, key, look));
  }

  option(id, label, key, look) {
    const input = h("input", {
      type: "radio",
      name: this.name,
      value: id,
      checked: this.isChosen(id),
      onclick: () => this.picked(),
    });
    return h(
      "label",
      { class: look },
      input,
      h("span", { class: "face" }, [
        h("kbd", { "aria-hidden": "true" }, key),
        h("span", { class: "anchor" }, label),
      ]),
    );
  }

  isChosen(id) {
    const { answer } = this;
    if (!answer) return false;
    if (answer.status !== "answered") return answer.status === id;
    return this.question.kind === "rating" ? String(answer.value) === id : answer.chosen[0] === id;
  }

  inputs() {
    return [...this.node.querySelectorAll("input[type=radio]")];
  }

  chosen() {
    return this.inputs().find((input) => input.checked);
  }

  entry() {
    const { value } = this.chosen();
    if (value === "dont_know" || value === "prefer_not") return { status: value };
    if (this.question.kind === "rating") return { status: "answered", value: Number(value) };
    const text = value === this.other ? this.words.value.trim() : "";
    return { status: "answered", chosen: [value], ...(text ? { text } : {}) };
  }

  empty() {
    for (const input of this.inputs()) input.checked = false;
    if (this.words) this.words.value = "";
    this.showWords();
  }

  /** A pointer answers and moves on; arrows only choose, and are kept when they rest. */
  picked() {
    if (!this.form.isPointing) {
      this.showWords();
      this.later();
      this.form.remember(this.question, this.entry());
      return;
    }
    this.form.isPointing = false;
    this.finish();
  }

  finish() {
    this.later.cancel();
    this.question.answer = { chosen: [], ...this.entry() };
    if (this.showWords()) {
      this.keep(this.entry());
      this.words.focus();
    } else this.keep(this.entry(), this.onpicked(this));
  }

  press(key) {
    const index = this.question.options.findIndex((option, i) => keyFor(option, i) === key);
    const status = this.statuses().findIndex((entry) => entry.key === key);
    const place = index >= 0 ? index : status >= 0 ? this.question.options.length + status : -1;
    if (place < 0) return false;
    const input = this.inputs()[place];
    input.checked = true;
    input.focus();
    this.finish();
    return true;
  }

  leave() {
    if (!this.later.isWaiting()) return null;
    this.later.cancel();
    return { entry: this.entry() };
  }

  focus() {
    (this.inputs().find((input) => input.checked) ?? this.inputs()[0]).focus();
  }
}

/** Rank (in order, exactly k) and words (up to k): boxes to tick. */
class SomeOf extends Input {
  constructor(question, form) {
    super(question, form);
    const draft = form.drafts.get(question.name);
    this.chosen = draft?.isPartial ? draft.entry.chosen : [...(this.answer?.chosen ?? [])];
    this.status = this.answer && this.answer.status !== "answered" ? this.answer.status : null;
    this.later = debounced(() => this.keep(this.entry()), ARROW_PAUSE_MS);
    this.hasWarned = false;
    this.hint = h("p", { class: "hint", role: "status" });
    const hint = this.say(`question.${question.kind}_hint`, question);
    this.boxes = question.options.map((option, i) => this.box(option, keyOf(i)));
    this.statusBoxes = this.statuses().map((entry) => this.statusBox(entry));
    this.node = h(
      "fieldset",
      { class: "question" },
      this.legend(hint),
      h("div", { class: `list ${question.kind}` }, this.boxes.map((box) => box.node)),
      this.hint,
      h("div", { class: "statuses" }, this.statusBoxes.map((box) => box.node)),
    );
    this.redraw();
  }

  box(option, key) {
    const place = h("span", { class: "place" });
    const badge = h("kbd", { "aria-hidden": "true" }, key);
    const input = h("input", { type: "checkbox", onchange: () => this.toggle(option.id) });
    const face = [badge, h("span", { class: "anchor" }, option.label), place];
    const node = h("label", { class: "card" }, input, h("span", { class: "face" }, face));
    return { id: option.id, key, input, badge, place, node };
  }

  statusBox({ status, label, key }) {
    const input = h("input", { type: "checkbox", onchange: () => this.toggleStatus(status) });
    const face = [h("kbd", { "aria-hidden": "true" }, key), h("span", { class: "anchor" }, label)];
    const node = h("label", { class: "pill" }, input, h("span", { class: "face" }, face));
    return { status, key, input, node };
  }

  toggle(id) {
    const { k, kind } = this.question;
    this.form.isPointing = false;
    const isChosen = this.chosen.includes(id);
    if (!isChosen && this.chosen.length >= k) {
      this.hint.textContent = this.say("question.too_many", { k });
      this.redraw();
      return;
    }
    this.chosen = isChosen ? this.chosen.filter((other) => other !== id) : [...this.chosen, id];
    this.status = null;
    this.hint.textContent = "";
    this.hasWarned = false;
    this.redraw();
    if (!this.chosen.length && this.answer) {
      this.takeBack();
      return;
    }
    if (kind === "rank" ? this.chosen.length === k : this.chosen.length > 0) this.later();
    else this.later.cancel();
    this.form.remember(this.question, this.entry(), { isPartial: !this.later.isWaiting() });
  }

  toggleStatus(status) {
    this.form.isPointing = false;
    this.status = this.status === status ? null : status;
    if (this.status) this.chosen = [];
    this.redraw();
    this.later.cancel();
    if (this.status) this.keep(this.entry(), "next");
    else this.takeBack();
  }

  empty() {
    this.chosen = [];
    this.status = null;
    this.hint.textContent = "";
    this.redraw();
  }

  redraw() {
    const isRank = this.question.kind === "rank";
    for (const box of this.boxes) {
      const place = this.chosen.indexOf(box.id) + 1;
      box.input.checked = place > 0;
      box.node.classList.toggle("chosen", place > 0);
      box.badge.textContent = isRank && place ? String(place) : box.key;
      box.place.textContent = isRank && place ? this.say("question.place", { n: place }) : "";
    }
    for (const box of this.statusBoxes) box.input.checked = box.status === this.status;
  }

  entry() {
    return this.status
      ? { status: this.status }
      : { status: "answered", chosen: [...this.chosen] };
  }

  press(key) {
    const box = this.boxes.find((entry) => entry.key === key);
    const status = this.statusBoxes.find((entry) => entry.key === key);
    if (!box && !status) return false;
    (box ?? status).input.focus();
    if (box) this.toggle(box.id);
    else this.toggleStatus(status?.status);
    return true;
  }

  leave() {
    const { k, kind } = this.question;
    const n = this.chosen.length;
    if (kind === "rank" && n > 0 && n < k && !this.hasWarned) {
      this.hasWarned = true;
      this.hint.textContent = this.say("question.not_enough", { n, k, rest: k - n });
      return { hint: true };
    }
    if (!this.later.isWaiting()) return null;
    this.later.cancel();
    return { entry: this.entry() };
  }

  focus() {
    (this.boxes.find((box) => box.input.checked) ?? this.boxes[0]).input.focus();
  }
}

/** Free text: kept while it is typed, quoted only if the respondent says so. */
class Words extends Input {
  constructor(question, form) {
    super(question, form);
    this.status = this.answer && this.answer.status !== "answered" ? this.answer.status : null;
    this.later = debounced(() => this.send(), TEXT_PAUSE_MS);
    this.hint = h("p", { class: "hint", role: "status" });
    const id = newId("text");
    this.area = h("textarea", {
      id,
      rows: 4,
      maxlength: question.max_text,
      "aria-label": this.say("question.answer"),
      value: this.answer?.text ?? "",
      oninput: () => this.typed(),
      onblur: () => this.later.flush(),
    });
    this.quotable = h("input", {
      type: "checkbox",
      checked: this.answer?.quotable ?? false,
      onchange: () => this.typed(),
    });
    this.statusBoxes = this.statuses().map((entry) => this.statusBox(entry));
    this.node = h(
      "fieldset",
      { class: "question" },
      this.legend(question.is_required ? "" : this.say("question.optional")),
      this.area,
      this.hint,
      h("div", { class: "statuses" }, [
        h(
          "label",
          { class: "tick" },
          this.quotable,
          h("span", {}, this.say("question.quotable")),
        ),
        this.statusBoxes.map((box) => box.node),
      ]),
    );
  }

  statusBox({ status, label, key }) {
    const input = h("input", {
      type: "checkbox",
      checked: this.status === status,
      onchange: () => this.toggleStatus(status),
    });
    const face = h("span", { class: "face" }, h("span", { class: "anchor" }, label));
    return { status, key, input, node: h("label", { class: "pill" }, input, face) };
  }

  toggleStatus(status) {
    this.form.isPointing = false;
    this.later.cancel();
    this.mark(this.status === status ? null : status);
    if (this.status) this.keep({ status: this.status }, "next");
    else if (this.area.value.trim()) this.later();
    else this.takeBack();
  }

  empty() {
    this.area.value = "";
    this.quotable.checked = false;
    this.mark(null);
  }

  typed() {
    const rest = this.question.max_text - this.area.value.length;
    this.hint.textContent = rest < 200 ? this.say("question.characters_left", { n: rest }) : "";
    if (this.area.value.trim()) this.mark(null);
    const entry = this.entry();
    if (!entry) return;
    if (entry.status !== "answered") this.mark(entry.status);
    this.form.remember(this.question, entry);
    this.later();
  }

  mark(status) {
    this.status = status;
    for (const box of this.statusBoxes) box.input.checked = box.status === status;
  }

  /** What is written now; an emptied text takes back what was said, and says so. */
  entry() {
    const text = this.area.value.trim();
    if (text) return { status: "answered", text, quotable: this.quotable.checked };
    if (this.answer?.status !== "answered") return null;
    this.hint.textContent = this.say("question.emptied");
    return { status: "withdrawn" };
  }

  send(then) {
    const entry = this.entry();
    if (entry) this.keep(entry, then);
  }

  press() {
    return false;
  }

  leave() {
    if (!this.later.isWaiting()) return null;
    this.later.cancel();
    const entry = this.entry();
    return entry ? { entry } : null;
  }

  focus() {
    this.area.focus();
  }
}

/** The input for a question of any kind. */
function inputFor(question, form, options) {
  if (question.kind === "rating" || question.kind === "choice") {
    return new OneOf(question, form, options);
  }
  return question.kind === "text" ? new Words(question, form) : new SomeOf(question, form);
}
