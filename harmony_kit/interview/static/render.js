// What the browser gets of the interview form: one object that draws it.

export default {
  render({ model, el }) {
    const form = new Form(model, el);
    // A respondent alone sees nothing of the notebook, as soon as the page has taken us in.
    const open = () => (form.root.isConnected ? form.toggleFull(true) : requestAnimationFrame(open));
    if (form.setting.is_self_service) open();
    return () => form.close();
  },
};
