const DAY_MS = 86_400_000;
const TIME_BYTES = 10;

/**
 * The watch's own clock: set by a central with Current Time (2A2B), wrong until then. It knows no zone; its day ends at its
 * own midnight, where the step counter goes back to zero.
 */
export class BandClock {
  private offsetMs = 0;

  /** Takes a Current Time value; returns false for one that is too short to be one. */
  set(value: Uint8Array, nowEpochMs: number): boolean {
    const bytes = Buffer.from(value);
    if (bytes.length < TIME_BYTES - 1) return false;
    const [month = 1, day = 1, hour = 0, minute = 0, second = 0] = bytes.subarray(2, 7);
    this.offsetMs = Date.UTC(bytes.readUInt16LE(0), month - 1, day, hour, minute, second) - nowEpochMs;
    return true;
  }

  read(nowEpochMs: number): Buffer {
    const now = new Date(nowEpochMs + this.offsetMs);
    const value = Buffer.alloc(TIME_BYTES);
    value.writeUInt16LE(now.getUTCFullYear(), 0);
    const weekday = now.getUTCDay() === 0 ? 7 : now.getUTCDay();
    const fraction = Math.floor((now.getUTCMilliseconds() / 1_000) * 256);
    value.set(
      [
        now.getUTCMonth() + 1,
        now.getUTCDate(),
        now.getUTCHours(),
        now.getUTCMinutes(),
        now.getUTCSeconds(),
        weekday,
        fraction,
      ],
      2,
    );
    return value;
  }

  /** Number of the watch's day: a change is its midnight. */
  day(nowEpochMs: number): number {
    return Math.floor((nowEpochMs + this.offsetMs) / DAY_MS);
  }
}
