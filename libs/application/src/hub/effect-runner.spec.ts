import { type Effect, epoch, monotonic, personId, promptId } from '#libs/domain';
import { ManualClock } from '#libs/testing';
import { type Journal, type JournalEntry } from '../ports/index.js';
import { EffectRunner } from './effect-runner.service.js';
import { type FeedItem, HubFeed } from './hub-feed.service.js';

const at = { mono: monotonic(0), epoch: epoch(0) };
const ALEX = personId('alex');
const closed: Effect = { type: 'ClosePrompt', promptId: promptId('p1'), personId: ALEX, outcome: 'expired', at };
const publish: Effect = { type: 'PublishPerson', personId: ALEX };
const checkpoint = (): JournalEntry => ({ type: 'checkpoint', personId: ALEX, at: at.epoch, state: 'here' });

const runner = (
  append: (entries: readonly JournalEntry[]) => Promise<void>,
): { run: EffectRunner; told: FeedItem[] } => {
  const feed = new HubFeed();
  const told: FeedItem[] = [];
  feed.onItem((item) => told.push(item));
  return { run: new EffectRunner({ append } as unknown as Journal, feed, new ManualClock()), told };
};

describe('EffectRunner', () => {
  it('has the journal entry and a checkpoint on disk before it dispatches', async () => {
    const seen: string[] = [];
    const { run } = runner((entries) => {
      seen.push(`disk: ${entries.map(({ type }) => type).join(', ')}`);
      return Promise.resolve();
    });
    run.run([closed, publish], checkpoint, (effect) => seen.push(effect.type));
    await run.idle();
    expect(seen).toEqual(['disk: prompt-closed, checkpoint', 'ClosePrompt', 'PublishPerson']);
  });

  it('writes nothing for effects that are no facts', async () => {
    let writes = 0;
    const { run } = runner(() => Promise.resolve(void (writes += 1)));
    run.run([publish], checkpoint, () => undefined);
    await run.idle();
    expect(writes).toBe(0);
  });

  it('does not acknowledge what the disk refused, tells the fault, and goes on with the next batch', async () => {
    let full = true;
    const { run, told } = runner(() => (full ? Promise.reject(new Error('disk full')) : Promise.resolve()));
    const dispatched: string[] = [];
    run.run([closed, publish], checkpoint, (effect) => dispatched.push(`first ${effect.type}`));
    await run.idle();
    full = false;
    run.run([closed], checkpoint, (effect) => dispatched.push(`second ${effect.type}`));
    await run.idle();
    expect(dispatched).toEqual(['first PublishPerson', 'second ClosePrompt']);
    expect(told).toEqual([{ kind: 'fault', code: 'journal.append-failed', message: 'disk full' }]);
  });

  it('goes on after an effect that could not be dispatched', async () => {
    const { run, told } = runner(() => Promise.resolve());
    const dispatched: string[] = [];
    run.run([publish, publish], checkpoint, (effect) => {
      dispatched.push(effect.type);
      if (dispatched.length === 1) throw new Error('no such bus');
    });
    await run.idle();
    expect(dispatched).toHaveLength(2);
    expect(told).toEqual([{ kind: 'fault', code: 'hub.effect-failed', message: 'no such bus' }]);
  });
});
