import { type HomeCommand, type Household } from '#libs/application';
import { type EpochMs, SECOND_MS } from '#libs/domain';
import { FRESH_MS, type Message, parseCommand, type Parsed } from './command.mapper.js';
import { type MqttOptions } from './mqtt-options.js';
import { specOf } from './topic-map.js';
import { type Topics } from './topics.js';

/** What became of the messages on command topics in this run. */
export interface CommandCounts {
  readonly accepted: number;
  readonly broken: number;
  readonly flooded: number;
}

/** Commands come from people and automations: 5 a second is already strange, a burst of 20 is a dashboard restoring. */
const BURST = 20;
const PER_SECOND = 5;

/**
 * From a message to a command: flood limit, parsing, the check that the thing exists, and words for what was refused.
 * Whether a movement is fresh enough to start is the supervisor's decision (docs/safety.md).
 */
export class CommandRouter {
  private readonly counts = { accepted: 0, broken: 0, flooded: 0 };
  private readonly warned = new Set<string>();
  private tokens = BURST;
  private refilledAt: number;
  private sequence = 0;

  constructor(
    private readonly topics: Topics,
    private readonly options: MqttOptions,
    private readonly household: () => Household,
    private readonly out: { readonly command: (command: HomeCommand) => void; readonly clear: (topic: string) => void },
  ) {
    this.refilledAt = options.clock.monotonicMs();
  }

  get counters(): CommandCounts {
    return { ...this.counts };
  }

  /** One message of a command topic; anything else is ignored. */
  handle(topic: string, payload: Uint8Array, retained: boolean): void {
    const address = this.topics.parse(topic);
    if (address === null) return;
    const spec = specOf(address.template);
    // The empty payload clears a retained command, ours or another's. For a stop it stays a stop: never lose one.
    if (spec.direction !== 'in' || (payload.length === 0 && spec.evenRetained === undefined)) return;
    if (spec.evenRetained === undefined && !this.withinRate()) {
      this.counts.flooded += 1;
      this.warnOnce('flood', `more than ${String(PER_SECOND)} commands a second: the rest is dropped (stop is not)`);
    } else {
      this.sequence += 1;
      const at: EpochMs = this.options.clock.epochMs();
      const message: Message = { topic, address, spec, payload, retained, at, sequence: this.sequence };
      this.judge(message, this.known(parseCommand(message, this.options.acceptBareMotion)));
    }
    if (retained) this.clearRetained(topic);
  }

  private judge({ topic }: Message, parsed: Parsed): void {
    if (!parsed.ok) {
      this.counts.broken += 1;
      this.warnOnce(parsed.reason, `command on ${topic} refused: ${parsed.reason}`);
      return;
    }
    this.counts.accepted += 1;
    if (parsed.skewMs !== null && Math.abs(parsed.skewMs) > FRESH_MS)
      this.options.logger.warn(skewText(topic, parsed.skewMs));
    this.out.command(parsed.command);
  }

  /** A command for a thing or a preset that is not there is a broken one. */
  private known(parsed: Parsed): Parsed {
    if (!parsed.ok) return parsed;
    const { command } = parsed;
    const { desks, persons } = this.household();
    if ('personId' in command)
      return persons.some(({ id }) => id === command.personId) ? parsed : { ok: false, reason: 'no such person' };
    const desk = desks.find(({ id }) => id === command.deskId);
    if (desk === undefined) return { ok: false, reason: 'no such desk' };
    if (command.kind === 'preset' && !desk.presets.includes(command.preset))
      return { ok: false, reason: `no such preset: one of ${desk.presets.join(', ')}` };
    return parsed;
  }

  private clearRetained(topic: string): void {
    this.options.logger.warn(`MQTT: ${topic} was sent with the retain flag; cleared on the broker, send it without`);
    this.out.clear(topic);
  }

  private withinRate(): boolean {
    const now = this.options.clock.monotonicMs();
    this.tokens = Math.min(BURST, this.tokens + ((now - this.refilledAt) / SECOND_MS) * PER_SECOND);
    this.refilledAt = now;
    if (this.tokens < 1) return false;
    this.tokens -= 1;
    return true;
  }

  /** A sender that is wrong is wrong often: each reason is said once per run and counted always. */
  private warnOnce(reason: string, text: string): void {
    if (this.warned.has(reason)) return;
    this.warned.add(reason);
    this.options.logger.warn(`MQTT: ${text}`);
  }
}

const skewText = (topic: string, skewMs: number): string => {
  const seconds = (Math.abs(skewMs) / SECOND_MS).toFixed(1);
  return skewMs > 0
    ? `MQTT: command-refused: ${topic} was created ${seconds} s in the future: the sender's clock is ahead of this machine's`
    : `MQTT: command-refused: ${topic} was created ${seconds} s ago, allowed are ${String(FRESH_MS / SECOND_MS)} s: it was delayed, or the sender's clock is behind this machine's`;
};
