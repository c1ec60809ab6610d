// The form on a page of its own: what a kernel's channel is to it in a notebook, here is a socket.

import form from "./render.js";

const RETRY_MS = 500;

/** As much of a widget's model as the form asks for. */
class PocketModel {
  constructor(setting, onopen) {
    this.setting = setting;
    this.onopen = onopen;
    this.ears = new Set();
    this.connect();
  }

  connect() {
    this.socket = new WebSocket(new URL("link", location.href.replace(/^http/, "ws")));
    this.socket.onopen = () => this.onopen();
    this.socket.onclose = () => setTimeout(() => this.connect(), RETRY_MS);
    this.socket.onmessage = ({ data }) => {
      for (const ear of this.ears) ear(JSON.parse(data));
    };
  }

  get() {
    return this.setting;
  }

  on(_, ear) {
    this.ears.add(ear);
  }

  off(_, ear) {
    this.ears.delete(ear);
  }

  send(message) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(message));
  }
}

const el = /** @type {HTMLElement} */ (document.querySelector("#form"));
let end = () => {};

// Whoever answers at a new socket knows of no open interview: the form is drawn anew and says which.
const model = new PocketModel(el.dataset.setting, () => {
  end();
  el.replaceChildren();
  end = form.render({ model, el });
});
