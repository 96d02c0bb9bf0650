import { type MotionEvent, type MoveOutcome, txId } from '#libs/domain';
import { aDeskSetup, ManualClock } from '#libs/testing';
import { RadioUse } from '../devices/radio-use.js';
import { type DeskSession, type JournalEntry } from '../ports/index.js';
import { DeskEngine } from './desk-engine.js';

const setup = aDeskSetup();
const DESK = setup.id;

/** One engine over a desk session that records what it is told, in order. */
async function engineOverDesk(journal: (entries: readonly JournalEntry[]) => Promise<void>): Promise<{
  readonly clock: ManualClock;
  readonly engine: DeskEngine;
  readonly radio: RadioUse;
  readonly told: string[];
  readonly end: (outcome: MoveOutcome) => void;
  readonly request: (id: string) => void;
}> {
  const clock = new ManualClock();
  const told: string[] = [];
  const radio = new RadioUse();
  let end: (outcome: MoveOutcome) => void = () => undefined;
  const session = {
    kind: 'desk',
    limits: { minMm: 620, maxMm: 1270 },
    readHeight: () => {
      told.push('read the height');
      engine.accept(height());
      return Promise.resolve(720);
    },
    moveTo: (heightMm: number, signal: AbortSignal) => {
      told.push(`move to ${heightMm}`);
      return new Promise<MoveOutcome>((resolve) => {
        end = resolve;
        signal.addEventListener('abort', () => {
          resolve({ result: 'cancelled', heightMm: 800 });
        });
      });
    },
    stop: () => Promise.resolve(void told.push('stop frames')),
  } as unknown as DeskSession;
  const engine = new DeskEngine(setup, {
    clock,
    journal: (entries) => {
      told.push(`journal ${entries.map(({ type }) => type).join()}`);
      return journal(entries);
    },
    radio,
    onEffects: (_desk, effects) => {
      for (const { type } of effects) if (type !== 'PublishDesk' && type !== 'WakeDeskAt') told.push(type);
    },
    onProgress: () => undefined,
    onFault: (code) => told.push(code),
  });
  const height = (): MotionEvent => ({
    type: 'Observed',
    at: clock.stamp(),
    source: DESK,
    observation: { kind: 'height', heightMm: 720, speedMmS: 0 },
  });
  await engine.attach(session, clock.stamp());
  const request = (id: string): void => {
    void engine.request({
      type: 'MoveRequested',
      at: clock.stamp(),
      txId: txId(id),
      targetMm: 1110,
      request: { origin: 'command', surface: 'mqtt', commandId: id, ageMs: 0, retained: false },
    });
  };
  told.length = 0;
  return {
    clock,
    engine,
    radio,
    told,
    request,
    end: (outcome) => {
      end(outcome);
    },
  };
}

describe('DeskEngine', () => {
  it('reads the height, journals the row, then drives, then ends the transaction with the outcome', async () => {
    const { clock, told, request, end } = await engineOverDesk(() => Promise.resolve());
    request('a');
    await clock.advance(0);
    end({ result: 'arrived', heightMm: 1110 });
    await clock.advance(0);
    expect(told).toEqual(['read the height', 'journal move-started', 'StartMotor', 'move to 1110', 'EndMove']);
  });

  it('no journal row, no motor', async () => {
    const { clock, told, request } = await engineOverDesk(() => Promise.reject(new Error('disk full')));
    request('a');
    await clock.advance(0);
    expect(told).toEqual(['read the height', 'journal move-started', 'StartMotor', 'motion.not-journaled', 'EndMove']);
  });

  it('a stop that comes while the row is being written keeps the motor still', async () => {
    let written: () => void = () => undefined;
    const { clock, engine, told, request } = await engineOverDesk(() => new Promise((resolve) => (written = resolve)));
    request('a');
    await engine.stop({ type: 'StopRequested', at: clock.stamp(), surface: 'cli' });
    written();
    await clock.advance(0);
    expect(told).not.toContain('move to 1110');
    expect(told).toContain('stop frames');
  });

  it('S-04: the stop frames go out before anything is folded or journaled', async () => {
    const { clock, engine, told, request } = await engineOverDesk(() => Promise.resolve());
    request('a');
    await clock.advance(0);
    told.length = 0;
    void engine.stop({ type: 'StopRequested', at: clock.stamp(), surface: 'mqtt' });
    expect(told[0]).toBe('stop frames');
    await clock.advance(0);
    expect(told).toContain('EndMove');
  });

  it('a lost link ends the move as the mover says, and nothing is driven on the dead session', async () => {
    const { clock, engine, told, request } = await engineOverDesk(() => Promise.resolve());
    request('a');
    await clock.advance(0);
    engine.detach(clock.stamp());
    await clock.advance(0);
    request('b');
    await clock.advance(0);
    expect(told.filter((what) => what.startsWith('move to'))).toHaveLength(1);
    expect(told.at(-1)).toBe('RefuseMove');
  });

  it('a row that took longer than 1 s to write starts nothing: the evidence has aged meanwhile', async () => {
    let written: () => void = () => undefined;
    const { clock, told, request } = await engineOverDesk(() => new Promise((resolve) => (written = resolve)));
    request('a');
    await clock.advance(1_001);
    written();
    await clock.advance(0);
    expect(told.slice(-2)).toEqual(['motion.row-too-late', 'EndMove']);
  });

  it('a stop that comes while the height is being read ends the request', async () => {
    const { clock, engine, told, request } = await engineOverDesk(() => Promise.resolve());
    request('a');
    await engine.stop({ type: 'StopRequested', at: clock.stamp(), surface: 'mqtt' });
    await clock.advance(0);
    expect(told).toContain('RefuseMove');
    expect(told).not.toContain('StartMotor');
  });

  it('waits for the radio while another device connects, and gives up after 3 s', async () => {
    const { clock, radio, told, request } = await engineOverDesk(() => Promise.resolve());
    let connected: () => void = () => undefined;
    const connecting = radio.whileConnecting(() => new Promise<void>((resolve) => (connected = resolve)));
    request('a');
    await clock.advance(2_999);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual(['RefuseMove']);
    request('b');
    connected();
    await connecting;
    await clock.advance(0);
    expect(told).toContain('move to 1110');
    expect(radio.mayConnect).toBe(false);
  });

  it('closing in mid-move stops the desk, waits for its end, refuses what comes after, and leaves no timer', async () => {
    const { clock, engine, radio, told, request } = await engineOverDesk(() => Promise.resolve());
    request('a');
    await clock.advance(0);
    await clock.complete(engine.close({ type: 'StopRequested', at: clock.stamp(), surface: 'hub' }));
    expect(told).toContain('stop frames');
    expect(told.at(-1)).toBe('EndMove');
    expect(radio.mayConnect).toBe(true);
    request('b');
    await clock.advance(0);
    expect(told.at(-1)).toBe('RefuseMove');
    expect(clock.pending).toBe(0);
  });

  it('nothing connects from the reading of the height to the end of the move, nor after a refusal', async () => {
    const { clock, radio, request, end } = await engineOverDesk(() => Promise.resolve());
    request('a');
    await Promise.resolve();
    expect(radio.mayConnect).toBe(false);
    await clock.advance(0);
    end({ result: 'arrived', heightMm: 1110 });
    await clock.advance(0);
    expect(radio.mayConnect).toBe(true);
    request('a');
    await clock.advance(0);
    expect(radio.mayConnect).toBe(true);
  });
});
