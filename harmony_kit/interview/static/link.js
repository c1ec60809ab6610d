// The way to the kernel: messages, signs of life, and a draft of all that is not yet on disk.

const SIGN_EVERY_MS = 900;
const SILENT_AFTER_MS = 2200;

/** Answers of one interview that the journal has not confirmed, kept across a crash. */
class Drafts {
  /** @param {string} key */
  constructor(key) {
    this.key = `harmony/${key}`;
  }

  /** @returns {Record<string, Draft>} */
  all() {
    try {
      return JSON.parse(localStorage.getItem(this.key) ?? "null") ?? {};
    } catch {
      return {};
    }
  }

  /** @param {Record<string, Draft>} drafts */
  write(drafts) {
    try {
      if (Object.keys(drafts).length) localStorage.setItem(this.key, JSON.stringify(drafts));
      else localStorage.removeItem(this.key);
    } catch {
      // A full or forbidden storage must not stop an interview; the journal is what counts.
    }
  }

  /**
   * @param {string} name
   * @param {Draft} draft
   */
  put(name, draft) {
    this.write({ ...this.all(), [name]: { ...draft, at: Date.now() } });
  }

  /**
   * @param {string} name
   * @returns {Draft | undefined}
   */
  get(name) {
    return this.all()[name];
  }

  /** Forget what was begun and never completed. */
  dropPartial() {
    this.write(Object.fromEntries(Object.entries(this.all()).filter(([, d]) => !d.isPartial)));
  }

  /**
   * Forget a draft, unless it was changed after message `seq` was sent.
   * @param {string} name
   * @param {string} [seq]
   */
  drop(name, seq) {
    const { [name]: draft, ...others } = this.all();
    if (draft && (seq === undefined || draft.seq === seq)) this.write(others);
  }
}

/** Which interview this tab had open, so that a reload or a new kernel comes back to it. */
class OpenInterview {
  /** @param {string} key */
  constructor(key) {
    this.key = `harmony-open/${key}`;
  }

  /** @returns {Place | null} */
  get() {
    try {
      return JSON.parse(sessionStorage.getItem(this.key) ?? "null");
    } catch {
      return null;
    }
  }

  /** @param {Place | null} place */
  set(place) {
    try {
      if (place) sessionStorage.setItem(this.key, JSON.stringify(place));
      else sessionStorage.removeItem(this.key);
    } catch {
      // Then a reload shows the list of interviews.
    }
  }
}

/** Messages to the kernel and back. `onreply(reply)` and `onchange()` tell the form. */
class Link {
  /**
   * @param {Kernel} model
   * @param {{onreply: (reply: Reply, sent?: Sent) => void, onchange: () => void}} listeners
   */
  constructor(model, { onreply, onchange }) {
    this.model = model;
    this.onreply = onreply;
    this.onchange = onchange;
    this.seq = 0;
    /** @type {Map<string, Sent>} */
    this.waiting = new Map();
    this.tab = Math.random().toString(36).slice(2);
    this.heardAt = performance.now();
    this.isOffline = false;
    this.receive = (/** @type {Reply} */ reply) => this.hear(reply);
    model.on("msg:custom", this.receive);
    this.timers = [
      setInterval(() => this.post({ do: "sign", sign: this.tab }), SIGN_EVERY_MS),
      setInterval(() => this.listen(), 200),
    ];
  }

  close() {
    this.timers.forEach(clearInterval);
    this.post({ do: "gone" });
    this.model.off("msg:custom", this.receive);
  }

  /**
   * Send a message and remember it until it is answered; returns its number.
   * @param {Message} message
   */
  send(message) {
    this.seq += 1;
    const seq = `${this.tab}/${this.seq}`;
    this.waiting.set(seq, { ...message, sentAt: performance.now() });
    this.post({ ...message, seq });
    return seq;
  }

  /** @param {Message} message */
  post(message) {
    try {
      this.model.send(message);
    } catch {
      // The kernel's channel is closed; listen() will find nobody answers.
    }
  }

  /** @param {Reply} reply */
  hear(reply) {
    this.heardAt = performance.now();
    const sent = this.waiting.get(reply.ack ?? "");
    this.waiting.delete(reply.ack ?? "");
    if (this.isOffline) {
      this.isOffline = false;
      this.onchange();
    }
    this.onreply(reply, sent);
  }

  listen() {
    // A hidden tab's timers sleep: silence there means nothing.
    if (document.hidden) this.heardAt = performance.now();
    const isOffline = performance.now() - this.heardAt > SILENT_AFTER_MS;
    if (isOffline === this.isOffline) return;
    this.isOffline = isOffline;
    this.onchange();
  }

  /** Answers on their way to the journal. */
  nUnsaved() {
    return [...this.waiting.values()].filter(({ do: what }) => what === "answer").length;
  }
}
