// The pages: the list of interviews, a new one, the screens of an interview, the end.
//
// Each has: node, focus(), primary() for Enter, press(key), and perhaps back() and problems(map).

/** What a page does unless it says otherwise. */
class Page {
  constructor(view, form) {
    this.view = view;
    this.form = form;
    /** @type {any} */
    this.node = undefined;
    this.say = (key, words) => form.say(key, words);
  }

  focus() {
    (this.node.querySelector("[data-first]") ?? this.node.querySelector("button"))?.focus();
  }

  primary() {
    this.node.querySelector("button.primary")?.click();
  }

  press() {
    return false;
  }

  back() {}

  /** Say above the buttons what is wrong and has no field here; a page says the rest there. */
  problems(problems) {
    for (const line of this.node.querySelectorAll(".refused")) line.remove();
    const { wording } = this.form;
    const lines = Object.entries(problems).map(([name, key]) =>
      h(
        "p",
        { class: "problem refused", role: "alert" },
        `${wording[`lobby.${name}`] ?? name}: ${this.say(key)}`,
      ),
    );
    (this.node.querySelector(".actions") ?? this.node.lastElementChild).before(...lines);
    lines[0]?.scrollIntoView({ block: "nearest" });
  }

  button(key, onclick, look = "") {
    return h("button", { type: "button", class: look, onclick }, this.say(key));
  }
}

/** Which site, which wave, who was interviewed, and who comes next. */
class Lobby extends Page {
  constructor(view, form) {
    super(view, form);
    this.node = form.setting.is_self_service ? this.alone() : this.everybody();
  }

  everybody() {
    const { view, form } = this;
    const place = (name) => (value) => form.link.send({ do: "place", [name]: value });
    const waves = view.waves.map((wave) => ({ id: wave, name: wave }));
    const who = h("input", {
      type: "text",
      value: view.interviewer,
      maxlength: 80,
      onchange: (event) => place("interviewer")(event.target.value),
    });
    return h("section", { class: "page lobby" }, [
      h("h2", {}, this.say("lobby.title")),
      h("p", { class: "client" }, view.client),
      h("div", { class: "fields" }, [
        labelled(this.say("lobby.site"), dropdown(view.sites, view.site, place("site"))),
        labelled(this.say("lobby.wave"), dropdown(waves, view.wave, place("wave"))),
        labelled(this.say("lobby.interviewer"), who),
      ]),
      h("div", { class: "actions" }, [
        h(
          "button",
          { type: "button", class: "primary", "data-first": true, onclick: () => this.begin() },
          this.say("lobby.new"),
        ),
      ]),
      view.told ? h("p", { class: "help", role: "status" }, this.say(view.told.key, view.told)) : null,
      view.planned.length
        ? [h("h3", {}, this.say("lobby.planned")), h("ul", { class: "people" }, this.planned())]
        : null,
      view.people.length
        ? [h("h3", {}, this.say("lobby.people")), h("ul", { class: "people" }, this.people())]
        : h("p", { class: "help" }, this.say("lobby.empty")),
    ]);
  }

  begin() {
    this.form.link.send({ do: "new" });
  }

  /** Interviews of the schedule that were not begun: picking one fills in the page of a new one. */
  planned() {
    return this.view.planned.map((person) => {
      const parts = [person.date, person.interviewer, this.say(`lobby.state_${person.state}`)];
      const begin = () => this.form.link.send({ do: "new", respondent: person.respondent });
      return this.entry(person, parts.filter(Boolean).join(" · "), "lobby.begin_planned", begin);
    });
  }

  /** One person: who, how far, and the buttons to mend what is written of her and to go on. */
  entry(person, state, key, onclick) {
    const { respondent } = person;
    const about = [person.lens, person.role].filter(Boolean).join(", ");
    const correct = () => this.form.link.send({ do: "correcting", respondent });
    const button = (label, press, look = "") => {
      const named = `${label}: ${respondent}`;
      return h("button", { type: "button", class: look, "aria-label": named, onclick: press }, label);
    };
    return h("li", {}, [
      h("span", { class: "code" }, respondent),
      h("span", { class: "about" }, about),
      h("span", { class: "state" }, state),
      button(this.say("lobby.correct"), correct, "quiet"),
      button(this.say(key), onclick),
    ]);
  }

