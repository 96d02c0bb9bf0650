import { type LabClockStart } from '../clock/lab-clock-follower.js';
import { type NotificationSetting } from '../band/alert-screen.js';
import { type Posture } from '#libs/domain';
import { type Place, type TruthRecord } from '../truth/truth-log.js';
import { type HomePlan } from './home-plan.js';

/** The opening line of a connection decides what it carries: raw H4 of one hub radio, or newline JSON of the lab. */
export const LAB_CHANNEL = 'lab';
export const HCI_CHANNEL = 'hci';

/** How the home stands right now. Heights above the floor. */
export interface HomeStatus {
  readonly epochMs: number;
  readonly rate: number;
  /** Why the clock runs at 1 x; empty when it does not. */
  readonly holds: readonly string[];
  readonly desks: Readonly<Record<string, { readonly heightMm: number; readonly speedMmPerS: number }>>;
  readonly people: Readonly<Record<string, { readonly posture: Posture; readonly place: Place }>>;
}

/** What a client can ask of a home: the request, and what it answers. */
export interface HomeRequests {
  /** Keeps the lab at 1 x until `release` with the same reason, or until the connection ends. */
  readonly hold: { readonly ask: { readonly reason: string }; readonly answer: null };
  readonly release: { readonly ask: { readonly reason: string }; readonly answer: null };
  readonly press: {
    readonly ask: { readonly desk: string; readonly direction: 'up' | 'down'; readonly forMs: number };
    readonly answer: null;
  };
  readonly obstruct: { readonly ask: { readonly desk: string }; readonly answer: null };
  /** Cuts a device's radio off or lets it back. */
  readonly range: { readonly ask: { readonly device: string; readonly inRange: boolean }; readonly answer: null };
  readonly notifications: {
    readonly ask: { readonly band: string; readonly setting: NotificationSetting };
    readonly answer: null;
  };
  /** True facts from the `since`-th on. */
  readonly truth: { readonly ask: { readonly since: number }; readonly answer: readonly TruthRecord[] };
  readonly plan: { readonly ask: object; readonly answer: HomePlan };
  readonly status: { readonly ask: object; readonly answer: HomeStatus };
}

export type HomeRequest = {
  [K in keyof HomeRequests]: { readonly do: K } & HomeRequests[K]['ask'];
}[keyof HomeRequests];
export type HomeAnswer<R extends HomeRequest> = HomeRequests[R['do']]['answer'];

/** Home to client. */
export type HomeMessage =
  | { readonly lab: LabClockStart }
  | { readonly tick: readonly [nowMs: number, rate: number] }
  | { readonly re: number; readonly answer: unknown }
  | { readonly re: number; readonly error: string };

/** Client to home. */
export type ClientMessage = { readonly ack: number } | { readonly id: number; readonly ask: HomeRequest };

/** Cuts a stream into lines; the rest waits for more. */
export class Lines {
  private rest = '';

  push(text: string): readonly string[] {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop() ?? '';
    return lines.filter((line) => line !== '');
  }
}
