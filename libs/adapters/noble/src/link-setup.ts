import { type CharacteristicRef, type ConnectionParameters, type SessionSpec, StanceError } from '#libs/application';
import { assertWanted, settleWithin } from './deadline.js';
import { type NobleConnectParameters, type NoblePeripheral } from './noble-api.js';
import { type LinkParts, NobleLink } from './noble-link.js';
import { fullUuid } from './uuid.js';

/** Fifteen advertising intervals of 1 s, the slowest our devices use while they wait for a hub. */
const CONNECT_MS = 15_000;
/** About 100 requests (10 services of 5 to 10 characteristics) at two connection events of <= 75 ms each. */
const DISCOVERY_MS = 15_000;
/** A cancelled connect is confirmed by the local adapter alone. */
const CANCEL_MS = 1_000;

const INTERVAL_UNIT_MS = 1.25;
const TIMEOUT_UNIT_MS = 10;

const inUnits = (parameters: ConnectionParameters): NobleConnectParameters => ({
  minInterval: Math.round(parameters.minIntervalMs / INTERVAL_UNIT_MS),
  maxInterval: Math.round(parameters.maxIntervalMs / INTERVAL_UNIT_MS),
  latency: parameters.latency,
  timeout: Math.round(parameters.supervisionTimeoutMs / TIMEOUT_UNIT_MS),
});

/** Ends an attempt that came too late and waits until the adapter is free for the next one. */
async function cancel({ peripheral, clock }: LinkParts): Promise<void> {
  // noble answers our own cancel with this event first; the adapter's answer, or a link after all, is the next.
  peripheral.cancelConnect();
  // @stoprocent/noble tells no more than that: it keeps a later connect waiting, and ends a late link, by itself.
  if (!isPending(peripheral)) return;
  const answered = new Promise<void>((resolve) => {
    peripheral.once('connect', (error) => {
      if (!error) peripheral.disconnect();
      resolve();
    });
  });
  const late = (): Error => new Error('not confirmed');
  await settleWithin(answered, { clock, ms: CANCEL_MS, late }).catch(() => undefined);
}

async function connected(parts: LinkParts, spec: SessionSpec, signal: AbortSignal): Promise<NobleLink> {
  const { peripheral, clock } = parts;
  const late = (): Error =>
    new StanceError('radio.timeout', `${peripheral.address} did not answer within ${CONNECT_MS / 1_000} s`, {
      owner: 'device',
    });
  try {
    await settleWithin(peripheral.connectAsync(inUnits(spec.connection)), { clock, ms: CONNECT_MS, late, signal });
    return new NobleLink(parts);
  } catch (error) {
    if (isPending(peripheral)) await cancel(parts);
    else if (peripheral.state === 'connected') peripheral.disconnect();
    if (error instanceof StanceError) throw error;
    throw new StanceError('radio.refused', `${peripheral.address} could not be connected: ${String(error)}`, {
      owner: 'device',
      cause: error,
    });
  }
}

const isPending = (peripheral: NoblePeripheral): boolean => peripheral.state === 'connecting';

/** Services are looked up anew on every connect: handles and objects of the last link are worthless. */
async function discover(link: NobleLink, peripheral: NoblePeripheral): Promise<void> {
  const work = (): ReturnType<NoblePeripheral['discoverAllServicesAndCharacteristicsAsync']> =>
    peripheral.discoverAllServicesAndCharacteristicsAsync();
  const { services } = await link.call('service discovery', work, DISCOVERY_MS);
  for (const service of services) {
    for (const characteristic of service.characteristics) {
      link.add({ service: fullUuid(service.uuid), characteristic: fullUuid(characteristic.uuid) }, characteristic);
    }
  }
}

const named = (refs: readonly CharacteristicRef[]): string => refs.map((ref) => ref.characteristic).join(', ');

async function prepare(link: NobleLink, spec: SessionSpec, peripheral: NoblePeripheral): Promise<void> {
  await discover(link, peripheral);
  const missing = spec.required.filter((ref) => !link.has(ref));
  if (missing.length > 0)
    throw new StanceError(
      'radio.gatt-mismatch',
      `${link.address} is not the expected device: it lacks ${named(missing)}`,
      {
        owner: 'user',
      },
    );
  for (const ref of spec.notify) if (link.has(ref)) await link.subscribe(ref);
}

/** Connects, discovers, checks and subscribes; on any failure or abort there is no link left. */
export async function openLink(parts: LinkParts, spec: SessionSpec, signal: AbortSignal): Promise<NobleLink> {
  const link = await connected(parts, spec, signal);
  const onAbort = (): void => void link.close();
  signal.addEventListener('abort', onAbort);
  try {
    await prepare(link, spec, parts.peripheral);
    assertWanted(signal);
    return link;
  } catch (error) {
    await link.close();
    assertWanted(signal);
    throw error;
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
