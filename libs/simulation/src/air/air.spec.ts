import { Air } from './air.js';
import { type Controller } from './controller.js';
import { type LinkEvent } from './medium.js';

const HUB = '00:1a:7d:da:71:13';
const DESK = 'e1:1d:2f:0a:33:10';
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A host that speaks bytes: what it sent and got, in hex, with the time of arrival. */
class Host {
  readonly got: { readonly hex: string; readonly at: number }[] = [];

  constructor(readonly controller: Controller) {
    controller.onData((bytes) => this.got.push({ hex: Buffer.from(bytes).toString('hex'), at: performance.now() }));
  }

  send(...hex: string[]): void {
    for (const packet of hex) this.controller.write(Buffer.from(packet, 'hex'));
  }

  find(prefix: string): string[] {
    return this.got.map(({ hex }) => hex).filter((hex) => hex.startsWith(prefix));
  }

  async until(prefix: string, count = 1): Promise<string> {
    for (let waited = 0; this.find(prefix).length < count; waited += 2) {
      if (waited > 3_000) throw new Error(`no ${prefix} in ${JSON.stringify(this.got)}`);
      await sleep(2);
    }
    return this.find(prefix)[count - 1]!;
  }
}

const byte = (value: number) => value.toString(16).padStart(2, '0');
const command = (op: string, ...data: string[]) => `01${op}${byte(data.join('').length / 2)}${data.join('')}`;
const data31 = (hex: string) => byte(hex.length / 2) + hex.padEnd(62, '0');

const ADVERTISE_ON = command('0a20', '01');
/** Every 20 ms, connectable, flags in the advertisement, the name "D" in the scan response. */
const ADVERTISE = [
  command('0620', '2000', '2000', '00', '01', '00', '000000000000', '07', '00'),
  command('0820', data31('020106')),
  command('0920', data31('020944')),
  ADVERTISE_ON,
];
const SCAN = [command('0b20', '01', '1000', '1000', '00', '00'), command('0c20', '01', '00')];
const DESK_ON_WIRE = '10330a2f1de1';
/** Interval 30 ms (18), latency 0, supervision timeout 200 ms (14). */
const PARAMETERS = '180000001400';
/** Create Connection to the desk. */
const connectTo = (addressType: string) =>
  command('0d20', '6000', '3000', '00', addressType, DESK_ON_WIRE, '00', '1800', PARAMETERS, '00000000');
const CONNECT = connectTo('01');

const acl = (handle: string, att: string) =>
  `02${handle}${byte(att.length / 2 + 4)}00${byte(att.length / 2)}000400${att}`;
/** As a host sends it on handle 0x40 (boundary 00), and as the other gets it (boundary 10). */
const sent = (att: string) => acl('4000', att);
const arrived = (att: string) => acl('4020', att);
const notification = (value: string) => `1b0300${value}`;
const READ_REQUEST = '0a0300';
const READ_RESPONSE = '0b01';

const CONNECTED = '043e1301';
const CONNECT_CANCELLED = '043e130102';
const DISCONNECTED = '0405';
const COMPLETED = '0413';

