import { type BenchReport, printReport } from './figures.js';

type Closer = () => unknown;

/** What a bench opened, closed in reverse on every way out. */
export class Opened {
  private readonly closers: Closer[] = [];

  add(close: Closer): void {
    this.closers.push(close);
  }

  async close(): Promise<void> {
    for (const close of this.closers.splice(0).reverse()) await close();
  }
}

const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** Runs a bench: cleans up after success, failure, Ctrl-C and SIGTERM, and ends the process with a code that says which. */
export async function runBench(json: boolean, measure: (opened: Opened) => Promise<BenchReport>): Promise<never> {
  const opened = new Opened();
  const way = { interrupted: false };
  for (const [signal, code] of Object.entries(SIGNALS)) {
    process.on(signal, () => {
      if (way.interrupted) return;
      way.interrupted = true;
      void opened.close().finally(() => process.exit(code));
    });
  }
  let code = 0;
  try {
    const report = await measure(opened);
    await opened.close();
    printReport(report, json);
  } catch (error) {
    // What failed after Ctrl-C failed because of it; the signal's handler ends the process.
    if (way.interrupted) return await new Promise<never>(() => undefined);
    console.error(error);
    code = 1;
    await opened.close();
  }
  // bleno's own timers would keep the process for another second.
  process.exit(code);
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Looks every few milliseconds until it holds. Rejects with what was waited for when it never does. */
export async function until(what: string, holds: () => boolean, limitMs: number): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`${what}: not within ${limitMs} ms`);
    await sleep(5);
  }
}
