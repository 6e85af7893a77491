// Owns the list of all planted bugs.
import { APPROVAL_BUGS } from "./approval-bugs.ts";
import { EFFECT_BUGS } from "./effect-bugs.ts";
import type { PlantedBug } from "./planted-bug.ts";
import { TASK_BUGS } from "./task-bugs.ts";
import { WALL_BUGS } from "./wall-bugs.ts";

export const PLANTED_BUGS: readonly PlantedBug[] = [
  ...EFFECT_BUGS,
  ...APPROVAL_BUGS,
  ...TASK_BUGS,
  ...WALL_BUGS,
];
