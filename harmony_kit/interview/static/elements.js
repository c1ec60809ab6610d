// Elements, drawn from data. Text is always set as text, so nothing a person types is markup.

/**
 * An element: h("p", {class: "hint", onclick: f}, "text", child, null).
 * @param {string} tag
 * @param {Record<string, any> | null} [props]
 * @param {...any} children
 * @returns {any} an HTMLElement; which one, only the tag tells
 */
function h(tag, props, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in PROPERTIES) element[PROPERTIES[name]] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/** @type {Record<string, string>} */
const PROPERTIES = { checked: "checked", value: "value", disabled: "disabled" };

/**
 * The text under a key with its {placeholders} filled in.
 * @param {string} text
 * @param {Record<string, any>} words
 */
function fill(text, words) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in words ? String(words[name]) : whole));
}

let lastId = 0;

/**
 * An id no other element of the page has.
 * @param {string} stem
 */
function newId(stem) {
  lastId += 1;
  return `harmony-${stem}-${lastId}`;
}

/**
 * A labelled control of the pages around an interview, with a place for what is wrong with it.
 * @param {string} label
 * @param {HTMLElement} control
 */
function labelled(label, control, { help = "", problem = "" } = {}) {
  const id = newId("field");
  control.id = id;
  const notes = [];
  if (help) notes.push(h("span", { class: "help", id: `${id}-help` }, help));
  if (problem) notes.push(h("span", { class: "problem", id: `${id}-problem` }, problem));
  if (notes.length) control.setAttribute("aria-describedby", notes.map((n) => n.id).join(" "));
  if (problem) control.setAttribute("aria-invalid", "true");
  return h("div", { class: "field" }, h("label", { for: id }, label), control, notes);
}

/**
 * A drop-down of {id, name} entries.
 * @param {{id: string, name: string}[]} entries
 * @param {string} chosen
 * @param {(id: string) => void} onchange
 * @param {Record<string, any>} [props]
 */
function dropdown(entries, chosen, onchange, props) {
  const options = entries.map(({ id, name }) => {
    const option = h("option", { value: id }, name);
    option.selected = id === chosen;
    return option;
  });
  return h("select", { ...props, onchange: (event) => onchange(event.target.value) }, options);
}

/**
 * A call that waits until there was none for some milliseconds; flush() makes it at once.
 * @param {() => void} call
 * @param {number} milliseconds
 */
function debounced(call, milliseconds) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(later.flush, milliseconds);
  };
  later.flush = () => {
    if (timer === undefined) return false;
    clearTimeout(timer);
    timer = undefined;
    call();
    return true;
  };
  later.cancel = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  later.isWaiting = () => timer !== undefined;
  return later;
}
