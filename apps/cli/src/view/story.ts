import {
  type FeedItem,
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

/** One line of the story for an item of the feed; null for what a watcher need not read. */
export function storyLine(item: FeedItem, names: Names): StoryLine | null {
  switch (item.kind) {
    case 'device':
      return deviceLine(item);
    case 'posture': {
      const because = item.text === '' ? '' : ` (${item.text})`;
      return line(names.of(item.personId), `${POSTURE_TEXT[item.estimate.posture]}${because}`);
    }
    case 'prompt-issued':
      return line(names.of(item.personId), `prompt · ${item.text}`, 'ask');
    case 'prompt-closed':
      return line(names.of(item.personId), `prompt closed · ${PROMPT_OUTCOME_TEXT[item.outcome]}`, 'quiet');
    case 'answer':
      return line(
        names.of(item.personId),
        `answers on the ${item.surface} · ${PROMPT_OUTCOME_TEXT[item.answer]}`,
        'good',
      );
    case 'bus':
      return line(
        'MQTT',
        item.connected ? `connected to ${item.url ?? 'the broker'}` : 'not connected, trying again',
        item.connected ? 'good' : 'warn',
      );
    case 'radio':
      return line('Bluetooth', item.problem ?? item.state, item.problem === null ? 'quiet' : 'warn');
    case 'fault':
      return line('fault', `${item.code}: ${item.message}`, 'warn');
    default:
      return motionLine(item, names);
  }
}

type MotionItem = Extract<
  FeedItem,
  { kind: 'move-started' | 'move-progress' | 'move-ended' | 'moved-by-hand' | 'command-refused' }
>;

function motionLine(item: MotionItem, names: Names): StoryLine | null {
  const height = (mm: number): string => heightText(mm, names.units);
  switch (item.kind) {
    case 'move-started':
      return line(names.of(item.deskId), `moving to ${height(item.targetMm)}`, 'ask');
    case 'move-progress':
      return null;
    case 'move-ended': {
      const at = item.heightMm === null ? '' : ` at ${height(item.heightMm)}`;
      return line(
        names.of(item.deskId),
        `${MOVE_RESULT_TEXT[item.result]}${at}`,
        item.result === 'arrived' ? 'good' : 'warn',
      );
    }
    case 'moved-by-hand':
      return line(names.of(item.deskId), `moved by hand from ${height(item.fromMm)} to ${height(item.toMm)}`);
    case 'command-refused':
      return line(item.deskId === null ? 'command' : names.of(item.deskId), `not moved: ${item.text}`, 'warn');
  }
}

function deviceLine(item: Extract<FeedItem, { kind: 'device' }>): StoryLine | null {
  const detail = item.detail === null ? '' : ` · ${item.detail}`;
  switch (item.stage) {
    case 'searching':
      return line(item.name, 'searching', 'quiet');
    case 'found':
      return line(item.name, `found${detail}`);
    case 'connecting':
      return null;
    case 'connected':
      return line(item.name, 'connected', 'good');
    case 'lost':
      return line(item.name, `link lost${detail}`, 'warn');
    case 'failed':
      return line(item.name, `could not connect${detail}`, 'warn');
  }
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
