// Owns how the verbs of control read on a button, and which can be taken back. Where a task takes one, and who
// may, the gateway says (`useCaller`).

export interface VerbWords {
  readonly verb: string;
  readonly label: string;
  /** What it does, to whom it is offered. */
  readonly about: string;
  /** It cannot be taken back. */
  readonly danger?: true;
  /** May be done to many tasks at once. */
  readonly many?: true;
}

export const VERBS: readonly VerbWords[] = [
  { verb: "resume", label: "Resume", about: "lets a held task go on", many: true },
  {
    verb: "retry",
    label: "Retry",
    about: "goes on with a failed turn, or issues anew what waits",
    many: true,
  },
  { verb: "pause", label: "Pause", about: "holds it at its next step", many: true },
  {
    verb: "quarantine",
    label: "Quarantine",
    about: "holds it, and no effect of it may begin",
    many: true,
  },
  { verb: "complete", label: "Complete", about: "ends an idle task as completed", many: true },
  {
    verb: "rollback",
    label: "Roll back",
    about: "undoes its effects without ending it",
    danger: true,
  },
  {
    verb: "cancel",
    label: "Cancel",
    about: "ends it, and undoes what can be undone",
    danger: true,
    many: true,
  },
  {
    verb: "retire",
    label: "Retire",
    about: "ends it for good; what it did stays",
    danger: true,
    many: true,
  },
  {
    verb: "kill",
    label: "Kill",
    about: "ends it at once, whatever is in flight",
    danger: true,
    many: true,
  },
];