  people() {
    return this.view.people.map((person) => {
      const state = person.finished
        ? this.say("lobby.finished", { time: person.finished })
        : this.say("lobby.under_way", { time: person.started });
      const told = `${this.say("lobby.n_answers", { n: person.n_answers })} · ${state}`;
      const key = person.finished ? "lobby.reopen" : "lobby.continue";
      const resume = () => this.form.link.send({ do: "resume", respondent: person.respondent });
      return this.entry(person, told, key, resume);
    });
  }

  /** For a respondent alone: nobody else's name is here, only one's own code opens anything. */
  alone(problem = "") {
    this.code = h("input", { type: "text", autocomplete: "off", maxlength: 40 });
    return h("section", { class: "page lobby" }, [
      h("h2", {}, this.say("lobby.welcome")),
      h("p", { class: "client" }, this.view.client),
      dropdown(
        this.view.languages,
        this.view.language,
        (language) => this.form.link.send({ do: "language", language }),
        { "aria-label": this.say("bar.language") },
      ),
      h("div", { class: "actions" }, [
        h(
          "button",
          { type: "button", class: "primary", "data-first": true, onclick: () => this.begin() },
          this.say("lobby.begin_alone"),
        ),
      ]),
      h("p", { class: "help" }, this.say("lobby.have_code")),
      labelled(this.say("lobby.code"), this.code, { problem }),
      this.button("lobby.continue", () => this.goOn()),
    ]);
  }

  goOn() {
    this.form.link.send({ do: "resume", respondent: this.code.value });
  }

  primary() {
    if (this.code && document.activeElement === this.code) this.goOn();
    else super.primary();
  }

  problems({ code, ...others }) {
    if (!code || !this.code) {
      super.problems(code ? { code, ...others } : others);
      return;
    }
    const typed = this.code.value;
    const node = this.alone(this.say(code));
    this.node.replaceWith(node);
    this.node = node;
    this.code.value = typed;
    this.code.focus();
    super.problems(others);
  }
}

/** A new interview: who, from where, in which language, and the consent that is read out. */
class Start extends Page {
  constructor(view, form) {
    super(view, form);
    const empty = { lens: "", role: "", language: view.language, consent: false };
    // Another pseudonym changes nothing else that was filled in.
    const before = form.page instanceof Start ? form.page.given : empty;
    this.given = { ...before, respondent: view.proposed, ...view.planned };
    this.wrong = {};
    this.node = this.draw();
  }

  draw() {
    const { view, given } = this;
    const alone = this.form.setting.is_self_service;
    const field = (name) => ({
      problem: this.wrong[name] ? this.say(`problem.${this.wrong[name]}`) : "",
    });
    const code = h("input", {
      type: "text",
      value: given.respondent,
      maxlength: 40,
      autocomplete: "off",
      readonly: alone,
      oninput: (event) => this.nameChanged(event.target.value),
    });
    const role = h("input", {
      type: "text",
      value: given.role,
      maxlength: 120,
      oninput: (event) => {
        given.role = event.target.value;
      },
    });
    this.consent = h("div", { class: "consent-text" });
    const node = h("section", { class: "page start" }, [
      h("h2", {}, this.say(alone ? "start.title_alone" : "start.title")),
      h("p", { class: "client" }, `${view.site} · ${view.wave}`),
      labelled(
        this.say("start.language"),
        dropdown(view.languages, given.language, (language) => this.languageChanged(language)),
        field("language"),
      ),
      this.lenses(alone, field("lens").problem),
      labelled(this.say("start.role"), role),
      h("div", { class: "with-button" }, [
        labelled(this.say(alone ? "start.respondent_alone" : "start.respondent"), code, {
          help: this.say("start.respondent_help"),
          ...field("respondent"),
        }),
        alone ? null : this.button("start.propose", () => this.form.link.send({ do: "new" })),
      ]),
      h("section", { class: "consent", "aria-label": this.say("start.consent") }, [
        h("h3", {}, this.say(alone ? "start.consent" : "start.read_out")),
        this.consent,
        this.tick(alone, field("consent").problem),
      ]),
      h("div", { class: "actions" }, [
        this.button("start.begin", () => this.begin(), "primary"),
        this.button("start.cancel", () => this.form.link.send({ do: "leave" })),
      ]),
    ]);
    this.showConsent();
    return node;
  }

