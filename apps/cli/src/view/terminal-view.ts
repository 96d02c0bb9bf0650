import { type FeedItem } from '#libs/application';
import { type EpochMs, type Stamp } from '#libs/domain';
import { type Names, type StoryLine, type Tone, progressText, storyLine } from './story.js';

const COLOUR: Readonly<Record<Tone, string>> = {
  plain: '',
  quiet: '\x1b[2m',
  good: '\x1b[32m',
  ask: '\x1b[36m',
  warn: '\x1b[33m',
};
const RESET = '\x1b[0m';
const CLEAR_LINE = '\r\x1b[2K';
const WHO_CELLS = 26;
/** A log file gets a progress line only this often; a terminal redraws its one line with each item. */
const PROGRESS_LINE_EVERY_MS = 2_000;

/** The part of an output stream that the view uses. */
export interface Screen {
  readonly isTTY?: boolean | undefined;
  write(text: string): unknown;
}

/** Tells the hub's story line by line; on a terminal the last line is live (progress of a move, or the present state). */
export class TerminalView {
  private readonly live: boolean;
  private readonly colours: boolean;
  private moveFromMm: number | null = null;
  private lastProgressAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly screen: Screen,
    private readonly names: Names,
    private readonly clockText: (at: EpochMs) => string,
    environment: Readonly<Record<string, string | undefined>>,
  ) {
    this.live = screen.isTTY === true;
    // https://no-color.org
    this.colours = this.live && (environment.NO_COLOR ?? '') === '';
  }

  /** Free lines above the story. */
  banner(lines: readonly string[]): void {
    for (const text of lines) this.screen.write(`${text}\n`);
  }

  show(item: FeedItem, at: Stamp): void {
    if (item.kind === 'move-progress') {
      this.progress(item, at);
      return;
    }
    if (item.kind === 'move-started' || item.kind === 'move-ended') this.moveFromMm = null;
    const line = storyLine(item, this.names);
    if (line !== null) this.print(line, at);
  }

  /** The live last line while nothing moves; nothing where the output is no terminal. */
  status(text: string, at: Stamp): void {
    if (this.live && this.moveFromMm === null)
      this.screen.write(`${CLEAR_LINE}${this.row({ who: '', text, tone: 'quiet' }, at)}`);
  }

  /** Leaves the cursor on an empty line. */
  end(): void {
    if (this.live) this.screen.write(CLEAR_LINE);
  }

  private progress(item: Extract<FeedItem, { kind: 'move-progress' }>, at: Stamp): void {
    this.moveFromMm ??= item.progress.heightMm;
    const text = progressText(item, this.moveFromMm, this.names.units);
    const line: StoryLine = { who: this.names.of(item.deskId), text, tone: 'ask' };
    if (this.live) {
      this.screen.write(`${CLEAR_LINE}${this.row(line, at)}`);
    } else if (at.mono - this.lastProgressAt >= PROGRESS_LINE_EVERY_MS) {
      this.lastProgressAt = at.mono;
      this.print(line, at);
    }
  }

  private print(line: StoryLine, at: Stamp): void {
    this.screen.write(`${this.live ? CLEAR_LINE : ''}${this.row(line, at)}\n`);
  }

  private row(line: StoryLine, at: Stamp): string {
    const text = `${this.clockText(at.epoch)}  ${line.who.padEnd(WHO_CELLS)}  ${line.text}`;
    const colour = this.colours ? COLOUR[line.tone] : '';
    return colour === '' ? text : `${colour}${text}${RESET}`;
  }
}
