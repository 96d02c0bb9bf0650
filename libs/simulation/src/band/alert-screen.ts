import { type LabClock } from '../clock/lab-clock.js';
import { type Undo } from '../clock/timer-queue.js';
import { type BandAlert, CALL_CATEGORY } from './alert.js';

/** How long a message stays on the screen; a call can be answered only meanwhile (InfiniTime src/displayapp/screens/Notifications.cpp). */
export const PREVIEW_MS = 7_000;
/** The lab runs at 1 x for this long after an answer, so that what follows it is seen. */
const HOLD_AFTER_ANSWER_MS = 2_000;

export type NotificationSetting = 'on' | 'off' | 'sleep';
export type CallAnswer = 'accept' | 'reject' | 'mute';

/** What the screen tells: shown or suppressed, and how a shown call ended. */
export interface AlertEvents {
  shown(alert: BandAlert): void;
  suppressed(alert: BandAlert): void;
  ended(alert: BandAlert, answer: CallAnswer | 'none'): void;
}

/** The watch's notification screen. One alert at a time; a new one replaces what is shown. Time is real: the lab is held at 1 x. */
export class AlertScreen {
  setting: NotificationSetting = 'on';
  private current: { readonly alert: BandAlert; readonly end: Undo } | null = null;

  constructor(
    private readonly bandId: string,
    private readonly clock: LabClock,
    private readonly events: AlertEvents,
  ) {}

  get showing(): BandAlert | null {
    return this.current?.alert ?? null;
  }

  show(alert: BandAlert): void {
    if (this.setting !== 'on') {
      this.events.suppressed(alert);
      return;
    }
    this.end('none');
    const release = this.clock.hold(`alert on ${this.bandId}`);
    const cancel = this.clock.after(PREVIEW_MS, () => {
      this.end('none');
    });
    this.current = {
      alert,
      end: () => {
        cancel();
        release();
      },
    };
    this.events.shown(alert);
  }

  /** The wearer presses a button. False when there is no call to answer any more. */
  answer(answer: CallAnswer): boolean {
    if (this.current?.alert.category !== CALL_CATEGORY) return false;
    this.clock.holdFor(`answer on ${this.bandId}`, HOLD_AFTER_ANSWER_MS);
    this.end(answer);
    return true;
  }

  private end(answer: CallAnswer | 'none'): void {
    const ended = this.current;
    if (!ended) return;
    this.current = null;
    ended.end();
    this.events.ended(ended.alert, answer);
  }
}