  lenses(alone, problem) {
    const name = newId("lens");
    const legend = this.say(alone ? "start.lens_alone" : "start.lens");
    const entries = this.view.lenses[this.given.language];
    return h("fieldset", { class: "lenses" }, [
      h("legend", {}, legend),
      entries.map(({ id, name: label }, i) =>
        h("label", { class: "pill" }, [
          h("input", {
            type: "radio",
            name,
            value: id,
            checked: this.given.lens === id,
            "data-first": i === 0,
            onchange: () => {
              this.given.lens = id;
            },
          }),
          h("span", { class: "face" }, h("span", { class: "anchor" }, label)),
        ]),
      ),
      problem ? h("span", { class: "problem" }, problem) : null,
    ]);
  }

  tick(alone, problem) {
    const input = h("input", {
      type: "checkbox",
      checked: this.given.consent,
      onchange: (event) => {
        this.given.consent = event.target.checked;
      },
    });
    return h("div", {}, [
      h(
        "label",
        { class: "tick" },
        input,
        h("span", {}, this.say(alone ? "start.agree_alone" : "start.agree")),
      ),
      problem ? h("span", { class: "problem" }, problem) : null,
    ]);
  }

  nameChanged(name) {
    this.given.respondent = name;
    this.showConsent();
  }

  languageChanged(language) {
    this.given.language = language;
    this.form.speak(this.view.wordings[language]);
    this.redraw();
    this.node.querySelector("select").focus();
  }

  showConsent() {
    const paragraphs = this.view.consent[this.given.language];
    const code = this.given.respondent || "…";
    this.consent.replaceChildren(...paragraphs.map((text) => h("p", {}, fill(text, { code }))));
  }

  redraw() {
    const node = this.draw();
    this.node.replaceWith(node);
    this.node = node;
  }

  begin() {
    this.form.link.send({ do: "begin", ...this.given });
  }

  problems(problems) {
    const isAsked = (/** @type {[string, any]} */ [name]) => ["language", "lens", "respondent", "consent"].includes(name);
    const entries = Object.entries(problems);
    this.wrong = Object.fromEntries(entries.filter(isAsked));
    const others = entries.filter((entry) => !isAsked(entry));
    this.redraw();
    super.problems(Object.fromEntries(others.map(([name, key]) => [name, `problem.${key}`])));
    const wrong = this.node.querySelector("[aria-invalid], .lenses:has(.problem) input");
    if (wrong) wrong.focus();
    else if (this.wrong.consent) this.node.querySelector(".consent input").focus();
    else this.node.querySelector("button.primary").focus();
  }
}

/** What was written down wrong of a person: site, side, role or pseudonym, with the reason. */
class Correcting extends Page {
  constructor(view, form) {
    super(view, form);
    this.given = { ...view.given, reason: "" };
    this.node = this.draw({});
  }

  draw(wrong) {
    const { view, given } = this;
    const problem = (name) => ({ problem: wrong[name] ? this.say(wrong[name]) : "" });
    const line = (name, maxlength) =>
      h("input", {
        type: "text",
        value: given[name],
        maxlength,
        autocomplete: "off",
        "data-first": name === "reason",
        oninput: (event) => {
          given[name] = event.target.value;
        },
      });
    const choice = (name, entries) =>
      dropdown(entries, given[name], (id) => {
        given[name] = id;
      });
    return h("section", { class: "page correcting" }, [
      h("h2", {}, this.say("correct.title", { code: view.respondent })),
      h("p", { class: "help" }, this.say("correct.help")),
      labelled(this.say("correct.reason"), line("reason", 300), problem("reason")),
      labelled(this.say("lobby.site"), choice("site", view.sites), problem("site")),
      labelled(this.say("start.lens"), choice("lens", view.lenses), problem("lens")),
      labelled(this.say("start.role"), line("role", 120)),
      labelled(this.say("start.respondent"), line("name", 40), problem("name")),
      h("div", { class: "actions" }, [
        this.button("correct.keep", () => this.send(), "primary"),
        this.button("start.cancel", () => this.form.link.send({ do: "leave" })),
      ]),
    ]);
  }

  send() {
    this.form.link.send({ do: "correct", respondent: this.view.respondent, ...this.given });
  }

  problems(problems) {
    const asked = ["reason", "site", "lens", "name"];
    const entries = Object.entries(problems);
    const others = entries.filter(([name]) => !asked.includes(name));
    const node = this.draw(Object.fromEntries(entries));
    this.node.replaceWith(node);
    this.node = node;
    this.node.querySelector("[aria-invalid]")?.focus();
    super.problems(Object.fromEntries(others));
  }
}

/** A finished interview opens again only with a reason. */
class Reopen extends Page {
  constructor(view, form) {
    super(view, form);
    this.node = this.draw("");
  }

