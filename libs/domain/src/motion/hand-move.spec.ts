import { type MotionEffect } from './motion-effect.js';
import { ANNA, HOUSEHOLD, Lab } from './spec-support/lab.js';

const open = (): Lab => new Lab({ ...HOUSEHOLD, persons: [ANNA], remoteCommands: 'open' }).settle();
const all = (lab: Lab): MotionEffect[] => lab.trace.flatMap((line) => (line.kind === 'event' ? line.effects : []));

describe('A hand on the keys around our own move', () => {
  /** Somebody holds a key: 40 mm/s from now on, whatever our own move is doing. */
  function hold(lab: Lab, ms: number, speedMmS = 40): void {
    for (let held = 0; held < ms; held += 200) {
      lab.pass(200);
      lab.heightMm -= speedMmS / 5;
      lab.reading(-speedMmS);
    }
  }
  const rows = (lab: Lab) => all(lab).filter(({ type }) => type === 'JournalHandMove');

  it('that goes on past its run-on is journalled from where our transaction ended', () => {
    const lab = open();
    lab.command(1100);
    while (lab.state.active !== null) lab.pass(200);
    const { now: from } = lab;
    hold(lab, 6_000);
    const { now: to } = lab;
    lab.pass(3_000);
    expect(rows(lab)).toEqual([{ type: 'JournalHandMove', fromMm: 1100, toMm: 860, from, to }]);
    expect(lab.state).toMatchObject({ handsetAt: to, holds: { overrideAt: to } });
  });

  it('while it is being stopped ends it as overridden; what goes on then is the row of the hand', () => {
    const lab = open();
    lab.nextDrive = 'mute';
    const [start] = lab.command(1100);
    lab.pass(1_000);
    lab.stop('mqtt');
    hold(lab, 5_000);
    expect(lab.state.holds.overrideAt).toEqual(lab.now);
    expect(lab.state.handsetAt).toBeNull();
    const { now: from, heightMm: fromMm } = lab;
    const outcome = { result: 'cancelled', heightMm: fromMm } as const;
    if (start?.type !== 'StartMotor') throw new Error('no start');
    const ended = lab.emit({ type: 'MotorStopped', at: from, txId: start.txId, outcome });
    expect(ended).toContainEqual({
      type: 'EndMove',
      txId: start.txId,
      outcome: { result: 'overridden', heightMm: fromMm },
      at: from,
    });
    hold(lab, 1_000);
    const { now: to } = lab;
    lab.pass(5_000);
    expect(rows(lab)).toEqual([{ type: 'JournalHandMove', fromMm, toMm: fromMm - 40, from, to }]);
  });

  it('is not seen in creep of less than 10 mm past the run-on', () => {
    const lab = open();
    lab.command(1100);
    while (lab.state.active !== null) lab.pass(200);
    hold(lab, 3_000, 10);
    hold(lab, 4_000, 10 / 4.5);
    lab.pass(5_000);
    expect(rows(lab)).toEqual([]);
    expect(lab.state).toMatchObject({ handsetAt: null, holds: { overrideAt: null } });
  });
});
