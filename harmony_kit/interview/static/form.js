// The form: the bar that is always there, notices, the keyboard, and one page at a time.

/** Two presses of Enter within this time are one. */
const DOUBLE_PRESS_MS = 200;
const FOCUSABLE = "a[href], button, input, select, textarea, summary, [tabindex]";

class Form {
  constructor(model, el) {
    this.setting = JSON.parse(model.get("setting"));
    this.wording = this.setting.wording;
    this.savedAt = "";
    this.shownAt = performance.now();
    this.turnedAt = 0;
    this.isGivingWay = false;
    this.others = [];
    this.notices = [];
    this.leftovers = [];
    this.drafts = new Drafts("none");
    this.openInterview = new OpenInterview(this.setting.key);
    this.build();
    el.append(this.root);
    this.link = new Link(model, {
      onreply: (reply, sent) => this.tryToHear(reply, sent),
      onchange: () => this.connectionChanged(),
    });
    this.link.send({ do: "hello", open: this.openInterview.get() });
  }

  close() {
    this.observer?.disconnect();
    this.dialogs?.disconnect();
    this.link.close();
  }

  say(key, words = {}) {
    return fill(this.wording[key] ?? key, words);
  }

  /** Between a key that leads on and the screen it leads to the form is busy. */
  get moving() {
    return this.root.hasAttribute("aria-busy");
  }

  set moving(isMoving) {
    if (isMoving) this.root.setAttribute("aria-busy", "true");
    else this.root.removeAttribute("aria-busy");
  }

  speak(wording) {
    this.wording = wording;
    this.drawBar();
    this.showState();
  }

  // Building

  build() {
    this.bar = h("div", { class: "bar" });
    this.noticeArea = h("div", { class: "notices" });
    this.sections = h("nav", { class: "sections" });
    this.main = h("div", { class: "main" });
    this.status = h("p", { class: "status", role: "status" });
    this.meter = h("progress", { max: 1, value: 0 });
    this.figures = h("p", { class: "figures" });
    const look = `harmony${this.setting.is_self_service ? " alone" : ""}`;
    this.root = h("div", { class: look, tabindex: "-1" }, [
      this.bar,
      this.noticeArea,
      h("div", { class: "body" }, this.sections, this.main),
    ]);
    this.root.style.setProperty("--accent-light", this.setting.light);
    this.root.style.setProperty("--accent-dark", this.setting.dark);
    for (const type of ["keydown", "keypress", "keyup"]) {
      this.root.addEventListener(type, (event) => event.stopPropagation());
    }
    this.root.addEventListener("keydown", (event) => this.onKey(event));
    this.root.addEventListener("pointerdown", () => {
      this.isPointing = true;
    });
    // JupyterLab looks for this mark on the very element that has the focus.
    this.observer = new MutationObserver(() => this.guard());
    this.observer.observe(this.root, { childList: true, subtree: true });
    this.guard();
    this.dialogs = new MutationObserver(() => this.giveWay());
    this.dialogs.observe(document.body, { childList: true });
  }

  guard() {
    for (const element of [this.root, ...this.root.querySelectorAll(FOCUSABLE)]) {
      element.setAttribute("data-lm-suppress-shortcuts", "true");
    }
  }

  drawBar() {
    const { view } = this;
    this.root.lang = this.say("language.code");
    this.meter.setAttribute("aria-label", this.say("bar.sections"));
    const isFull = this.root.hasAttribute("popover");
    // A respondent alone has no business in the notebook behind the form.
    const full = this.setting.is_self_service
      ? null
      : h(
          "button",
          { type: "button", class: "quiet", onclick: () => this.toggleFull() },
          this.say(isFull ? "bar.not_full" : "bar.full"),
        );
    const inInterview = Boolean(view);
    this.bar.replaceChildren(
      h("div", { class: "line" }, [
        h("span", { class: "who" }, inInterview ? view.respondent : this.setting.client),
        this.status,
        inInterview
          ? dropdown(view.languages, view.language, (language) => this.changeLanguage(language), {
              "aria-label": this.say("bar.language"),
              class: "quiet",
            })
          : null,
        full,
        inInterview
          ? h(
              "button",
              { type: "button", class: "quiet", onclick: () => this.leaveInterview() },
              this.say("bar.leave"),
            )
          : null,
      ]),
      ...(inInterview ? [h("div", { class: "line" }, this.meter, this.figures)] : []),
    );
    this.drawSections();
    this.guard();
  }