  draw(problem) {
    this.reason = h("input", { type: "text", maxlength: 300, "data-first": true });
    const words = { code: this.view.respondent, time: this.view.time };
    return h("section", { class: "page" }, [
      h("h2", {}, this.say("reopen.title")),
      h("p", {}, this.say("reopen.text", words)),
      labelled(this.say("reopen.reason"), this.reason, { problem }),
      h("div", { class: "actions" }, [
        this.button("reopen.open", () => this.open(), "primary"),
        this.button("start.cancel", () => this.form.link.send({ do: "leave" })),
      ]),
    ]);
  }

  open() {
    const { respondent } = this.view;
    this.form.link.send({ do: "resume", respondent, reason: this.reason.value });
  }

  problems({ reason, ...others }) {
    if (reason) {
      const node = this.draw(this.say(reason));
      this.node.replaceWith(node);
      this.node = node;
      this.focus();
    }
    super.problems(others);
  }
}

/** Thank you, and how to have the answers deleted. */
class Finished extends Page {
  constructor(view, form) {
    super(view, form);
    this.node = h("section", { class: "page" }, [
      h("h2", {}, this.say("finished.title")),
      h("p", { class: "big" }, this.say("finished.text", { code: view.respondent })),
      h("div", { class: "actions" }, [
        this.button("bar.leave", () => this.form.link.send({ do: "leave" }), "primary"),
      ]),
    ]);
  }
}

/** A screen of the interview; the subclasses fill in what it asks. */
class ScreenPage extends Page {
  frame(...content) {
    const { view } = this;
    return h("section", { class: `page screen is-${view.kind}`, "data-screen": view.id }, [
      h("div", { class: "eyebrow" }, [
        h("h2", { class: "section" }, view.section.name || this.say("bar.review")),
        view.section.intro ? h("p", { class: "intro" }, view.section.intro) : null,
      ]),
      content,
      this.note(),
      h("div", { class: "actions" }, [
        this.button("question.back", () => this.form.back(), "back"),
        this.forward(),
      ]),
    ]);
  }

  forward() {
    return this.button("question.next", () => this.form.next(), "primary");
  }

  note() {
    const { view } = this;
    if (view.note === null || view.note === undefined) return null;
    const area = h("textarea", { rows: 2, maxlength: 2000, value: view.note });
    this.keepNote = debounced(() => {
      this.form.link.send({ do: "note", text: area.value });
    }, TEXT_PAUSE_MS);
    area.addEventListener("input", this.keepNote);
    area.addEventListener("blur", this.keepNote.flush);
    const field = labelled(this.say("question.note"), area, {
      help: this.say("question.note_help"),
    });
    const details = h("details", { class: "note" }, [
      h("summary", {}, this.say("question.note")),
      field,
    ]);
    details.open = Boolean(view.note);
    return details;
  }

  primary() {
    this.form.next();
  }

  back() {
    this.form.back();
  }

  /** Send what is still pending; false when the respondent should look again first. */
  leave() {
    this.keepNote?.flush();
    return true;
  }
}

/** One question, or a small matrix. */
class Questions extends ScreenPage {
  constructor(view, form) {
    super(view, form);
    const isMatrix = view.kind === "matrix";
    const options = isMatrix ? { isRow: true, onpicked: (input) => this.after(input) } : {};
    this.inputs = view.questions.map((question) => inputFor(question, form, options));
    const nodes = this.inputs.map((input) => input.node);
    const [first] = view.questions;
    const { subject } = first;
    this.node = this.frame(
      subject ? h("p", { class: "subject" }, subject) : null,
      view.questions.map(({ misfit }) => (misfit ? h("p", { class: "problem" }, misfit) : null)),
      first.other ? h("div", { class: "estimating" }, nodes) : isMatrix ? this.matrix(nodes) : nodes,
      h("p", { class: "keys" }, [h("span", {}, this.keys(first)), this.drawTaker()]),
    );
    this.answered();
    this.node.addEventListener("focusin", () => {
      this.last = this.focused() ?? this.last;
    });
  }

  /** What lets the question be open again; for all of a matrix, the row one was at last. */
  drawTaker() {
    const label = this.say("question.take_back");
    const key = this.say("question.take_back_key").toUpperCase();
    const sign = h("kbd", { "aria-hidden": "true" }, key);
    const onclick = () => this.takeBack(this.focused() ?? this.last);
    this.taker = h("button", { type: "button", class: "quiet take-back", onclick }, sign, label);
    return this.taker;
  }

