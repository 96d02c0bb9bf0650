import { aDay, aPolicy, DomainDriver, type Day, type Recorded } from '#libs/testing';
import { personView } from './state.js';
import { step } from './step.js';

const play = (change: Partial<Day>): readonly Recorded[] => new DomainDriver(aDay(change)).run();
const minutes = ({ seconds }: Recorded): number => Math.round((seconds / 60) * 10) / 10;

/** Prompts, closings, answers and move requests with the minute they came in. */
const story = (records: readonly Recorded[]): string[] =>
  records.flatMap((record) =>
    record.effects.flatMap((effect) => {
      const time = `${minutes(record)} min`;
      switch (effect.type) {
        case 'IssuePrompt': {
          const { kind, cause, piggyback, proposal } = effect.prompt;
          const move = proposal === null ? '' : ` to ${proposal.targetMm}`;
          return [`${time}: ${kind} (${cause})${piggyback ? ' + walk' : ''}${move}`];
        }
        case 'ClosePrompt':
          return [`${time}: ${effect.outcome}`];
        case 'RequestMove':
          return [`${time}: move to ${effect.targetMm}`];
        default:
          return [];
      }
    }),
  );
const last = (records: readonly Recorded[]): Recorded => records.at(-1)!;
const viewOf = ({ after, at, policy }: Recorded) => personView(after, at, policy);

