import { FollowedClock, SystemClock } from '#adapters/clock';
import { NobleCentral } from '#adapters/noble';
import { type DeskSession } from '#libs/application';
import { FileProfileStore } from '#libs/devices';
import { type MotorInterval, SimulatedHome } from '#libs/simulation';
import { type Opened, until } from './bench-run.js';

const PROFILE = 'linak-dpg';
const FOUND_WITHIN_MS = 10_000;
/** The truth log keeps an interval open for a second in case the motor is written to again. */
const AT_REST_WITHIN_MS = 5_000;
const ATTEMPTS = 3;

/** One simulated desk: what it truly does beside the real driver's session to it. */
export interface BenchDesk {
  readonly id: string;
  readonly session: DeskSession;
  readonly trueMm: () => number;
  readonly trueSpeedMmPerS: () => number;
  /** Lab time, ms: the clock of the truth. */
  readonly nowMs: () => number;
  /** The motor intervals since the instant, once the motor is truly at rest and the truth log has closed them. */
  restedSince(epochMs: number): Promise<readonly MotorInterval[]>;
}

/** Desks side by side in one home at 1 x, each over its own link of one real noble, opened by the real driver. */
export async function openDesks(count: number, seed: number, opened: Opened): Promise<readonly BenchDesk[]> {
  const plan = { seed, startEpochMs: Date.UTC(2026, 0, 12, 9), maxRate: 1, bands: [], people: [] };
  const desks = Array.from({ length: count }, (_, index) => ({
    id: `desk-${index + 1}`,
    name: `Desk ${4001 + index}`,
    address: `e1:1d:2f:0a:33:${(0x10 + index).toString(16)}`,
    // Bases differ from desk to desk (docs/protocols/linak.md).
    baseMm: 620 + 1.3 * index,
    startMm: 720 + 10 * index,
  }));
  const home = await SimulatedHome.start({ ...plan, desks });
  opened.add(() => {
    home.stop();
  });
  const lab = home.clock;
  const machineClock = new SystemClock();
  const clock = new FollowedClock({
    monotonicMs: () => lab.nowMs(),
    epochMs: () => lab.epochMs(),
    uptimeMs: () => lab.uptimeMs(),
    at: (whenMs, fire) => lab.at(whenMs, fire),
  });
  const store = new FileProfileStore({ directory: 'device-profiles', machineClock, clock });
  const central = new NobleCentral({ package: 'abandonware', clock: machineClock, domainClock: clock });
  const ours = process.rawListeners('SIGINT');
  await central.start();
  opened.add(() => central.stop());
  // noble ends the process at once on Ctrl-C when its listener is the last one; the bench cleans up first.
  for (const listener of process.rawListeners('SIGINT'))
    if (!ours.includes(listener)) process.off('SIGINT', listener as () => void);
  if (central.problem !== null) throw new Error(central.problem);
  const heard = new Set<string>();
  opened.add(central.onAdvertisement(({ address }) => heard.add(address)));
  await until('every desk heard', () => desks.every(({ address }) => heard.has(address)), FOUND_WITHIN_MS);
  const row: BenchDesk[] = [];
  for (const { id, address } of desks) row.push(benchDesk(home, id, await openSession(central, store, address)));
  return row;
}

async function openSession(central: NobleCentral, store: FileProfileStore, address: string): Promise<DeskSession> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const session = await store.open(PROFILE, await central.connect(address, store.sessionSpec(PROFILE)));
      if (session.kind === 'desk') return session;
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
    }
  }
}

function benchDesk(home: SimulatedHome, id: string, session: DeskSession): BenchDesk {
  const desk = home.desks.get(id);
  if (desk === undefined) throw new RangeError(`no desk ${id}`);
  const intervalsSince = (epochMs: number): readonly MotorInterval[] =>
    home.truth.ofKind('motor').filter(({ deskId, to }) => deskId === id && to >= epochMs);
  return {
    id,
    session,
    trueMm: () => desk.heightMm,
    trueSpeedMmPerS: () => desk.motor.speedMmPerS,
    nowMs: () => home.clock.epochMs(),
    restedSince: async (epochMs) => {
      const rested = (): boolean => !desk.motor.moving && intervalsSince(epochMs).at(-1)?.toMm === desk.heightMm;
      // A move that never started has no interval: the caller counts it.
      await until(`${id} at rest`, rested, AT_REST_WITHIN_MS).catch(() => undefined);
      return intervalsSince(epochMs);
    },
  };
}
