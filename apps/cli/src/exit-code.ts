/** Exit codes of `stance`; the help of each command names those it uses. */
export const EXIT = {
  ok: 0,
  /** The thing was done and did not succeed: a refused move, a broken config. */
  failed: 1,
  /** Unknown command or option. */
  usage: 2,
  /** No hub answers on the control socket. */
  noHub: 3,
} as const;