describe('The step of one person', () => {
  it('proposes the standing preset after 30 min of sitting in confirm mode, and asks for the move when it is accepted', () => {
    const records = play({
      segments: [{ doing: 'sit', seconds: 2_400 }],
      reactions: [{ react: 'accepted', afterS: 10 }],
    });
    expect(story(records)).toEqual([
      '30 min: stand (hard) + walk to 1120',
      '30.2 min: accepted',
      '30.2 min: move to 1120',
    ]);
    const request = records.flatMap(({ effects }) => effects).find(({ type }) => type === 'RequestMove');
    const prompt = records.flatMap(({ effects }) => effects).find(({ type }) => type === 'IssuePrompt');
    expect(prompt).toMatchObject({ prompt: { id: 'ada-1767601800250-1', personId: 'ada', dwellMs: 1_800_000 } });
    expect(request).toEqual({
      type: 'RequestMove',
      txId: 'ada-1767601800250-1-move',
      personId: 'ada',
      deskId: 'linak-office',
      targetMm: 1_120,
      promptId: 'ada-1767601800250-1',
    });
    expect(viewOf(last(records))).toMatchObject({
      estimate: { posture: 'standing' },
      sit: null,
      today: { changes: 1 },
    });
  });

  it('cycles through a day in both directions while the person answers', () => {
    const records = play({
      segments: [{ doing: 'sit', seconds: 4 * 3_600 }],
      reactions: [{ react: 'accepted', afterS: 10 }],
    });
    expect(
      story(records)
        .filter((line) => /stand|sit|walk/.test(line))
        .slice(0, 6),
    ).toEqual([
      '30 min: stand (hard) + walk to 1120',
      '52.4 min: sit (hard) + walk to 720',
      '82.7 min: stand (hard) + walk to 1120',
      '105.1 min: sit (hard) + walk to 720',
      '135.5 min: stand (hard) + walk to 1120',
      '157.8 min: sit (hard) + walk to 720',
    ]);
  });

  it('prompts without a proposal in notify mode, and not at all in observe', () => {
    const notify = play({ policy: aPolicy({ mode: 'notify' }), reactions: [{ react: 'accepted', afterS: 5 }] });
    expect(story(notify).slice(0, 2)).toEqual(['30 min: stand (hard) + walk', '30.1 min: accepted']);
    const observe = play({ policy: aPolicy({ mode: 'observe' }) });
    expect(story(observe)).toEqual([]);
    expect(viewOf(last(observe)).guards).toEqual(['mode-observe']);
  });

  it('makes no proposal while a preset is missing or the desk is there already', () => {
    const missing = play({ policy: aPolicy({ presets: { sitMm: 720, standMm: null } }) });
    expect(story(missing)[0]).toBe('30 min: stand (hard) + walk');
  });

  it('repeats an ignored prompt every 5 min until the hour is spent', () => {
    expect(story(play({})).filter((line) => line.includes('stand'))).toEqual([
      '30 min: stand (hard) + walk to 1120',
      '35 min: stand (hard) + walk to 1120',
      '40 min: stand (hard) + walk to 1120',
      '45 min: stand (hard) + walk to 1120',
      '50 min: stand (hard) + walk to 1120',
      '55 min: stand (hard) + walk to 1120',
    ]);
  });

  it('closes a prompt by the observed change and expires it after 90 s otherwise', () => {
    const complied = play({
      segments: [{ doing: 'sit', seconds: 2_100 }],
      reactions: [{ react: 'comply', afterS: 15 }],
    });
    expect(story(complied)).toEqual(['30 min: stand (hard) + walk to 1120', '30.6 min: complied']);
    expect(story(play({ segments: [{ doing: 'sit', seconds: 2_000 }] }))[1]).toBe('31.5 min: expired');
  });

  it('takes "later" for 5 min and "refused" for 10', () => {
    const later = story(
      play({
        reactions: [
          { react: 'later', afterS: 30 },
          { react: 'refused', afterS: 30 },
        ],
      }),
    );
    expect(later.slice(0, 5)).toEqual([
      '30 min: stand (hard) + walk to 1120',
      '30.5 min: later',
      '35.5 min: stand (hard) + walk to 1120',
      '36 min: refused',
      '46 min: stand (hard) + walk to 1120',
    ]);
  });

  it('uses the soft limit at the end of a short walk', () => {
    const records = play({
      segments: [
        { doing: 'sit', seconds: 28.5 * 60 },
        { doing: 'walk', seconds: 40 },
        { doing: 'sit', seconds: 600 },
      ],
    });
    expect(story(records)[0]).toMatch(/^29\.\d min: stand \(soft\)/);
  });

  it('lets a snooze silence prompts but not clocks, and speaks when it ends', () => {
    const records = play({ interjections: [{ what: 'snooze', minutes: 20, atS: 1_500 }] });
    expect(story(records)[0]).toBe('45 min: stand (hard) + walk to 1120');
  });

  it('lowers the mode and never raises it; a changed config wins', () => {
    const records = play({
      interjections: [
        { what: 'lower-mode', mode: 'notify', atS: 600 },
        { what: 'lower-mode', mode: 'confirm', atS: 700 },
      ],
    });
    expect(viewOf(last(records)).mode).toBe('notify');
    expect(personView(last(records).after, last(records).at, aPolicy({ mode: 'off' })).mode).toBe('off');
  });

  it('keeps its clocks through a restart and asks again for nothing that was open', () => {
    const records = play({
      segments: [{ doing: 'sit', seconds: 2_400 }],
      interjections: [{ what: 'restart', downS: 30, atS: 1_830 }],
    });
    expect(story(records)).toEqual([
      '30 min: stand (hard) + walk to 1120',
      '31 min: superseded',
      '35 min: stand (hard) + walk to 1120',
      '36.5 min: expired',
    ]);
    expect(viewOf(last(records)).sit?.ms).toBeGreaterThan(2_380_000);
  });

  it('writes a long gap as unknown, bridges a short one, and stops the clocks meanwhile', () => {
    const day = (silent: number) =>
      play({
        segments: [
          { doing: 'sit', seconds: 600 },
          { doing: 'silent', seconds: silent },
          { doing: 'sit', seconds: 300 },
        ],
      });
    const totals = (records: readonly Recorded[]) => viewOf(last(records)).today.totals;
    expect(totals(day(600))).toMatchObject({ unknown: 250, sitting: 1_490_000 });
    const long = day(1_800);
    expect(totals(long).unknown).toBeGreaterThan(1_790_000);
    expect(viewOf(last(long)).sit?.ms).toBeLessThan(600_000 + 900_000 + 310_000);
  });

  it('is unknown after a suspended night, and begins a new day without yesterday', () => {
    const records = play({
      segments: [{ doing: 'sit', seconds: 1_800 }],
      dayEndsS: 10 * 3_600,
      working: [0, 24 * 3_600],
      interjections: [{ what: 'clock-jump', gapS: 12 * 3_600, atS: 900 }],
    });
    const view = viewOf(last(records));
    expect(view.sit?.ms).toBeLessThan(900_000);
  });

  it('books nothing while a clock that was set back catches up, and writes no span twice', () => {
    const records = play({
      segments: [
        { doing: 'sit', seconds: 1_800 },
        { doing: 'stand', seconds: 3_600 },
        { doing: 'leave', seconds: 600 },
      ],
      interjections: [{ what: 'clock-jump', gapS: -1_200, atS: 900 }],
    });
    const spans = records.flatMap(({ effects }) => effects.flatMap((e) => (e.type === 'JournalSpan' ? [e.span] : [])));
    expect(
      spans.every(({ from, to }, i) => to.epoch > from.epoch && (i === 0 || from.epoch === spans[i - 1]!.to.epoch)),
    ).toBe(true);
    const { totals } = viewOf(last(records)).today;
    expect(Object.values(totals).reduce((a, b) => a + b, 0)).toBe(last(records).at.epoch - records[0]!.at.epoch);
  });

  it('ignores events of other persons and stale answers', () => {
    const { after, policy, at } = last(play({ segments: [{ doing: 'sit', seconds: 600 }] }));
    const foreign = { type: 'SnoozeRequested', at, personId: 'eve' as never, minutes: 60, surface: 'mqtt' } as const;
    expect(step(after, foreign, policy)).toEqual({ state: after, effects: [] });
    const stale = {
      type: 'PromptAnswered',
      at,
      personId: policy.personId,
      promptId: 'gone' as never,
      answer: 'accepted',
      surface: 'band',
    } as const;
    expect(step(after, stale, policy).effects).toEqual([]);
  });
});
