import { closeAll, type Closer } from './close-all.js';

describe('closing what was opened', () => {
  it('goes from the last to the first, past one that fails, and tells its error at the end', async () => {
    const closed: string[] = [];
    const closers: Closer[] = [
      () => void closed.push('first'),
      () => Promise.reject(new Error('stuck')),
      () => Promise.resolve(void closed.push('last')),
    ];
    await expect(closeAll(closers)).rejects.toThrow('stuck');
    expect(closed).toEqual(['last', 'first']);
    expect(closers).toEqual([]);
  });

  it('closes nothing twice', async () => {
    let times = 0;
    const closers: Closer[] = [() => void (times += 1)];
    await closeAll(closers);
    await closeAll(closers);
    expect(times).toBe(1);
  });
});
