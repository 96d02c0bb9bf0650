import { MINUTE_MS, SECOND_MS } from '#libs/domain';
import { describeWithMosquitto } from '#libs/testing';
import { type ExplainOptions, explainMotion } from '../support/day-check.js';
import { SafetyScene } from '../support/safety-scene.js';

/** Each scene takes 15 to 30 s of real time: commands age and motors run in it. */
const LONGEST_SCENE_MS = 90 * SECOND_MS;
/** Saved heights of the home: it starts at 722 mm. */
const NEAR_MM = 800;
const FAR_MM = 1_000;
/** A desk that nobody writes to drives on for 0.5 s at most, and then coasts for 0.4 s (docs/protocols/linak.md). */
const STOPS_WITHIN_MS = 1_500;
/** Past the 120 s in which even a confirmed move would have to wait after a start (docs/safety.md, S-06). */
const LONG_ENOUGH_MS = 3 * MINUTE_MS;
const CLEAN_STOP_MS = 5 * SECOND_MS;

describeWithMosquitto('safety scenes: hub, home and broker as processes of their own', () => {
  let scene: SafetyScene;

  beforeEach(async () => {
    scene = await SafetyScene.open();
  }, LONGEST_SCENE_MS);

  afterEach(async () => {
    await scene.close();
  });

  /** Of a hub that has ended: its journal explains each of the runs and knows of no others. */
  const expectExplained = async (runs: number, options?: ExplainOptions): Promise<void> => {
    const verdict = explainMotion(await scene.truth(), await scene.moves(), options);
    expect(verdict).toEqual({ explained: runs, unexplainedMotion: [], rowsWithoutMotion: [] });
  };

  it(
    'an obstacle in mid-move locks the desk out, over a restart, until a person unlocks it for good',
    async () => {
      await scene.command(FAR_MM);
      await scene.untilUnderWay();
      await scene.ask({ do: 'obstruct', desk: scene.deskId });
      await scene.untilTold('motion', 'locked-out');
      await scene.untilTold('last-result', 'obstructed');
      await scene.untilTold('problem', 'ON');
      await scene.command(NEAR_MM);
      expect(await scene.refused(1)).toContain('locked-out');

      expect(await scene.endHub()).toBe(0);
      await scene.startHub();
      await scene.untilTold('motion', 'locked-out');
      await scene.command(NEAR_MM);
      expect(await scene.refused(1)).toContain('locked-out');
      expect(await scene.motors()).toHaveLength(1);

      expect(await scene.stance('desk', 'unlock')).toBe(0);
      await scene.untilTold('motion', 'idle');
      await scene.command(NEAR_MM);
      await scene.runs(2);
      await scene.untilTold('last-result', 'arrived');

      expect(await scene.endHub()).toBe(0);
      await scene.startHub();
      await scene.untilTold('motion', 'idle');
      await scene.command(NEAR_MM - 20);
      await scene.runs(3);
      await scene.untilTold('last-result', 'arrived');
      await scene.endHub();
      await expectExplained(3);
    },
    LONGEST_SCENE_MS,
  );

  it(
    'retained, stale, bare and repeated commands move nothing beyond the one that is valid',
    async () => {
      await scene.command(FAR_MM, { retain: true });
      expect(await scene.refused(1)).toEqual(['command-retained']);
      await scene.command(FAR_MM, { ageS: 60 });
      expect(await scene.refused(2)).toEqual(['command-stale']);
      await scene.command(FAR_MM, { bare: true });
      expect(await scene.refused(3)).toEqual(['command-without-age']);
      expect(await scene.motors()).toEqual([]);

      await scene.command(NEAR_MM, { id: 'once' });
      await scene.command(NEAR_MM, { id: 'once' });
      await scene.runs(1);
      await scene.untilTold('last-result', 'arrived');
      await scene.command(FAR_MM, { id: 'once' });
      expect(await scene.refused(5)).toEqual(['command-duplicate']);
      await scene.passes(LONG_ENOUGH_MS);
      const [moved, ...more] = await scene.motors();
      expect(more).toEqual([]);
      expect(Math.abs((moved?.toMm ?? 0) - NEAR_MM)).toBeLessThanOrEqual(2);
      await scene.endHub();
      await expectExplained(1);
    },
    LONGEST_SCENE_MS,
  );

  it(
    'a retained stop is obeyed, and cleared on the broker',
    async () => {
      await scene.command(FAR_MM);
      await scene.untilUnderWay();
      const at = scene.labEpochMs;
      await scene.publish('stop/set', 'PRESS', true);
      const [run] = await scene.runs(1);
      expect(run?.toMm).toBeLessThan(FAR_MM - 50);
      expect((run?.to ?? Infinity) - at).toBeLessThan(STOPS_WITHIN_MS);
      await scene.untilTold('last-result', 'cancelled');
      await scene.untilTold('stop/set', '');
      await scene.endHub();
      await expectExplained(1);
    },
    LONGEST_SCENE_MS,
  );

  it(
    'a hub that is killed in mid-move leaves the desk stopped and an open row; the next one moves nothing, whatever waits for it',
    async () => {
      await scene.command(FAR_MM);
      await scene.untilUnderWay();
      const at = scene.labEpochMs;
      await scene.endHub('SIGKILL');
      const [run] = await scene.runs(1);
      expect(run?.toMm).toBeLessThan(FAR_MM - 50);
      expect((run?.to ?? Infinity) - at).toBeLessThan(STOPS_WITHIN_MS);

      await scene.command(FAR_MM, { retain: true });
      await scene.startHub();
      await scene.passes(LONG_ENOUGH_MS);
      await scene.endHub();
      expect(await scene.moves()).toMatchObject([{ targetMm: FAR_MM, endedAt: null, result: null, heightMm: null }]);
      await expectExplained(1, { interrupted: true });
    },
    LONGEST_SCENE_MS,
  );

  it(
    'a link that is lost in mid-move ends the move; back again the desk is read and not moved',
    async () => {
      await scene.command(FAR_MM);
      await scene.untilUnderWay();
      const at = scene.labEpochMs;
      await scene.ask({ do: 'range', device: scene.deskId, inRange: false });
      const [run] = await scene.runs(1);
      expect((run?.to ?? Infinity) - at).toBeLessThan(STOPS_WITHIN_MS);
      await scene.untilTold('status', 'offline');
      await scene.untilTold('last-result', 'link-lost');
      expect(await scene.isHeightTrue()).toBe(false);

      await scene.ask({ do: 'range', device: scene.deskId, inRange: true });
      await scene.untilTold('status', 'online');
      await scene.untilHeightIsTrue();
      await scene.passes(LONG_ENOUGH_MS);
      expect(await scene.motors()).toEqual([run]);
      await scene.endHub();
      expect(await scene.moves()).toMatchObject([{ result: 'link-lost', heightMm: null }]);
      await expectExplained(1, { interrupted: true });
    },
    LONGEST_SCENE_MS,
  );

  it(
    'a hub that is told to end in mid-move stops the desk first and says so',
    async () => {
      await scene.command(FAR_MM);
      await scene.untilUnderWay();
      const [at, asked] = [scene.labEpochMs, performance.now()];
      expect(await scene.endHub('SIGTERM')).toBe(0);
      expect(performance.now() - asked).toBeLessThan(CLEAN_STOP_MS);
      expect(scene.hubStatus()).toBe('offline');
      const [run] = await scene.runs(1);
      expect((run?.to ?? Infinity) - at).toBeLessThan(STOPS_WITHIN_MS);
      expect(await scene.moves()).toMatchObject([{ result: 'cancelled', heightMm: expect.any(Number) as number }]);
      await expectExplained(1);
    },
    LONGEST_SCENE_MS,
  );
});