describe('The virtual air', () => {
  let air: Air, hub: Host, desk: Host, events: LinkEvent[];

  const open = (connectionIntervalMs?: number) => {
    air = new Air({ random: () => 0.5, ...(connectionIntervalMs === undefined ? {} : { connectionIntervalMs }) });
    hub = new Host(air.controller({ address: HUB, addressType: 'public' }));
    desk = new Host(air.controller({ address: DESK }));
    events = [];
    air.onLinkEvent((event) => events.push(event));
  };
  const connect = async () => {
    desk.send(...ADVERTISE);
    hub.send(CONNECT);
    await hub.until(CONNECTED);
  };

  beforeEach(() => {
    open();
  });
  afterEach(() => {
    air.close();
  });

  it('answers what it does not know as unknown, and cut packets once they are whole', () => {
    hub.send('01', 'fffc', '00');
    expect(hub.got.map(({ hex }) => hex)).toEqual(['040e0401fffc01']);
  });

  it('refuses a stream that is out of step', () => {
    expect(() => {
      hub.send('07');
    }).toThrow('not an H4 packet');
  });

  it('makes up static random addresses and takes no other, nor one twice', () => {
    const made = air.controller().address;
    expect(Number.parseInt(made.slice(0, 2), 16)).toBeGreaterThanOrEqual(0xc0);
    expect(() => air.controller({ address: '40:00:00:00:00:01' })).toThrow('top two bits');
    expect(() => air.controller({ address: DESK })).toThrow('already on the air');
  });

  it('gives advertisement and scan response as two reports of a random address', async () => {
    hub.send(...SCAN);
    desk.send(...ADVERTISE);
    expect([await hub.until('043e0f020100'), await hub.until('043e0f020104')]).toEqual([
      `043e0f02010001${DESK_ON_WIRE}03020106c4`,
      `043e0f02010401${DESK_ON_WIRE}03020944c4`,
    ]);
  });

  it('links at the wanted interval, tells the peripheral first, and reports each step', async () => {
    await connect();
    expect(hub.find(CONNECTED)).toEqual([`043e13010040000001${DESK_ON_WIRE}${PARAMETERS}00`]);
    expect(desk.find(CONNECTED)).toEqual([`043e130100400001001371da7d1a00${PARAMETERS}00`]);
    expect(desk.got.find(({ hex }) => hex.startsWith(CONNECTED))!.at).toBeLessThanOrEqual(
      hub.got.find(({ hex }) => hex.startsWith(CONNECTED))!.at,
    );
    expect(events).toEqual([
      { kind: 'pending', central: HUB, peripheral: DESK },
      { kind: 'up', central: HUB, peripheral: DESK },
    ]);
  });

  it('never connects to the right address with the wrong type', async () => {
    desk.send(...ADVERTISE);
    hub.send(connectTo('00'));
    await sleep(80);
    hub.send(command('0e20'));
    expect(hub.find(CONNECTED)).toEqual([`${CONNECT_CANCELLED}00000000${DESK_ON_WIRE}${PARAMETERS}00`]);
    expect(events.map(({ kind }) => kind)).toEqual(['pending', 'cancelled']);
  });

  it('carries what was sent at the next connection event, in order, several packets at once', async () => {
    await connect();
    const reached: string[] = [];
    air.onCentralAcl(({ packet }) => reached.push(Buffer.from(packet).toString('hex')));
    desk.send(sent(notification('01')), sent(notification('02')));
    hub.send(sent(READ_REQUEST));
    await hub.until(arrived(notification('02')));
    const [first, second] = hub.got.filter(({ hex }) => hex.startsWith('02'));
    expect([first!.hex, second!.hex]).toEqual([arrived(notification('01')), arrived(notification('02'))]);
    expect(second!.at - first!.at).toBeLessThan(10);
    expect(reached).toEqual([arrived(READ_REQUEST)]);
    desk.send(sent(notification('03')));
    await hub.until(arrived(notification('03')));
    // The next event of the same link: one interval after the last, give or take a machine timer.
    expect(hub.got.at(-1)!.at - first!.at).toBeGreaterThanOrEqual(28);
    expect(desk.find(COMPLETED)).toHaveLength(3);
  });

  it('holds packets out of range and delivers them when it ends in time', async () => {
    await connect();
    air.setRange(HUB, DESK, false);
    desk.send(sent(notification('01')));
    await sleep(100);
    expect(hub.find('02')).toEqual([]);
    air.setRange(HUB, DESK, true);
    await hub.until(arrived(notification('01')));
    expect(events.map(({ kind }) => kind)).toEqual(['pending', 'up', 'failing', 'recovered']);
  });

  it('a dead battery ends the link after the supervision timeout; the device advertises again when powered', async () => {
    await connect();
    const cutAt = performance.now();
    desk.controller.powerOff();
    await hub.until(DISCONNECTED);
    expect(performance.now() - cutAt).toBeGreaterThanOrEqual(199);
    expect(hub.find(DISCONNECTED)).toEqual(['04050400400008']);
    expect(events.at(-1)).toEqual({ kind: 'closed', central: HUB, peripheral: DESK, reason: 8 });
    desk.controller.powerOn();
    desk.send(ADVERTISE_ON);
    hub.send(CONNECT);
    await hub.until(CONNECTED, 2);
  });

  it('ends a link for both sides with the reasons of a disconnect, after what was sent before', async () => {
    await connect();
    hub.send(sent(READ_REQUEST), command('0604', '4000', '13'));
    await desk.until(DISCONNECTED);
    expect(desk.find('02')).toHaveLength(1);
    expect([hub.find(DISCONNECTED), desk.find(DISCONNECTED)]).toEqual([['04050400400016'], ['04050400400013']]);
  });

  it('drops or doubles notifications on demand, never other packets', async () => {
    open(0);
    await connect();
    air.notificationFilter = ({ packet }) => (packet.at(-1) === 1 ? 'drop' : 'duplicate');
    desk.send(sent(notification('01')), sent(notification('02')), sent(READ_RESPONSE));
    await hub.until(arrived(READ_RESPONSE));
    expect(hub.find('02')).toEqual([notification('02'), notification('02'), READ_RESPONSE].map(arrived));
    expect(desk.find(COMPLETED)).toHaveLength(3);
  });

  it('without an interval packets cross on the next turn', async () => {
    open(0);
    await connect();
    desk.send(sent(notification('01')));
    await new Promise((resolve) => setImmediate(resolve));
    expect(hub.find('02')).toEqual([arrived(notification('01'))]);
  });
});
