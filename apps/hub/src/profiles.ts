import path from 'node:path';
import { type Clock, type MachineClock } from '#libs/application';
import { FileProfileStore } from '#libs/devices';
import { installationRoot } from './version.js';

/** The profiles of this installation: all of `device-profiles/`. A band's own clock is set by the offset from UTC. */
export const openProfiles = (machineClock: MachineClock, clock: Clock, utcOffsetMinutes = 0): FileProfileStore =>
  new FileProfileStore({
    directory: path.join(installationRoot(), 'device-profiles'),
    machineClock,
    clock,
    utcOffsetMinutes,
  });
