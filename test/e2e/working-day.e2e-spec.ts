import path from 'node:path';
import { openJournal } from '#adapters/storage';
import { topics } from '#adapters/mqtt';
import { type MoveRow, type SpanRow } from '#libs/application';
import { epoch, HOUR_MS, MINUTE_MS, personId, SECOND_MS } from '#libs/domain';
import { defaultHome, type HomePlan, type TruthRecord } from '#libs/simulation';
import { describeWithMosquitto, type Mosquitto, startMosquitto } from '#libs/testing';
import {
  confidentlyWrong,
  explainMotion,
  judgeDwells,
  minutesTold,
  spanAgreement,
  trueStretches,
} from '../support/day-check.js';
import { copyJournalWithout } from '../support/journal-copy.js';
import { HUB_ID, type LabDay, startLabDay } from '../support/lab-day.js';

/** Moves and alerts run in real time, the rest at up to 240 times: about 8 min on two cores. */
const LONGEST_RUN_MS = 12 * MINUTE_MS;
const DAY_MS = 8 * HOUR_MS;
/** docs/policy.md, "Defaults". */
const HARD_MIN = { sitting: 30, standing: 22 } as const;

/** The default home with a person who misses some alerts and twice presses the handset unasked. */
function workingDay(): HomePlan {
  const home = defaultHome();
  const [person] = home.people;
  if (person === undefined) throw new Error('the default home has a person');
  const answers = { ...person.answers, probability: 0.9 };
  const day = [
    ...person.day,
    { what: 'stand-up', atMin: 100 } as const,
    { what: 'sit-down', atMin: 108 } as const,
  ].sort((a, b) => a.atMin - b.atMin);
  return { ...home, people: [{ ...person, answers, day }] };
}

describeWithMosquitto('a working day of 8 hours: hub, home and broker as processes of their own', () => {
  const plan = workingDay();
  const person = plan.people[0]?.id ?? '';
  const until = plan.startEpochMs + DAY_MS;
  let broker: Mosquitto | undefined;
  let day: LabDay;
  let truth: readonly TruthRecord[];
  let moves: readonly MoveRow[];
  let spans: readonly SpanRow[];
  let exitCode: number | null;

  beforeAll(async () => {
    broker = await startMosquitto();
    day = await startLabDay(plan, broker.url);
    // A span is journaled when it ends: the person's leaving at the end of the day ends the last one.
    await day.reaches(DAY_MS + 5 * MINUTE_MS);
    exitCode = await day.hub.end('SIGTERM');
    truth = (await day.truth()).filter((record) => ('at' in record ? record.at : record.from) <= until);
    const journal = await openJournal({ directory: path.join(day.folder, 'data') });
    [moves, spans] = await Promise.all([
      journal.moves(epoch(plan.startEpochMs), epoch(until)),
      journal.spans(personId(person), epoch(plan.startEpochMs), epoch(until)),
    ]);
    await journal.close();
  }, LONGEST_RUN_MS);

  afterAll(async () => {
    // Where the day could not start the broker still has to end.
    try {
      await day.stop();
    } finally {
      await broker?.stop();
    }
  });

  const stretches = (): ReturnType<typeof trueStretches> => trueStretches(truth, person, until);

  it.each(['sitting', 'standing'] as const)(
    'no %s dwell passes its hard limit and 10 min while the person answers',
    (posture) => {
      const verdict = judgeDwells(truth, stretches(), posture, HARD_MIN[posture]);
      expect(verdict.dwells).toBeGreaterThanOrEqual(3);
      expect(verdict.tooLong).toEqual([]);
      // The bound without ignored alerts is the one that counts: most of the day is judged by it.
      expect(verdict.undisturbed / verdict.dwells).toBeGreaterThanOrEqual(0.6);
    },
  );

  it('the person alternated in both directions on the hub’s prompts', () => {
    const arrived = moves.filter(({ origin, result }) => origin === 'coach' && result === 'arrived');
    expect(arrived.filter(({ fromMm, targetMm }) => targetMm > fromMm).length).toBeGreaterThanOrEqual(3);
    expect(arrived.filter(({ fromMm, targetMm }) => targetMm < fromMm).length).toBeGreaterThanOrEqual(3);
  });

  it('the journal’s posture spans agree with the truth for at least 95 % of the day', () => {
    expect(spanAgreement(stretches(), spans)).toBeGreaterThanOrEqual(0.95);
  });

  it('the live posture is never wrong with confidence of 0.9 or more for longer than 60 s', () => {
    // The premises: for most of the day something is told that the coach would act on, and 0.9 is reached at all. How often it
    // is reached differs from run to run (9 to 13 times were seen), so a count near that says nothing of the hub.
    expect(minutesTold(day.live, 0.8, until)).toBeGreaterThanOrEqual(300);
    expect(day.live.filter(({ confidence }) => confidence >= 0.9).length).toBeGreaterThanOrEqual(5);
    const wrong = confidentlyWrong(stretches(), day.live, 0.9);
    expect(wrong.filter(({ from, to }) => to - from > 60 * SECOND_MS)).toEqual([]);
  });

  it('every millimetre is explained by a journal row or a hand press of the script', () => {
    const verdict = explainMotion(truth, moves);
    expect(verdict).toMatchObject({ unexplainedMotion: [], rowsWithoutMotion: [] });
    expect(verdict.explained).toBeGreaterThanOrEqual(8);
  });

  it('a row deleted from a copy of the journal leaves exactly its own motion unexplained', async () => {
    const lost = moves.find(({ result }) => result === 'arrived');
    if (lost === undefined) throw new Error('no move arrived');
    const copy = path.join(day.folder, 'copy');
    await copyJournalWithout(path.join(day.folder, 'data'), copy, lost.txId);
    const journal = await openJournal({ directory: copy });
    const rest = await journal.moves(epoch(plan.startEpochMs), epoch(until));
    await journal.close();
    const its = truth.filter(
      (record) => record.kind === 'motor' && record.from >= lost.startedAt && record.from <= (lost.endedAt ?? 0),
    );
    expect([rest.length, its.length]).toEqual([moves.length - 1, 1]);
    expect(explainMotion(truth, rest).unexplainedMotion).toEqual(its);
  });

  it('the hub ended cleanly and said so: offline on the broker', () => {
    expect(exitCode).toBe(0);
    expect(day.messages.get(topics(HUB_ID).status)?.at(-1)).toBe('offline');
  });
});