  /** There is something to take back, or nothing any more. */
  answered() {
    this.taker.hidden = !this.inputs.some((input) => input.isDone());
  }

  takeBack(input = this.inputs.find((one) => one.isDone())) {
    input?.takeBack();
    input?.focus();
    return true;
  }

  keys({ kind, options }) {
    if (kind === "text") return this.say("question.keys_text");
    return this.say("question.keys", { n: options.length > 9 ? "9, 0" : options.length });
  }

  matrix(nodes) {
    const [{ options }] = this.view.questions;
    const labels = [...options.map(({ label }) => label), ...this.inputs[0].statuses().map((s) => s.label)];
    const columns = `--n: ${options.length}`;
    return h("div", { class: "rows", style: columns }, [
      h(
        "div",
        { class: "heads", "aria-hidden": "true" },
        h("span", {}),
        h("div", { class: "cells" }, labels.map((label) => h("span", {}, label))),
      ),
      nodes,
    ]);
  }

  /** After a row: the next one without an answer, then the next screen. */
  after(input) {
    const here = this.inputs.indexOf(input);
    const order = [...this.inputs.slice(here + 1), ...this.inputs.slice(0, here)];
    const next = order.find((other) => !other.isDone()) ?? this.inputs[here + 1];
    if (!next) return "next";
    next.focus();
    return undefined;
  }

  focused() {
    return this.inputs.find((input) => input.node.contains(document.activeElement));
  }

  current() {
    return this.focused() ?? this.inputs.find((input) => !input.isDone()) ?? this.inputs[0];
  }

  press(key) {
    if (key === this.say("question.take_back_key")) return this.takeBack(this.focused());
    return this.current().press(key);
  }

  focus() {
    (this.inputs.find((input) => !input.isDone()) ?? this.inputs[0]).focus();
  }

  leave() {
    super.leave();
    const pending = this.inputs.map((input) => [input, input.leave()]);
    for (const [input, left] of pending) if (left?.entry) input.keep(left.entry);
    return !pending.some(([, left]) => left?.hint);
  }
}

/** The pilots or decisions that are talked about. */
class Subjects extends ScreenPage {
  constructor(view, form) {
    super(view, form);
    this.node = this.draw("");
  }

  draw(problem) {
    const { subjects, subject_kind: kind } = this.view;
    this.boxes = subjects.map(({ id, title, is_kept: isKept }, i) => {
      const input = h("input", {
        type: "checkbox",
        value: id,
        checked: isKept,
        "data-first": i === 0,
        onchange: () => this.changed(),
      });
      return h("label", { class: "card ticked" }, input, h("span", { class: "face" }, title));
    });
    this.title = h("input", { type: "text", maxlength: 120, "data-first": subjects.length === 0 });
    return this.frame(
      h("fieldset", { class: "question" }, [
        h("legend", { class: "legend" }, [
          h("span", { class: "asked" }, this.say(`subjects.${kind}`)),
          h("span", { class: "help" }, this.say(`subjects.${kind}_help`)),
        ]),
        subjects.length
          ? h("div", { class: "list" }, this.boxes)
          : h("p", { class: "help" }, this.say("subjects.none")),
      ]),
      h("div", { class: "with-button" }, [
        labelled(this.say(`subjects.new_${kind}`), this.title, { problem }),
        this.button("subjects.add", () => this.add()),
      ]),
    );
  }

  changed() {
    const left = this.boxes
      .map((box) => box.querySelector("input"))
      .filter((input) => !input.checked);
    const ids = left.map((input) => input.value);
    this.form.link.send({ do: "leave_out", kind: this.view.subject_kind, ids });
  }

  add() {
    const { subject_kind: kind } = this.view;
    this.form.link.send({ do: "add_subject", kind, title: this.title.value });
  }

  primary() {
    if (document.activeElement === this.title && this.title.value.trim()) this.add();
    else super.primary();
  }

  problems({ title, ...others }) {
    if (title) {
      const node = this.draw(this.say(title));
      this.node.replaceWith(node);
      this.node = node;
      this.title.focus();
    }
    super.problems(others);
  }
}

