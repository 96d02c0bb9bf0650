import { type EpochMs, MINUTE_MS } from '#libs/domain';

/** Adjust reason of Current Time: set from an external reference. */
const EXTERNAL_REFERENCE = 0x02;

/** Current Time, 2A2B: 10 bytes of local wall time. `utcOffsetMinutes` is east positive. */
export const encodeCurrentTime = (epoch: EpochMs, utcOffsetMinutes: number): Uint8Array => {
  const local = new Date(epoch + utcOffsetMinutes * MINUTE_MS);
  const year = local.getUTCFullYear();
  const sundayIsSeven = local.getUTCDay() === 0 ? 7 : local.getUTCDay();
  return Uint8Array.of(
    year & 0xff,
    year >> 8,
    local.getUTCMonth() + 1,
    local.getUTCDate(),
    local.getUTCHours(),
    local.getUTCMinutes(),
    local.getUTCSeconds(),
    sundayIsSeven,
    Math.floor((local.getUTCMilliseconds() * 256) / 1000),
    EXTERNAL_REFERENCE,
  );
};
