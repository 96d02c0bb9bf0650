import {
  type FeedItem,
  type HomeState,
  type HeightUnits,
  MOVE_RESULT_TEXT,
  POSTURE_TEXT,
  PROMPT_OUTCOME_TEXT,
  heightText,
} from '#libs/application';

/** Names by id, as the config gives them. */
export interface Names {
  readonly of: (id: string) => string;
  readonly units: HeightUnits;
}

/** How a line is set: `good` and `warn` are coloured where the terminal can. */
export type Tone = 'plain' | 'quiet' | 'good' | 'ask' | 'warn';

export interface StoryLine {
  readonly who: string;
  readonly text: string;
  readonly tone: Tone;
}

const line = (who: string, text: string, tone: Tone = 'plain'): StoryLine => ({ who, text, tone });

type Teller<K extends FeedItem['kind']> = (item: Extract<FeedItem, { kind: K }>, names: Names) => StoryLine | null;

/** One teller for each kind of item; null for what a watcher need not read. */
const TELLERS: { readonly [K in FeedItem['kind']]: Teller<K> } = {
  device: ({ name, stage, detail }) => {
    const told = STAGES[stage];
    if (told === null) return null;
    return line(name, detail === null ? told.text : `${told.text} · ${detail}`, told.tone);
  },
  posture: ({ personId, estimate, text }, names) =>
    line(names.of(personId), `${POSTURE_TEXT[estimate.posture]}${text === '' ? '' : ` (${text})`}`),
  'prompt-issued': ({ personId, text }, names) => line(names.of(personId), `prompt · ${text}`, 'ask'),
  'prompt-closed': ({ personId, outcome }, names) =>
    line(names.of(personId), `prompt closed · ${PROMPT_OUTCOME_TEXT[outcome]}`, 'quiet'),
  answer: ({ personId, answer, surface }, names) =>
    line(names.of(personId), `answers on the ${surface} · ${PROMPT_OUTCOME_TEXT[answer]}`, 'good'),
  'move-started': ({ deskId, targetMm }, names) =>
    line(names.of(deskId), `moving to ${heightText(targetMm, names.units)}`, 'ask'),
  'move-progress': () => null,
  'move-ended': ({ deskId, result, heightMm }, names) => {
    const at = heightMm === null ? '' : ` at ${heightText(heightMm, names.units)}`;
    return line(names.of(deskId), `${MOVE_RESULT_TEXT[result]}${at}`, result === 'arrived' ? 'good' : 'warn');
  },
  'moved-by-hand': ({ deskId, fromMm, toMm }, { of, units }) =>
    line(of(deskId), `moved by hand from ${heightText(fromMm, units)} to ${heightText(toMm, units)}`),
  'command-refused': ({ deskId, text }, names) =>
    line(deskId === null ? 'command' : names.of(deskId), `not moved: ${text}`, 'warn'),
  bus: ({ connected, url }) =>
    connected
      ? line('MQTT', `connected to ${url ?? 'the broker'}`, 'good')
      : line('MQTT', 'not connected, trying again', 'warn'),
  radio: ({ state, problem }) => line('Bluetooth', problem ?? state, problem === null ? 'quiet' : 'warn'),
  fault: ({ code, message }) => line('fault', `${code}: ${message}`, 'warn'),
};

const STAGES: Readonly<Record<Extract<FeedItem, { kind: 'device' }>['stage'], { text: string; tone: Tone } | null>> = {
  searching: { text: 'searching', tone: 'quiet' },
  found: { text: 'found', tone: 'plain' },
  connecting: null,
  connected: { text: 'connected', tone: 'good' },
  lost: { text: 'link lost', tone: 'warn' },
  failed: { text: 'could not connect', tone: 'warn' },
};

/** One line of the story for an item of the feed; null for what a watcher need not read. */
export function storyLine(item: FeedItem, names: Names): StoryLine | null {
  const tell = TELLERS[item.kind] as Teller<FeedItem['kind']>;
  return tell(item, names);
}

const BAR_CELLS = 20;

/** `▕███████░░░░░▏ 85.3 cm → 111.0 cm, 6 s left` */
export function progressText(
  item: Extract<FeedItem, { kind: 'move-progress' }>,
  fromMm: number,
  units: HeightUnits,
): string {
  const { heightMm, targetMm, remainingS } = item.progress;
  const way = targetMm - fromMm;
  const share = way === 0 ? 1 : Math.min(1, Math.max(0, (heightMm - fromMm) / way));
  const done = Math.round(share * BAR_CELLS);
  const bar = `${'█'.repeat(done)}${'░'.repeat(BAR_CELLS - done)}`;
  return `${bar} ${heightText(heightMm, units)} → ${heightText(targetMm, units)}, ${Math.ceil(remainingS)} s left`;
}

/** `sitting 00:12:30 · desk at 72.2 cm`: how things stand while nothing happens. */
export function statusText({ persons, desks }: HomeState, units: HeightUnits): string {
  const people = persons.map(({ posture, dwellS }) => `${POSTURE_TEXT[posture.posture]} ${clockText(dwellS)}`);
  const heights = desks.flatMap(({ heightMm }) =>
    heightMm === null ? [] : [`desk at ${heightText(heightMm, units)}`],
  );
  return [...people, ...heights].join(' · ');
}

const twoDigits = (value: number): string => String(value).padStart(2, '0');

/** `hh:mm:ss` */
const clockText = (seconds: number): string =>
  [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(twoDigits).join(':');
