import {
  type BandSnapshot,
  type DeskSetup,
  type DeskSnapshot,
  type Household,
  type HubSnapshot,
  type PersonSnapshot,
} from '#libs/application';
import { bandId, deskId, epoch, monotonic, personId } from '#libs/domain';

/** One of each: hub `7c1`, desk `linak-office`, band `wrist`, person `ada`. */
export const aHousehold = (change: Partial<Household> = {}): Household => ({
  hub: { id: '7c1', name: 'Stance hub', version: '1.2.3', simulated: true },
  desks: [
    {
      id: deskId('linak-office'),
      name: 'Höhentisch (simulated)',
      vendor: 'Linak',
      model: 'DPG1C',
      address: 'e1:1d:2f:0a:33:10',
      limits: { minMm: 650, maxMm: 1250 },
      presets: ['sit', 'stand'],
    },
  ],
  bands: [
    {
      id: bandId('wrist'),
      name: 'Wrist band (simulated)',
      vendor: 'Pine64',
      model: 'PineTime',
      address: 'c3:5a:00:11:22:33',
    },
  ],
  persons: [{ id: personId('ada'), name: 'Ada', mode: 'confirm' }],
  ...change,
});

export const aHubSnapshot = (change: Partial<HubSnapshot> = {}): HubSnapshot => ({
  radio: 'powered-on',
  radioProblem: null,
  ...change,
});

/** The desk at rest at its sitting preset. */
export const aDeskSnapshot = (change: Partial<DeskSnapshot> = {}): DeskSnapshot => ({
  id: deskId('linak-office'),
  link: true,
  heightMm: 720,
  speedMmS: 0,
  motion: 'idle',
  targetMm: null,
  remainingS: null,
  lastResult: null,
  guards: [],
  preset: 'sit',
  ...change,
});

export const aBandSnapshot = (change: Partial<BandSnapshot> = {}): BandSnapshot => ({
  id: bandId('wrist'),
  link: true,
  batteryPercent: 81,
  rssiDbm: -58,
  steps: 4211,
  heartRateBpm: 64,
  lastSeen: '2026-01-05T10:00:00.000+01:00',
  ...change,
});

/** Sitting for 12 minutes, nothing asked. */
export const aPersonSnapshot = (change: Partial<PersonSnapshot> = {}): PersonSnapshot => ({
  id: personId('ada'),
  mode: 'confirm',
  posture: {
    posture: 'sitting',
    confidence: 0.93,
    since: { mono: monotonic(0), epoch: epoch(1_767_603_600_000) },
    reasons: [{ kind: 'desk-height', heightMm: 720, forMs: 720_000 }],
  },
  reasonsText: 'desk at 720 mm for 12 min',
  dwellS: 720,
  clocks: { sitS: 720, standS: 0, stillS: 240 },
  today: { sitting: 5400, standing: 1800, moving: 300, lying: 0, away: 600, unknown: 0 },
  changesToday: 7,
  nextChangeAt: '2026-01-05T10:30:00.000+01:00',
  prompt: null,
  snoozedUntil: null,
  guards: ['just-returned'],
  ...change,
});

/** The Linak desk as configured: open to remote commands, nobody's presets, no limits of its own. */
export const aDeskSetup = (): DeskSetup => ({
  kind: 'desk',
  id: deskId('linak-office'),
  name: 'Desk (simulated)',
  profileId: 'linak-dpg',
  address: null,
  presets: {},
  policy: {
    deskId: deskId('linak-office'),
    minMm: null,
    maxMm: null,
    noGo: [],
    remoteCommands: 'open',
    minMinutesBetweenMoves: 6,
    minSpeedMmS: 20,
    persons: [],
  },
});
