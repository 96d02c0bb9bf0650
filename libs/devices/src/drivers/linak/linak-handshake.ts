import { type BleLink, StanceError } from '#libs/application';
import { parseBaseOffset, parseCapabilities, parseUserId } from '../../profiles/decode/linak.js';
import { DPG, encodeBecomeOwner, encodeDpgRead } from '../../profiles/encode/linak.js';
import { type DeskProfile } from '../../profiles/profile.schema.js';
import { refOf } from '../../profiles/refs.js';
import { readOptional } from '../optional-read.js';
import { type DpgChannel } from './dpg-channel.js';

const LENGTH = { capabilities: 2, userId: 17, baseOffset: 3, acknowledged: 0 } as const;
/** Bit 0 of the actuator mask and of the references: a desk. Linak beds share the UUIDs and must be refused. */
const DESK_BIT = 0x01;

/** Refuses a Linak device that is no desk. The mask is looked at where the device has it. */
export const requireDesk = async (link: BleLink, profile: DeskProfile, dpg: DpgChannel): Promise<void> => {
  const actuators = (await readOptional(link, refOf(profile, 'mask')))?.[0];
  const data = await dpg.request(encodeDpgRead(DPG.capabilities), LENGTH.capabilities);
  const references = data === null ? undefined : parseCapabilities(data)?.references;
  const isDesk = [actuators, references].every((bits) => bits === undefined || (bits & DESK_BIT) !== 0);
  if (isDesk) return;
  throw new StanceError(
    'device.not-a-desk',
    'This Linak device reports no desk actuator (a bed?); it will not be moved.',
    {
      owner: 'user',
      context: { actuators, references },
    },
  );
};

/** Writes the owner flag if the desk takes us for a guest, whose motion DPG1C and DPG1M silently ignore. */
export const becomeOwner = async (dpg: DpgChannel): Promise<void> => {
  const data = await dpg.request(encodeDpgRead(DPG.userId), LENGTH.userId);
  const user = data === null ? null : parseUserId(data);
  // A controller without users refuses the command and has no guests.
  if (user === null || user.owner) return;
  await dpg.request(encodeBecomeOwner(user.id), LENGTH.acknowledged);
};

/** Height of the lowest position above the floor. Without it every height and limit would be a guess, so it is required. */
export const readBaseMm = async (profile: DeskProfile, dpg: DpgChannel): Promise<number> => {
  const data = await dpg.request(encodeDpgRead(DPG.baseOffset), LENGTH.baseOffset);
  const baseMm = data === null ? null : parseBaseOffset(data, profile.scales.height_mm_per_count);
  const { base_min_mm, base_max_mm } = profile.limits;
  if (baseMm !== null && baseMm >= base_min_mm && baseMm <= base_max_mm) return baseMm;
  throw new StanceError(
    'device.limits-unknown',
    `The desk does not tell a usable base height (${baseMm === null ? 'none' : `${baseMm} mm`}). Set it in the vendor's app, then reconnect.`,
    { owner: 'user', context: { baseMm } },
  );
};
