// A JupyterLab extension written by hand: no bundler, no shared modules, one plugin.
//
// JupyterLab cannot run a notebook when it is opened. This runs every notebook whose metadata
// says {"harmony": {"run_when_opened": true}}: once its kernel is ready, and again whenever the
// form says that its kernel is gone and a new one answers.

(() => {
  const PAUSE_MS = 100;
  const PATIENCE_MS = 2000;

  const pause = (milliseconds) =>
    new Promise((resolve) => {
      setTimeout(resolve, milliseconds);
    });

  const kernelOf = (widget) => widget.sessionContext?.session?.kernel;

  function wantsRun(widget) {
    return Boolean(widget?.content?.model?.getMetadata?.("harmony")?.run_when_opened);
  }

  function isReady(widget) {
    const kernel = kernelOf(widget);
    return kernel?.connectionStatus === "connected" && kernel.status === "idle";
  }

  async function run(app, widget) {
    await widget.sessionContext.ready;
    while (!isReady(widget)) await pause(PAUSE_MS);
    app.shell.activateById(widget.id);
    await app.commands.execute("notebook:run-all-cells");
  }

  /** Whether a kernel answers at all: a killed one still counts as idle for some seconds. */
  async function answers(widget) {
    if (!isReady(widget)) return false;
    const reply = kernelOf(widget).requestKernelInfo().then(() => true, () => false);
    return Promise.race([reply, pause(PATIENCE_MS).then(() => false)]);
  }

  /** Build the form anew, unless it comes back by itself: its kernel may only have been busy. */
  async function revive(app, widget, form) {
    const isGone = () => form.isConnected && form.classList.contains("offline");
    do await pause(2 * PAUSE_MS);
    while (isGone() && !(await answers(widget)));
    if (!isGone()) return;
    // JupyterLab asks for a click to say that it restarts a kernel; the form says it already,
    // and behind the dialog it could not take the keyboard back.
    /** @type {HTMLElement | null} */
    const accept = document.querySelector(".jp-Dialog .jp-mod-accept");
    accept?.click();
    await run(app, widget);
  }

  async function activate(app) {
    const known = new WeakSet();
    await app.restored;
    document.addEventListener("harmony-offline", ({ target }) => {
      const widget = [...app.shell.widgets("main")].find(({ node }) => node.contains(target));
      if (wantsRun(widget)) void revive(app, widget, target);
    });
    for (;;) {
      for (const widget of app.shell.widgets("main")) {
        if (known.has(widget) || !widget.context) continue;
        known.add(widget);
        void widget.context.ready.then(() => wantsRun(widget) && run(app, widget));
      }
      await pause(PAUSE_MS);
    }
  }

  const plugin = {
    id: "harmony-interview:run-when-opened",
    description: "Builds the interview form when its notebook is opened.",
    autoStart: true,
    activate: (app) => {
      void activate(app);
    },
  };

  window._JUPYTERLAB = window._JUPYTERLAB || {};
  window._JUPYTERLAB["harmony-interview"] = {
    init: () => undefined,
    get: async () => () => ({ __esModule: true, default: plugin }),
  };
})();
