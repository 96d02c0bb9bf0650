const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Resolves at the first SIGINT, SIGTERM or SIGHUP (the terminal was closed). A second one ends the process at once, as impatient people expect. */
export function untilAsked(): Promise<void> {
  return new Promise((resolve) => {
    const first = (): void => {
      for (const signal of SIGNALS) {
        process.off(signal, first);
        process.once(signal, () => process.exit(130));
      }
      resolve();
    };
    for (const signal of SIGNALS) process.once(signal, first);
  });
}
