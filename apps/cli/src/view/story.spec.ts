import { type FeedItem, type HomeState } from '#libs/application';
import { bandId, deskId, epoch, monotonic, personId, type Prompt, promptId } from '#libs/domain';
import { type Names, type StoryLine, progressText, statusText, storyLine } from './story.js';

const names: Names = { of: (id) => ({ desk: 'The desk', alex: 'Alex' })[id] ?? id, units: 'cm' };
const desk = deskId('desk');
const alex = personId('alex');
const at = { mono: monotonic(0), epoch: epoch(0) };

const prompt: Prompt = {
  id: promptId('p1'),
  personId: alex,
  kind: 'stand',
  cause: 'soft',
  piggyback: false,
  proposal: null,
  issuedAt: at,
  expiresAt: at,
  dwellMs: 1_800_000,
};

/** One example at least of every kind: the compiler asks for a new kind here. */
const EXAMPLES: {
  readonly [K in FeedItem['kind']]: readonly (readonly [Extract<FeedItem, { kind: K }>, StoryLine | null])[];
} = {
  device: [
    [
      { kind: 'device', id: desk, name: 'The desk', stage: 'searching', detail: null },
      { who: 'The desk', text: 'searching', tone: 'quiet' },
    ],
    [
      { kind: 'device', id: desk, name: 'The desk', stage: 'found', detail: '-52 dBm' },
      { who: 'The desk', text: 'found · -52 dBm', tone: 'plain' },
    ],
    [{ kind: 'device', id: bandId('band'), name: 'Band', stage: 'connecting', detail: null }, null],
    [
      { kind: 'device', id: desk, name: 'The desk', stage: 'connected', detail: null },
      { who: 'The desk', text: 'connected', tone: 'good' },
    ],
    [
      { kind: 'device', id: desk, name: 'The desk', stage: 'lost', detail: 'out of range' },
      { who: 'The desk', text: 'link lost · out of range', tone: 'warn' },
    ],
    [
      { kind: 'device', id: desk, name: 'The desk', stage: 'failed', detail: null },
      { who: 'The desk', text: 'could not connect', tone: 'warn' },
    ],
  ],
  posture: [
    [
      {
        kind: 'posture',
        personId: alex,
        estimate: { posture: 'sitting', confidence: 0.9, since: at, reasons: [] },
        text: 'desk at 72.2 cm',
      },
      { who: 'Alex', text: 'sitting (desk at 72.2 cm)', tone: 'plain' },
    ],
    [
      {
        kind: 'posture',
        personId: alex,
        estimate: { posture: 'away', confidence: 0.9, since: at, reasons: [] },
        text: '',
      },
      { who: 'Alex', text: 'away', tone: 'plain' },
    ],
  ],
  'prompt-issued': [
    [
      { kind: 'prompt-issued', personId: alex, prompt, text: 'Time to stand' },
      { who: 'Alex', text: 'prompt · Time to stand', tone: 'ask' },
    ],
  ],
  'prompt-closed': [
    [
      { kind: 'prompt-closed', personId: alex, promptId: 'p1', outcome: 'expired' },
      { who: 'Alex', text: 'prompt closed · no answer', tone: 'quiet' },
    ],
  ],
  answer: [
    [
      { kind: 'answer', personId: alex, answer: 'accepted', surface: 'band' },
      { who: 'Alex', text: 'answers on the band · accepted', tone: 'good' },
    ],
  ],
  'move-started': [
    [
      { kind: 'move-started', deskId: desk, txId: 't', targetMm: 1104 },
      { who: 'The desk', text: 'moving to 110.4 cm', tone: 'ask' },
    ],
  ],
  'move-progress': [
    [{ kind: 'move-progress', deskId: desk, progress: { heightMm: 900, targetMm: 1104, remainingS: 6 } }, null],
  ],
  'move-ended': [
    [
      { kind: 'move-ended', deskId: desk, txId: 't', result: 'arrived', heightMm: 1103.6 },
      { who: 'The desk', text: 'arrived at 110.4 cm', tone: 'good' },
    ],
    [
      { kind: 'move-ended', deskId: desk, txId: 't', result: 'overridden', heightMm: null },
      { who: 'The desk', text: 'stopped by hand', tone: 'warn' },
    ],
  ],
  'moved-by-hand': [
    [
      { kind: 'moved-by-hand', deskId: desk, fromMm: 1104, toMm: 722 },
      { who: 'The desk', text: 'moved by hand from 110.4 cm to 72.2 cm', tone: 'plain' },
    ],
  ],
  'command-refused': [
    [
      {
        kind: 'command-refused',
        deskId: desk,
        commandId: 'c',
        txId: null,
        guards: ['link-down'],
        text: 'the desk is not connected',
      },
      { who: 'The desk', text: 'not moved: the desk is not connected', tone: 'warn' },
    ],
    [
      { kind: 'command-refused', deskId: null, commandId: 'c', txId: null, guards: ['command-stale'], text: 'too old' },
      { who: 'command', text: 'not moved: too old', tone: 'warn' },
    ],
  ],
  bus: [
    [
      { kind: 'bus', connected: true, url: 'mqtt://127.0.0.1:1' },
      { who: 'MQTT', text: 'connected to mqtt://127.0.0.1:1', tone: 'good' },
    ],
    [
      { kind: 'bus', connected: false, url: null },
      { who: 'MQTT', text: 'not connected, trying again', tone: 'warn' },
    ],
  ],
  radio: [
    [
      { kind: 'radio', state: 'powered-on', problem: null },
      { who: 'Bluetooth', text: 'powered-on', tone: 'quiet' },
    ],
    [
      { kind: 'radio', state: 'unavailable', problem: 'No adapter.' },
      { who: 'Bluetooth', text: 'No adapter.', tone: 'warn' },
    ],
  ],
  fault: [
    [
      { kind: 'fault', code: 'motion.stop-failed', message: 'why' },
      { who: 'fault', text: 'motion.stop-failed: why', tone: 'warn' },
    ],
  ],
};