  drawSections() {
    const { view } = this;
    this.root.classList.toggle("has-sections", Boolean(view));
    if (!view) {
      this.sections.replaceChildren();
      this.sections.removeAttribute("aria-label");
      return;
    }
    this.meter.max = Math.max(view.asked, 1);
    this.meter.value = view.answered;
    const { answered, asked, minutes } = view;
    const pace = minutes < 1 ? this.say("bar.nearly_done") : this.say("bar.minutes", { minutes });
    this.figures.textContent = `${this.say("bar.progress", { answered, asked })} · ${pace}`;
    this.sections.setAttribute("aria-label", this.say("bar.sections"));
    const isReview = this.page?.view.kind === "review";
    const entries = view.sections.map((section) =>
      h(
        "button",
        {
          type: "button",
          "aria-current": section.is_current ? "step" : false,
          onclick: () => this.enter(section.id),
        },
        h("span", { class: "name" }, section.name),
        h(
          "span",
          { class: `count${section.answered === section.asked ? " done" : ""}` },
          this.say("bar.section_done", section),
        ),
      ),
    );
    entries.push(
      h(
        "button",
        {
          type: "button",
          "aria-current": isReview ? "step" : false,
          onclick: () => this.go("review"),
        },
        h("span", { class: "name" }, this.say("bar.review")),
      ),
    );
    this.sections.replaceChildren(...entries);
    // On a phone the sections are a strip, and where we are must be in it.
    const here = entries.find((entry) => entry.hasAttribute("aria-current"));
    if (here) this.sections.scrollLeft = here.offsetLeft - this.sections.offsetLeft - 12;
  }

  // Replies

  /** Whatever goes wrong while drawing must be seen: nobody reads a browser's console. */
  tryToHear(reply, sent) {
    try {
      this.hear(reply, sent);
    } catch (error) {
      this.moving = false;
      const told = error instanceof Error ? (error.stack ?? String(error)) : String(error);
      const alone = this.setting.is_self_service;
      const todo = alone ? "trouble.error_todo_alone" : "trouble.drawing_todo";
      this.notices.push({ kind: "trouble", text: "trouble.drawing", detail: alone ? "" : told, todo });
      this.showState();
    }
  }

  hear(reply, sent) {
    if (reply.trouble || reply.conflict || reply.problems) this.moving = false;
    if (sent && !reply.trouble) this.forgetTrouble();
    if (reply.saved) this.confirm(reply, sent);
    if (reply.wording) this.wording = reply.wording;
    if (reply.bar) this.view = reply.bar;
    if (reply.page) this.turnTo(reply, sent);
    else if (reply.bar) this.drawSections();
    if (reply.problems) this.page?.problems(reply.problems);
    this.others = reply.others ?? this.others;
    if (reply.trouble) this.notices.push({ kind: "trouble", ...reply.trouble, sent });
    if (reply.conflict) this.notices.push({ kind: "conflict", ...reply.conflict, sent });
    for (const clash of reply.clashes ?? []) this.notices.push({ kind: "clash", ...clash });
    this.showState();
  }

  /** What works again is no trouble any more; an answer that was refused stays told. */
  forgetTrouble() {
    this.notices = this.notices.filter(
      ({ kind, sent }) => kind !== "trouble" || !sent || sent.do === "answer",
    );
  }

  confirm({ saved, ack }, sent) {
    this.savedAt = saved.time;
    if (!saved.question) return;
    if (sent) this.drafts.drop(saved.question, ack);
    const question = this.page?.view.questions?.find(({ name }) => name === saved.question);
    if (question) question.version = saved.version;
    this.notices = this.notices.filter(({ sent: about }) => about?.question !== saved.question);
    if (!this.leftovers.length) return;
    this.leftovers = this.leftovers.filter(([name]) => this.drafts.get(name));
    if (!this.leftovers.length && this.page) this.go(this.page.view.id);
  }

  turnTo(reply, sent) {
    const { page } = reply;
    if (!sent && this.isBusy()) return;
    const hadFocus = this.root.contains(document.activeElement) || !this.page;
    const isMine = Boolean(sent) && sent.do !== "sign";
    if (!page.place) this.view = null;
    if (page.kind === "finished") this.drafts.dropPartial();
    this.place(page.place);
    this.moving = false;
    this.page = new PAGES[page.kind](page, this);
    this.main.replaceChildren(this.page.node);
    this.shownAt = performance.now();
    this.turnedAt = this.shownAt;
    this.drawBar();
    this.guard();
    if (isMine || hadFocus) this.page.focus();
    if (isMine && this.root.hasAttribute("popover")) this.root.scrollTop = 0;
    else if (isMine) this.root.scrollIntoView({ block: "nearest" });
    if (reply.by_others) this.notices.push({ kind: "changed" });
    else this.notices = this.notices.filter(({ kind }) => kind !== "changed");
  }

