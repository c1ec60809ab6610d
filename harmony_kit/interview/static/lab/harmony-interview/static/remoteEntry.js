// A JupyterLab extension written by hand: no bundler, no shared modules, one plugin.
//
// JupyterLab cannot run a notebook when it is opened. This runs every notebook whose metadata
// says {"harmony": {"run_when_opened": true}}: once its kernel is ready, and again whenever the
// kernel was restarted, because a form without its kernel is dead.

(() => {
  const PAUSE_MS = 100;

  const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

  function wantsRun(widget) {
    return Boolean(widget?.content?.model?.getMetadata?.("harmony")?.run_when_opened);
  }

  async function run(app, widget) {
    const { sessionContext } = widget;
    await sessionContext.ready;
    const isReady = () =>
      sessionContext.session?.kernel?.connectionStatus === "connected" &&
      sessionContext.session.kernel.status === "idle";
    while (!isReady()) await pause();
    app.shell.activateById(widget.id);
    await app.commands.execute("notebook:run-all-cells");
  }

  function watch(app, widget) {
    let wasRestarting = false;
    widget.sessionContext.statusChanged.connect((_, status) => {
      if (status === "restarting" || status === "autorestarting") wasRestarting = true;
      else if (wasRestarting && status === "idle") {
        wasRestarting = false;
        void run(app, widget);
      }
    });
  }

  async function activate(app) {
    const known = new WeakSet();
    await app.restored;
    for (;;) {
      for (const widget of app.shell.widgets("main")) {
        if (known.has(widget) || !widget.context) continue;
        known.add(widget);
        void widget.context.ready.then(() => {
          if (!wantsRun(widget)) return;
          watch(app, widget);
          void run(app, widget);
        });
      }
      await pause();
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