describe('a line of the story', () => {
  it.each(Object.values(EXAMPLES).flat())('%j reads %j', (item: FeedItem, line: StoryLine | null) => {
    expect(storyLine(item, names)).toEqual(line);
  });
});

describe('the progress of a move', () => {
  const progress = (heightMm: number, targetMm: number): Extract<FeedItem, { kind: 'move-progress' }> => ({
    kind: 'move-progress',
    deskId: desk,
    progress: { heightMm, targetMm, remainingS: 5.2 },
  });

  it.each([
    ['half of a rise', progress(900, 1000), 800, '██████████░░░░░░░░░░ 90.0 cm → 100.0 cm, 6 s left'],
    ['the begin of a descent', progress(1000, 800), 1000, '░░░░░░░░░░░░░░░░░░░░ 100.0 cm → 80.0 cm, 6 s left'],
    ['past the target', progress(1003, 1000), 800, '████████████████████ 100.3 cm → 100.0 cm, 6 s left'],
    ['the wrong way', progress(790, 1000), 800, '░░░░░░░░░░░░░░░░░░░░ 79.0 cm → 100.0 cm, 6 s left'],
    ['no way at all', progress(800, 800), 800, '████████████████████ 80.0 cm → 80.0 cm, 6 s left'],
  ])('%s', (_what, item, fromMm, text) => {
    expect(progressText(item, fromMm, 'cm')).toBe(text);
  });
});

describe('statusText', () => {
  it('tells how long the posture has lasted and where the desk stands', () => {
    const state = {
      persons: [{ posture: { posture: 'sitting' }, dwellS: 3_750 }],
      desks: [{ heightMm: 722 }, { heightMm: null }],
    } as unknown as HomeState;
    expect(statusText(state, 'cm')).toBe('sitting 01:02:30 · desk at 72.2 cm');
  });
});
