import { appendFileSync, writeFileSync } from 'node:fs';
import { serveHome, SimulatedHome, type TruthRecord } from '#libs/simulation';
import { type SimulatorArguments } from './arguments.js';

/** What the simulator prints, once, when its home stands. */
export interface Ready {
  readonly ready: true;
  readonly socket: string;
  /** Bluetooth addresses, in the order of the plan. */
  readonly desks: readonly string[];
  readonly bands: readonly string[];
}

export interface RunningSimulator {
  readonly ready: Ready;
  stop(): Promise<void>;
}

/** Starts the home and serves it. Rejects when the socket is taken or bleno is not installed. */
export async function startSimulator({ socket, plan, truthFile }: SimulatorArguments): Promise<RunningSimulator> {
  const home = await SimulatedHome.start(plan, truthFile === null ? {} : { onTruth: toFile(truthFile) });
  try {
    const served = await serveHome(home, socket);
    return {
      ready: {
        ready: true,
        socket,
        desks: plan.desks.map(({ address }) => address),
        bands: plan.bands.map(({ address }) => address),
      },
      stop: async () => {
        await served.close();
        home.stop();
      },
    };
  } catch (error) {
    home.stop();
    throw error;
  }
}

/** Each fact is in the file before anything else happens: a killed simulator has lost nothing. */
function toFile(file: string): (record: TruthRecord) => void {
  writeFileSync(file, '');
  return (record) => {
    appendFileSync(file, `${JSON.stringify(record)}\n`);
  };
}