/** What is unanswered before the end; jump there, or finish. */
class Review extends ScreenPage {
  constructor(view, form) {
    super(view, form);
    const required = view.open.filter((row) => row.is_required);
    const optional = view.open.filter((row) => !row.is_required);
    const misfits = view.misfits ?? [];
    const parts = [
      misfits.length ? [["review.misfits", misfits]] : [],
      required.length ? [["review.open", required]] : [],
      optional.length ? [["review.optional", optional]] : [],
    ].flat();
    this.nOpen = required.length + misfits.length;
    this.sure = h("div", { class: "sure", role: "status" });
    this.node = this.frame(
      h("h3", { class: "asked", tabindex: "-1", "data-first": true }, this.say("review.title")),
      h("p", { class: "keys" }, this.say("review.keys", { key: this.key.toUpperCase() })),
      this.sure,
      view.open.length || misfits.length ? null : h("p", {}, this.say("review.complete")),
      parts.map(([key, rows]) => [
        h("p", { class: "help" }, this.say(key, { n: rows.length })),
        h("ul", { class: "open" }, rows.map((row) => this.row(row))),
      ]),
      view.said?.length ? this.overview(view.said) : null,
      view.whole ? this.whole(view.whole) : null,
    );
  }

  /** What was answered, read back, each with the way to its question. */
  overview(rows) {
    return h("details", { class: "note overview" }, [
      h("summary", {}, this.say("review.said", { n: rows.length })),
      h("ul", { class: "open" }, rows.map((row) => this.row(row, "review.change"))),
    ]);
  }

  /** What the interviewer says of the interview as a whole: a note, parts left out, its end. */
  whole({ remark, sections, has_core, is_short }) {
    const { link } = this.form;
    const note = h("textarea", { rows: 3, maxlength: 2000 }, remark);
    this.keepRemark = debounced(() => link.send({ do: "remark", text: note.value }), 800);
    note.addEventListener("input", this.keepRemark);
    note.addEventListener("blur", this.keepRemark.flush);
    const reasons = [
      { id: "", name: this.say("whole.asked") },
      { id: "refused", name: this.say("whole.refused") },
      { id: "no_time", name: this.say("whole.no_time") },
    ];
    const why = h("input", { type: "text", maxlength: 500 });
    const details = h("details", { class: "note whole" }, [
      h("summary", {}, this.say("whole.title")),
      labelled(this.say("whole.remark"), note),
      sections.map((section) => {
        const leave = (reason) => link.send({ do: "part", section: section.id, why: reason });
        return labelled(section.name, dropdown(reasons, section.why, leave, {}));
      }),
      has_core
        ? this.button(is_short ? "whole.long" : "whole.short", () =>
            link.send({ do: "short", is_short: !is_short }),
          )
        : null,
      labelled(this.say("whole.why"), why),
      this.button("whole.break_off", () => link.send({ do: "break_off", why: why.value })),
    ]);
    details.open = Boolean(remark) || is_short || sections.some((section) => section.why);
    return details;
  }

  leave() {
    this.keepRemark?.flush();
    return super.leave();
  }

  get key() {
    return this.say("review.finish_key");
  }

  row({ screen, section, text, other, misfit, said }, jump = "review.jump") {
    const whose = other ? this.say("question.estimate", { other }) : "";
    return h("li", {}, [
      h("span", { class: "where" }, [section, whose].filter(Boolean).join(" · ")),
      h("span", { class: "what" }, text),
      said ? h("strong", { class: "said" }, said) : null,
      misfit ? h("span", { class: "problem" }, misfit) : null,
      h(
        "button",
        {
          type: "button",
          "aria-label": `${this.say(jump)}: ${text}`,
          onclick: () => this.form.go(screen),
        },
        this.say(jump),
      ),
    ]);
  }

  forward() {
    return this.button("review.finish", () => this.end(), "primary");
  }

  /** Enter leads from question to question and ends here: the end has a key of its own. */
  primary() {}

  press(key) {
    if (key === this.key) this.end();
    else if (key === this.say("review.sure_key") && this.isAsking()) this.form.finish();
    else return false;
    return true;
  }

  isAsking() {
    return this.sure.childElementCount > 0;
  }

  /** Finish, after a question where something is open. */
  end() {
    if (!this.nOpen) {
      this.form.finish();
      return;
    }
    const key = this.say("review.sure_key").toUpperCase();
    this.sure.replaceChildren(
      h("p", {}, h("strong", {}, this.say("review.sure", { n: this.nOpen, key }))),
      this.button("review.finish_open", () => this.form.finish()),
    );
    this.sure.scrollIntoView({ block: "center" });
  }
}

const PAGES = {
  lobby: Lobby,
  start: Start,
  correcting: Correcting,
  reopen: Reopen,
  finished: Finished,
  question: Questions,
  matrix: Questions,
  subjects: Subjects,
  review: Review,
};
