import { SerialQueue } from './serial-queue.js';

const gate = (): { readonly open: () => void; readonly opened: Promise<void> } => {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return {
    open: () => {
      open();
    },
    opened,
  };
};

describe('SerialQueue', () => {
  it('runs work in call order, one at a time', async () => {
    const queue = new SerialQueue();
    const first = gate();
    const seen: string[] = [];
    const one = queue.run(async () => {
      seen.push('one starts');
      await first.opened;
      seen.push('one ends');
    });
    const two = queue.run(() => void seen.push('two'));
    await Promise.resolve();
    expect(queue.pending).toBe(2);
    first.open();
    await Promise.all([one, two]);
    expect(seen).toEqual(['one starts', 'one ends', 'two']);
    await queue.idle();
    expect(queue.pending).toBe(0);
  });

  it('goes on after a failure, which reaches only its own caller', async () => {
    const queue = new SerialQueue();
    const failed = queue.run(() => Promise.reject(new Error('disk full')));
    const next = queue.run(() => 'fine');
    await expect(failed).rejects.toThrow('disk full');
    await expect(next).resolves.toBe('fine');
  });

  it('does not run work whose signal was aborted while it waited', async () => {
    const queue = new SerialQueue();
    const first = gate();
    const abort = new AbortController();
    let ran = false;
    const blocker = queue.run(() => first.opened);
    const aborted = queue.run(() => (ran = true), abort.signal);
    abort.abort(new Error('stop'));
    first.open();
    await blocker;
    await expect(aborted).rejects.toThrow('stop');
    expect(ran).toBe(false);
  });
});