  /** The second half of a double press, on a page nobody can have read yet. */
  isTooSoon() {
    return performance.now() - this.turnedAt < DOUBLE_PRESS_MS;
  }

  /** Whether something on the screen is typed and not sent. */
  isBusy() {
    return this.page?.inputs?.some((input) => input.later?.isWaiting()) ?? false;
  }

  /** Remember which interview is open, and look for what a crash left in this browser. */
  place(open) {
    this.openInterview.set(open);
    const parts = open ? [open.site, open.wave, open.respondent].map(encodeURIComponent) : ["none"];
    const drafts = new Drafts([this.setting.key, ...parts].join("/"));
    if (drafts.key === this.drafts.key) return;
    this.drafts = drafts;
    this.savedAt = "";
    this.leftovers = Object.entries(drafts.all()).filter(([, draft]) => !draft.isPartial);
  }

  // Answers

  /** Send an answer; it counts as saved only when the journal says so. */
  keep(question, entry, then) {
    const now = performance.now();
    const seconds = (now - this.shownAt) / 1000;
    this.shownAt = now;
    const base = question.version;
    const message = { do: "answer", question: question.name, ...entry, seconds, base, then };
    const seq = this.link.send(message);
    this.drafts.put(question.name, { entry, seq, base });
    this.page?.answered?.();
    if (then) this.moving = true;
    this.showState();
  }

  /** Keep an answer that is still being given in this browser only. */
  remember(question, entry, { isPartial = false } = {}) {
    this.drafts.put(question.name, { entry, isPartial, base: question.version });
  }

  saveLeftovers() {
    for (const [name, draft] of this.leftovers) {
      const { entry, base } = draft;
      const seq = this.link.send({ do: "answer", question: name, ...entry, base });
      this.drafts.put(name, { entry, base, seq });
    }
  }

  dropLeftovers() {
    for (const [name] of this.leftovers) this.drafts.drop(name);
    this.leftovers = [];
    this.showState();
    this.page?.focus();
  }

  // Moving

  next() {
    if (this.page.leave() === false) return;
    this.go("next");
  }

  back() {
    this.page.leave();
    this.go("back");
  }

  go(to) {
    this.page.leave?.();
    this.moving = true;
    this.link.send({ do: "go", to });
  }

  enter(section) {
    this.page.leave?.();
    this.link.send({ do: "go", section });
  }

  finish() {
    this.page.leave?.();
    this.link.send({ do: "finish" });
  }

  changeLanguage(language) {
    this.page.leave?.();
    this.link.send({ do: "language", language });
  }

  leaveInterview() {
    this.page.leave?.();
    this.link.send({ do: "leave" });
  }

  toggleFull(isFull = !this.root.hasAttribute("popover")) {
    // The browser's top layer is the only way out of JupyterLab's nested panels.
    if (isFull) {
      this.root.setAttribute("popover", "manual");
      this.root.showPopover();
    } else {
      this.root.hidePopover();
      this.root.removeAttribute("popover");
    }
    this.drawBar();
    this.page?.focus();
  }

  /**
   * Leave the full window while JupyterLab shows a dialog, and come back afterwards: below the top
   * layer nobody sees it, and it takes every key that was meant for the form.
   */
  giveWay() {
    const isShown = Boolean(document.querySelector(".jp-Dialog"));
    if (isShown === this.isGivingWay || !this.root.isConnected) return;
    if (isShown && !this.root.hasAttribute("popover")) return;
    this.isGivingWay = isShown;
    this.toggleFull(!isShown);
  }

  // The keyboard

  onKey(event) {
    this.isPointing = false;
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const { target } = event;
    const isText = target.matches("textarea, input[type=text]");
    // A key held down says nothing new: it must not run through the questions.
    const isHeld = event.repeat && (!isText || event.key === "Enter");
    if (event.key === "Enter" && !event.shiftKey) {
      if (target.matches("button, summary, select") && !isHeld) return;
      event.preventDefault();
      if (!this.moving && !isHeld && !this.isTooSoon()) this.page?.primary();
      return;
    }
    if (isHeld && !event.key.startsWith("Arrow") && event.key !== "Tab") {
      event.preventDefault();
      return;
    }
    if (isText || target.matches("select")) return;
    if (event.key === "Backspace") {
      event.preventDefault();
      if (!this.moving) this.page?.back();
    } else if (event.key.length === 1 && !this.moving && this.page?.press(event.key.toLowerCase())) {
      event.preventDefault();
    }
  }

  // What is always visible

  /** The kernel fell silent or spoke again; whoever can build the form anew may listen. */
  connectionChanged() {
    const { isOffline } = this.link;
    this.root.classList.toggle("offline", isOffline);
    if (isOffline) this.root.dispatchEvent(new Event("harmony-offline", { bubbles: true }));
    this.showState();
  }

