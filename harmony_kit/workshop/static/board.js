// The board of a workshop: the interview's form with sheets for pages, and undo always at hand.
//
// Enter goes to the next field and then to the next screen, Backspace back, 0 to 8 with Alt to a
// step, Alt+Z undoes, Alt+Y says it again.

/** What is typed: kept in this browser with every key, sent when the typing rests. */
class Said extends Input {
  constructor(question, form) {
    super(question, form);
    this.later = debounced(() => this.keep(this.entry()), TEXT_PAUSE_MS);
    const id = newId("said");
    this.area = h(question.rows === 1 ? "input" : "textarea", {
      id,
      type: question.rows === 1 ? "text" : null,
      rows: question.rows === 1 ? null : question.rows,
      maxlength: question.max_text,
      autocomplete: "off",
      value: question.value,
      oninput: () => this.typed(),
      onblur: () => this.later.flush(),
    });
    this.node = h("div", { class: "field said" }, [
      h("label", { for: id }, question.text),
      this.area,
    ]);
  }

  entry() {
    return { status: "answered", text: this.area.value.trim() };
  }

  typed() {
    this.form.remember(this.question, this.entry());
    this.later();
  }

  press() {
    return false;
  }

  leave() {
    if (!this.later.isWaiting()) return null;
    this.later.cancel();
    return { entry: this.entry() };
  }

  /** What Enter does here before it goes on; true where it has done everything. */
  enter() {
    this.later.flush();
    return false;
  }

  focus() {
    this.area.focus();
  }
}

/** A day: typed or picked, sent once it is whole. */
class Day extends Said {
  constructor(question, form) {
    super({ ...question, rows: 1 }, form);
    this.area.type = "date";
    this.area.removeAttribute("maxlength");
  }
}

/** A number nobody in the room reads: Enter locks it. */
class Secret extends Said {
  constructor(question, form) {
    super({ ...question, rows: 1, value: "" }, form);
    this.area.type = "password";
    this.area.inputMode = "decimal";
    this.area.maxLength = 4;
    const hint = question.is_typed ? "predict.typed" : "predict.enter";
    this.node.append(
      h("p", { class: "help" }, `“${question.help}”`),
      h("p", { class: "hint" }, this.say(hint)),
    );
  }

  typed() {
    // Kept on disk with every key, but in no storage of this browser: the other side sits here too.
    this.later();
  }

  keep(entry, then) {
    this.form.keepUnseen(this.question, entry, then);
  }

  enter() {
    if (!this.area.value.trim()) return false;
    this.later.cancel();
    this.form.lock(this.question, this.entry());
    return true;
  }
}

/** The name of something that is to be spoken about: nothing is kept before Enter. */
class Title extends Said {
  typed() {}

  enter() {
    const text = this.area.value.trim();
    if (text) this.form.send({ do: "decide", text });
    return Boolean(text);
  }
}

/** Who owns it: a role of one side, and a name that is kept apart. */
class Owns extends Input {
  constructor(question, form) {
    super(question, form);
    const list = newId("roles");
    this.later = debounced(() => {}, TEXT_PAUSE_MS);
    this.role = this.line(question.role, () => this.taken());
    this.role.setAttribute("list", list);
    this.name = this.line(question.name_of, () => {});
    const remember = () => this.form.remember(this.question, this.entry());
    this.side = dropdown(question.lenses, question.lens, remember);
    const labels = ["owner.role", "owner.side", "owner.name"].map((key) => this.say(key));
    this.node = h("fieldset", { class: "owns", onfocusout: (event) => this.left(event) }, [
      h("legend", {}, question.text),
      h("datalist", { id: list }, question.known.map((one) => h("option", { value: one.role }))),
      h("div", { class: "fields" }, [
        labelled(labels[0], this.role),
        question.lenses.length > 1 ? labelled(labels[1], this.side) : null,
        labelled(labels[2], this.name),
      ]),
    ]);
    this.told = JSON.stringify(this.entry());
  }

  line(value, ontaken) {
    return h("input", {
      type: "text",
      value,
      maxlength: 120,
      autocomplete: "off",
      oninput: () => this.form.remember(this.question, this.entry()),
      onchange: ontaken,
    });
  }

  /** Role, side and name are one answer: sent when the cursor leaves them, not one by one. */
  left(event) {
    if (this.node.contains(event.relatedTarget)) return;
    const left = this.leave();
    if (left) this.keep(left.entry);
  }

  leave() {
    const entry = this.entry();
    const told = JSON.stringify(entry);
    if (told === this.told) return null;
    this.told = told;
    return { entry };
  }

