// What the browser gets of the interview form: one object that draws it.

export default {
  render({ model, el }) {
    const form = new Form(model, el);
    // The form has the window to itself, as soon as the page has taken us in.
    const open = () => (form.root.isConnected ? form.toggleFull(true) : requestAnimationFrame(open));
    open();
    return () => form.close();
  },
};