  showState() {
    const { isOffline } = this.link ?? {};
    if (isOffline) this.moving = false;
    const nUnsaved = this.link?.nUnsaved() ?? 0;
    const isRefused = this.notices.some(({ sent }) => sent?.do === "answer");
    const isUnsaved = isRefused || (isOffline && nUnsaved > 0);
    const time = this.savedAt || this.view?.saved_at;
    const saved = time ? this.say("bar.saved", { time }) : this.say("bar.nothing_yet");
    const text = isUnsaved
      ? this.say("bar.not_saved")
      : nUnsaved > 0
        ? this.say("bar.saving")
        : saved;
    if (this.status.textContent !== text) this.status.textContent = text;
    this.status.classList.toggle("bad", Boolean(isUnsaved));
    this.showNotices(isOffline);
  }

  showNotices(isOffline) {
    const notices = [
      ...(isOffline ? [{ kind: "offline" }] : []),
      ...(this.leftovers.length ? [{ kind: "draft", n: this.leftovers.length }] : []),
      ...this.others.map((other) => ({ kind: "elsewhere", ...other })),
      ...this.notices,
    ];
    // Only what is new is drawn and read out again.
    const signature = JSON.stringify([notices, this.wording["language.name"]]);
    if (signature === this.signature) return;
    this.signature = signature;
    this.noticeArea.replaceChildren(...notices.map((notice) => this.notice(notice)));
    this.guard();
  }

  notice(notice) {
    const line = (key, words) => h("p", {}, this.say(key, words));
    const loud = (key) => h("p", {}, h("strong", {}, this.say(key)));
    const act = (key, onclick) => h("button", { type: "button", onclick }, this.say(key));
    const drop = () => {
      this.notices = this.notices.filter((other) => other !== notice);
      this.showState();
      if (notice.sent?.do === "answer") this.takeBack(notice.sent.question);
      else this.page?.focus();
    };
    const parts = {
      offline: () => [loud("trouble.offline"), line("trouble.offline_todo")],
      draft: () => [
        line("trouble.draft", notice),
        act("trouble.draft_save", () => this.saveLeftovers()),
        act("trouble.draft_discard", () => this.dropLeftovers()),
      ],
      elsewhere: () => [line("trouble.elsewhere", notice)],
      changed: () => [
        line("trouble.changed_elsewhere", { who: this.others[0]?.who ?? "…" }),
        act("trouble.understood", drop),
      ],
      clash: () => [line("trouble.clash", notice), act("trouble.understood", drop)],
      trouble: () => [
        loud(notice.text),
        notice.detail ? h("p", { class: "detail" }, notice.detail) : null,
        notice.todo ? line(notice.todo) : null,
        notice.sent?.do === "answer" && notice.todo
          ? act("trouble.retry", () => this.again(notice))
          : act("trouble.understood", drop),
      ],
      conflict: () => [
        line("trouble.conflict", { ...notice, ours: this.describe(notice.sent) }),
        act("trouble.keep_theirs", drop),
        act("trouble.use_ours", () => this.again({ ...notice, base: notice.version })),
      ],
    };
    const isBad = ["offline", "trouble", "conflict"].includes(notice.kind);
    return h(
      "div",
      { class: `notice ${isBad ? "bad" : ""} ${notice.kind}`, role: isBad ? "alert" : "status" },
      parts[notice.kind](),
    );
  }

  /** Forget an answer that was refused, and show what the journal has instead. */
  takeBack(question) {
    this.drafts.drop(question);
    this.link.send({ do: "go", to: this.page.view.id });
  }

  /** Send an answer that was not saved once more. */
  again({ sent, base = sent.base }) {
    const { sentAt, seq, ...message } = sent;
    const again = this.link.send({ ...message, base });
    const { status, value, chosen, text, quotable } = message;
    const entry = { status, value, chosen, text, quotable };
    this.drafts.put(message.question, { entry, base, seq: again });
    this.notices = this.notices.filter(({ sent: about }) => about !== sent);
    this.showState();
    this.page?.focus();
  }

  /** Our own answer in a few words, for a conflict. */
  describe(sent) {
    if (sent.status !== "answered") return this.say(`question.${sent.status}`);
    const words = sent.text ? `“${sent.text.slice(0, 80)}”` : "";
    if (words && !sent.chosen?.length) return words;
    const question = this.page?.view.questions?.find(({ name }) => name === sent.question);
    const label = (id) => question?.options.find((option) => option.id === String(id))?.label ?? id;
    if (sent.value) return `${sent.value} (${label(sent.value)})`;
    return [sent.chosen.map(label).join(", "), words].filter(Boolean).join(" ");
  }
}