  /** Somebody known was chosen: side and name come along. */
  taken() {
    const known = this.question.known.find(({ role }) => role === this.role.value);
    if (!known) return;
    this.side.value = known.lens;
    if (!this.name.value) this.name.value = known.name_of;
  }

  entry() {
    const role = this.role.value.trim();
    return { status: "answered", role, lens: this.side.value, name: this.name.value.trim() };
  }

  press() {
    return false;
  }

  /** From the role to the side, unless it is known, and from there to the name. */
  enter() {
    const { activeElement } = document;
    const isNew = this.side.isConnected && !this.question.known.some(({ role }) => role === this.role.value);
    if (activeElement === this.role && this.role.value.trim() && isNew) this.side.focus();
    else if (activeElement !== this.name && this.role.value.trim()) this.name.select();
    else return false;
    return true;
  }

  focus() {
    this.role.focus();
  }
}

/** One of several, by its own key; what depends on it is drawn anew. */
class OneSaid extends OneOf {
  statuses() {
    return [];
  }

  enter() {
    return false;
  }
}

const FIELDS = { said: Said, title: Title, day: Day, secret: Secret, owner: Owns };

/** A screen of the workshop: its parts, one below the other. */
class Sheet extends Page {
  constructor(view, form) {
    super(view, form);
    this.inputs = [];
    this.presses = [];
    this.marks = h("div", { class: "marks", role: "status" });
    this.mark(view.marks);
    this.node = h(
      "section",
      { class: `page screen sheet is-${view.step}`, "data-screen": view.id },
      h("div", { class: "eyebrow" }, [
        h("h2", { class: "section" }, view.title),
        h("span", { class: "minutes" }, view.minutes),
        h("p", { class: "intro" }, view.intro),
      ]),
      view.parts.map((part) => this.draw(part)),
      this.marks,
      h("p", { class: "help client" }, form.setting.client),
      h("div", { class: "actions" }, [
        this.button("question.back", () => form.back(), "back"),
        h("span", { class: "keys" }, this.say("board.keys")),
        this.button("question.next", () => form.next(), "primary"),
      ]),
    );
  }

  /** What is still missing on this sheet, so that the room sees it. */
  mark(texts) {
    const sign = () => h("span", { class: "sign", "aria-hidden": "true" }, "▲");
    this.marks.replaceChildren(...texts.map((text) => h("p", { class: "mark" }, sign(), text)));
  }

  draw(part) {
    const draws = {
      text: () => this.text(part),
      sides: () => this.sides(part),
      table: () => this.table(part),
      list: () => this.list(part),
      press: () => this.pressable(part),
      ticks: () => this.ticks(part),
      field: () => this.field(part),
      row: () => h("div", { class: "row-of" }, part.fields.map((field) => this.field(field))),
      accord: () => this.accord(part),
    };
    return draws[part.part]();
  }

  text({ text, look }) {
    return h(["asked", "head"].includes(look) ? "h3" : "p", { class: look }, text);
  }

  sides({ sides }) {
    return h(
      "div",
      { class: "sides" },
      sides.map(({ name, texts }) =>
        h("div", { class: "side" }, [
          h("h4", {}, name),
          texts.length
            ? texts.map((text) => h("blockquote", {}, text))
            : h("p", { class: "help" }, this.say("frame.nothing")),
        ]),
      ),
    );
  }

  table({ head, rows }) {
    const cell = (text, i) => h(i ? "td" : "th", i ? {} : { scope: "row" }, text);
    return h("table", {}, [
      h("thead", {}, h("tr", {}, head.map((text) => h("th", { scope: "col" }, text)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map(cell)))),
    ]);
  }

  list({ title, items }) {
    return h("section", { class: "things" }, [
      h("h3", {}, title),
      items.length
        ? h("ul", {}, items.map((item) => h("li", {}, this.thing(item))))
        : h("p", { class: "help" }, this.say("list.nothing")),
    ]);
  }

  thing({ label, beside, is_marked: isMarked, to }) {
    const said = [
      h("span", { class: "what" }, label),
      h("span", { class: isMarked ? "beside mark" : "beside" }, [
        isMarked ? h("span", { class: "sign", "aria-hidden": "true" }, "▲ ") : null,
        isMarked ? h("span", { class: "unseen" }, this.say("mark.sign")) : null,
        beside,
      ]),
    ];
    if (!to) return said;
    return h("button", { type: "button", onclick: () => this.form.go(to) }, said);
  }

  pressable({ label, key, message }) {
    this.presses.push({ key, message });
    return h(
      "button",
      { type: "button", class: "press", onclick: () => this.form.send(message) },
      h("kbd", { "aria-hidden": "true" }, key),
      h("span", {}, label),
    );
  }

