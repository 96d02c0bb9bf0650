import { type FeedItem } from '#libs/application';
import { deskId, epoch, monotonic, type Stamp } from '#libs/domain';
import { TerminalView } from './terminal-view.js';

const desk = deskId('desk');
const at = (ms: number): Stamp => ({ mono: monotonic(ms), epoch: epoch(ms) });
const started: FeedItem = { kind: 'move-started', deskId: desk, txId: 't', targetMm: 1104 };
const ended: FeedItem = { kind: 'move-ended', deskId: desk, txId: 't', result: 'arrived', heightMm: 1104 };
const lost: FeedItem = { kind: 'device', id: desk, name: 'Desk', stage: 'lost', detail: null };
const progress = (heightMm: number): FeedItem => ({
  kind: 'move-progress',
  deskId: desk,
  progress: { heightMm, targetMm: 1104, remainingS: 3 },
});

function view(
  isTTY: boolean,
  environment: Record<string, string> = {},
): { readonly view: TerminalView; text: () => string } {
  let written = '';
  const screen = { isTTY, write: (text: string) => (written += text) };
  const names = { of: () => 'Desk', units: 'cm' } as const;
  const clockText = (epochMs: number): string => `00:00:${String(epochMs / 1000).padStart(2, '0')}`;
  return { view: new TerminalView(screen, names, clockText, environment), text: () => written };
}

describe('the terminal view', () => {
  it('writes plain lines where the output is no terminal, with a progress line every 2 s only', () => {
    const { view: plain, text } = view(false);
    plain.banner(['Hello']);
    plain.show(started, at(0));
    for (const ms of [0, 500, 1_000, 1_500, 2_000]) plain.show(progress(722 + ms / 10), at(ms));
    plain.status('sitting', at(2_000));
    plain.show(ended, at(3_000));
    plain.end();
    expect(text()).toBe(
      [
        'Hello',
        '00:00:00  Desk                        moving to 110.4 cm',
        '00:00:00  Desk                        ░░░░░░░░░░░░░░░░░░░░ 72.2 cm → 110.4 cm, 3 s left',
        '00:00:02  Desk                        ██████████░░░░░░░░░░ 92.2 cm → 110.4 cm, 3 s left',
        '00:00:03  Desk                        arrived at 110.4 cm',
        '',
      ].join('\n'),
    );
  });

  it('redraws one live line on a terminal, and clears it at the end', () => {
    const { view: live, text } = view(true, { NO_COLOR: '1' });
    live.show(progress(722), at(0));
    live.show(progress(913), at(1_000));
    live.show(ended, at(2_000));
    live.status('standing', at(3_000));
    live.end();
    const clear = '\r\x1b[2K';
    expect(text()).toBe(
      [
        `${clear}00:00:00  Desk                        ░░░░░░░░░░░░░░░░░░░░ 72.2 cm → 110.4 cm, 3 s left`,
        `${clear}00:00:01  Desk                        ██████████░░░░░░░░░░ 91.3 cm → 110.4 cm, 3 s left`,
        `${clear}00:00:02  Desk                        arrived at 110.4 cm\n`,
        `${clear}00:00:03                              standing`,
        clear,
      ].join(''),
    );
  });

  it('keeps the status away while a move is shown', () => {
    const { view: live, text } = view(true);
    live.show(progress(722), at(0));
    const before = text();
    live.status('sitting', at(1));
    expect(text()).toBe(before);
  });

  it('colours by tone on a terminal', () => {
    const { view: live, text } = view(true);
    live.show(ended, at(0));
    live.show(lost, at(0));
    expect(text()).toContain('\x1b[32m00:00:00  Desk                        arrived at 110.4 cm\x1b[0m');
    expect(text()).toContain('\x1b[33m00:00:00  Desk                        link lost\x1b[0m');
  });

  it.each([
    ['NO_COLOR is set', true, { NO_COLOR: '1' }],
    ['the output is no terminal', false, {}],
  ])('uses no colour where %s', (_where, isTTY, environment) => {
    const { view: plain, text } = view(isTTY, environment);
    plain.show(lost, at(0));
    expect(text().replaceAll('\r\x1b[2K', '')).not.toContain('\x1b');
  });

  it('colours where NO_COLOR is empty, as its definition says', () => {
    const { view: live, text } = view(true, { NO_COLOR: '' });
    live.show(lost, at(0));
    expect(text()).toContain('\x1b[33m');
  });
});
