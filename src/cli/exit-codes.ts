/** What the process says when it ends. */
export const EXIT = {
  answered: 0,
  failed: 1,
  badInput: 2,
  incomplete: 3,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_HELP = `Exit codes:
  0    answered
  1    failed: the model, the network or the disk; what finished is kept
  2    bad input: an option, a file, a model that does not exist
  3    answered, but incomplete: cut off, or no synthesis (deadline, budget)
  130  interrupted by Ctrl-C; 143 by SIGTERM`;