  ticks({ title, items }) {
    return h("fieldset", { class: "ticks" }, [
      h("legend", {}, title),
      items.map(({ label, key, is_chosen: isChosen, message }) => {
        if (key) this.presses.push({ key, message });
        const input = h("input", {
          type: "checkbox",
          checked: isChosen,
          onchange: () => this.form.send(message),
        });
        const face = [h("kbd", { "aria-hidden": "true" }, key || "·"), h("span", { class: "anchor" }, label)];
        return h("label", { class: "card" }, input, h("span", { class: "face" }, face));
      }),
    ]);
  }

  field(question) {
    const input =
      question.kind === "choice"
        ? new OneSaid(question, this.form, { onpicked: () => this.after(question) })
        : new FIELDS[question.kind](question, this.form);
    this.inputs.push(input);
    return input.node;
  }

  /** Which workflow leads on by itself; any other choice changes what stands below it. */
  after(question) {
    return question.name === "workflow" ? "next" : "stay";
  }

  accord({ sections }) {
    return h(
      "div",
      { class: "accord" },
      sections.map(({ title, items }) => this.list({ title, items })),
    );
  }

  // The keyboard

  current() {
    return this.inputs.findIndex((input) => input.node.contains(document.activeElement));
  }

  primary() {
    const place = this.current();
    if (place < 0) {
      this.form.next();
      return;
    }
    if (this.inputs[place].enter()) return;
    if (place + 1 < this.inputs.length) this.inputs[place + 1].focus();
    else this.form.next();
  }

  back() {
    this.form.back();
  }

  press(key) {
    const place = this.current();
    const order = [this.inputs[place], ...this.inputs].filter(Boolean);
    if (order.some((input) => input.press(key))) return true;
    const found = this.presses.find((one) => one.key === key);
    if (found) this.form.send(found.message);
    return Boolean(found);
  }

  leave() {
    for (const input of this.inputs) {
      const left = input.leave();
      if (left?.entry) input.keep(left.entry);
    }
    return true;
  }

  focus() {
    const answered = this.inputs.findIndex(({ question }) => question.name === this.view.focus);
    const next = this.inputs[answered + 1] ?? this.inputs[answered];
    if (next) next.focus();
    else this.node.querySelector("button.primary").focus();
  }
}

class Board extends Form {
  constructor(model, el) {
    super(model, el);
    this.root.classList.add("board", this.setting.look);
  }

  drawBar() {
    super.drawBar();
    const act = (what) =>
      h(
        "button",
        { type: "button", class: "quiet", onclick: () => this.send({ do: what }) },
        this.say(`bar.${what}`),
      );
    this.bar.querySelector(".status").after(act("undo"), act("redo"));
    this.guard();
  }

  /** The steps alone: what an interview has as its review is the last of them here. */
  drawSections() {
    super.drawSections();
    if (this.view) this.sections.lastElementChild?.remove();
  }

  hear(reply, sent) {
    super.hear(reply, sent);
    if (reply.marks && this.page instanceof Sheet) this.page.mark(reply.marks);
  }

  send(message) {
    this.page?.leave();
    this.moving = true;
    this.link.send(message);
  }

  /** Keep what must not be seen: on its way to the journal it is in no storage of this browser. */
  keepUnseen(question, entry) {
    this.link.send({ do: "answer", question: question.name, ...entry });
    this.showState();
  }

  lock(question, entry) {
    this.moving = true;
    this.link.send({ do: "lock", question: question.name, ...entry });
  }

  onKey(event) {
    if (this.moving && (event.key.length === 1 || event.key === "Backspace")) {
      event.preventDefault();
      return;
    }
    if (event.altKey && !event.ctrlKey && !event.metaKey) {
      const acts = { KeyZ: { do: "undo" }, KeyY: { do: "redo" } };
      const step = /^Digit([0-8])$/.exec(event.code);
      const section = step && this.view?.sections[Number(step[1])]?.id;
      const message = acts[event.code] ?? (section ? { do: "go", section } : null);
      if (!message) return;
      event.preventDefault();
      if (!this.moving) this.send(message);
      return;
    }
    if (event.key === "Enter" && event.target.matches(".owns select")) {
      event.preventDefault();
      this.page?.primary();
      return;
    }
    const isTyped = event.target.matches("input[type=date], input[type=password]");
    if (isTyped && event.key !== "Enter") return;
    super.onKey(event);
  }
}

PAGES.sheet = Sheet;

export default {
  render({ model, el }) {
    const board = new Board(model, el);
    return () => board.close();
  },
};
