import { type BleLink, type Clock, type MachineClock } from '#libs/application';
import { type DecodeIssueLog } from '../profiles/decode-issue-log.js';

/** What every driver session works with. */
export interface DeviceDeps {
  readonly link: BleLink;
  /** Cadence and deadlines: physics does not run in lab time. */
  readonly machineClock: MachineClock;
  /** Stamps values that were read rather than notified. */
  readonly clock: Clock;
  readonly issues: DecodeIssueLog;
}
