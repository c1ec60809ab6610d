// What the scripts of the form hand to each other and to the kernel, for the type checker only.

/** An answer as it is sent: a status, and what it needs. */
interface Entry {
  status: string;
  value?: number | null;
  chosen?: string[];
  text?: string;
  quotable?: boolean;
}

/** An answer the journal has not confirmed; partial while it is still being given. */
interface Draft {
  entry: Entry;
  seq?: string;
  base?: number;
  isPartial?: boolean;
  at?: number;
}

/** Which interview is open. */
interface Place {
  site: string;
  wave: string;
  respondent: string;
}

/** A message to the kernel: what to do, and what it takes (see harmony_kit.interview.reception). */
interface Message {
  do: string;
  [more: string]: any;
}

/** A message that waits for its reply. */
interface Sent extends Message {
  sentAt: number;
}

/** The kernel's reply; `ack` names the message it answers. */
interface Reply {
  ack?: string;
  [more: string]: any;
}

/** The widget's model, as far as the form uses it. */
interface Kernel {
  send(message: Message): void;
  on(event: string, listener: (reply: Reply) => void): void;
  off(event: string, listener: (reply: Reply) => void): void;
  get(name: string): string;
}

interface Window {
  _JUPYTERLAB?: Record<string, object>;
}
