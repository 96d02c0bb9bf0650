import { type PromptId, promptId } from '../../ids.js';
import { type Mode } from '../../policy.js';
import { type Answer, type Surface } from '../../prompt.js';
import { later } from '../../time.js';
import { type PersonPolicy } from '../../policy.js';
import { DESK, type Lab } from './lab.js';
import { type Drive } from './mover.js';

/** One thing that happens in the room. Numbers are milliseconds or mm. */
export type Scene =
  | { readonly type: 'wait'; readonly ms: number }
  /** A coach asks, and mostly does it by the book. */
  | {
      readonly type: 'coach';
      readonly who: number;
      readonly surface: Surface;
      readonly answer: Answer | null;
      readonly tapMs: number;
      readonly askMs: number;
      readonly twist:
        'none' | 'other-prompt' | 'other-target' | 'no-preset' | 'again' | 'walk' | 'other-desk' | 'press' | 'restart';
    }
  | {
      readonly type: 'command';
      readonly targetMm: number;
      readonly ageMs: number | null;
      readonly retained: boolean;
      readonly id: number | null;
      readonly evidence: 'none' | 'press' | 'tap';
      /** The process restarts between the evidence and the command. */
      readonly restarts: boolean;
      readonly waitMs: number;
      readonly surface: Surface;
    }
  /** The three steps of a move, each at random: what a planner without any sense would do. */
  | { readonly type: 'show'; readonly who: number; readonly targetMm: number | null }
  | {
      readonly type: 'answer';
      readonly who: number;
      readonly back: number;
      readonly answer: Answer;
      readonly surface: Surface;
    }
  | { readonly type: 'ask'; readonly who: number; readonly back: number; readonly targetMm: number }
  | { readonly type: 'press'; readonly deltaMm: number }
  /** Somebody plays with the handset: 400 mm up and down. */
  | { readonly type: 'rally'; readonly presses: number }
  | { readonly type: 'stop'; readonly surface: Surface }
  | { readonly type: 'reconnect'; readonly ms: number; readonly limits: boolean; readonly height: boolean }
  | { readonly type: 'next-drive'; readonly drive: Drive }
  | { readonly type: 'restart'; readonly downMs: number; readonly reconnects: boolean }
  | { readonly type: 'clock-jump'; readonly gapMs: number }
  | { readonly type: 'walk'; readonly who: number }
  | { readonly type: 'absence'; readonly who: number; readonly ms: number; readonly returns: boolean }
  | { readonly type: 'mode'; readonly who: number; readonly mode: Mode }
  | { readonly type: 'hours'; readonly who: number; readonly hours: 'working' | 'quiet' | 'free' }
  | { readonly type: 'unlock'; readonly surface: Surface }
  /** The desk reports an obstacle, whatever it is doing. */
  | { readonly type: 'desk-error'; readonly afterMs: number }
  /** The desk reports that it moves, and then nothing more. */
  | { readonly type: 'hang' }
  /** A height of some seconds ago comes late. */
  | { readonly type: 'late-height'; readonly lateMs: number; readonly heightMm: number };

type Of<T extends Scene['type']> = Extract<Scene, { type: T }>;

const someone = (lab: Lab, who: number): PersonPolicy => {
  const person = lab.policy.persons[who % lab.policy.persons.length];
  if (person === undefined) throw new Error('a household without persons');
  return person;
};

/** The preset the desk is not at. */
const otherPreset = (lab: Lab, { presets }: PersonPolicy): number =>
  (lab.heightMm > 850 ? presets.sitMm : presets.standMm) ?? lab.heightMm;

function prepare(lab: Lab, twist: Of<'coach'>['twist']): void {
  if (twist === 'press') lab.press(12);
  if (twist === 'again') lab.nextDrive = 'refused';
}

function coach(lab: Lab, scene: Of<'coach'>): void {
  const who = someone(lab, scene.who);
  prepare(lab, scene.twist);
  const target = otherPreset(lab, who) + (scene.twist === 'no-preset' ? 40 : 0);
  const id = lab.show(who, target, scene.twist === 'other-desk' ? ('desk-two' as typeof DESK) : DESK);
  lab.pass(scene.tapMs);
  if (scene.twist === 'walk') lab.walk(who);
  if (scene.answer !== null) lab.answer(who, id, scene.answer, scene.surface);
  if (scene.twist === 'restart') restart(lab, { type: 'restart', downMs: 0, reconnects: true });
  lab.pass(scene.askMs);
  const asked = scene.twist === 'other-prompt' ? (`${id}-other` as typeof id) : id;
  lab.ask(who, asked, target + (scene.twist === 'other-target' ? 3 : 0));
  if (scene.twist !== 'again') return;
  // The desk is where it was and the prompt still open: only the yes is spent.
  lab.pass(62_000);
  lab.answer(who, id, 'accepted', scene.surface);
  lab.ask(who, id, target);
}

function command(lab: Lab, scene: Of<'command'>): void {
  if (scene.evidence === 'press') lab.press(12);
  if (scene.evidence === 'tap') {
    const who = someone(lab, 0);
    const id = lab.show(who, null);
    lab.pass(2_000);
    lab.answer(who, id, 'accepted', 'band');
  }
  if (scene.restarts) restart(lab, { type: 'restart', downMs: 0, reconnects: true });
  lab.pass(scene.waitMs);
  const { targetMm, ageMs, retained, surface } = scene;
  lab.command(targetMm, { ageMs, retained, surface, ...(scene.id === null ? {} : { commandId: `known-${scene.id}` }) });
}

function restart(lab: Lab, { downMs, reconnects }: Of<'restart'>): void {
  lab.restart();
  lab.pass(downMs);
  if (reconnects) lab.connect();
}

function lateHeight(lab: Lab, { lateMs, heightMm }: Of<'late-height'>): void {
  const observation = { kind: 'height', heightMm, speedMmS: 0 } as const;
  if (lab.state.clock.mono - lateMs < (lab.state.desk.reading?.at.mono ?? Infinity)) {
    lab.emit({ type: 'Observed', at: later(lab.now, -lateMs), source: DESK, observation });
  }
}

function absence(lab: Lab, { who, ms, returns }: Of<'absence'>): void {
  const dweller = lab.dwellers[who % lab.dwellers.length];
  if (dweller === undefined) return;
  dweller.near = false;
  lab.pass(ms);
  dweller.near = returns;
}

function reconnect(lab: Lab, { ms, limits, height }: Of<'reconnect'>): void {
  lab.disconnect();
  lab.pass(ms);
  lab.connect({ limits, height });
}

function clockJump(lab: Lab, { gapMs }: Of<'clock-jump'>): void {
  lab.now = { mono: lab.now.mono, epoch: later(lab.now, gapMs).epoch };
  lab.emit({ type: 'ClockJumped', at: lab.now, gapMs });
}

/** The prompt shown `back` prompts ago, or one that never was. */
const earlier = (lab: Lab, back: number): PromptId => lab.prompts.at(-1 - back) ?? promptId('prompt-never-shown');

const PLAY: { readonly [T in Scene['type']]: (lab: Lab, scene: Of<T>) => void } = {
  wait: (lab, { ms }) => {
    lab.pass(ms);
  },
  coach,
  command,
  show: (lab, { who, targetMm }) => {
    lab.show(someone(lab, who), targetMm);
  },
  answer: (lab, { who, back, answer, surface }) => {
    lab.answer(someone(lab, who), earlier(lab, back), answer, surface);
  },
  ask: (lab, { who, back, targetMm }) => {
    lab.ask(someone(lab, who), earlier(lab, back), targetMm);
  },
  press: (lab, { deltaMm }) => {
    lab.press(deltaMm);
  },
  rally: (lab, { presses }) => {
    for (let press = 0; press < presses; press++) lab.press(lab.heightMm > 900 ? -400 : 400);
  },
  stop: (lab, { surface }) => {
    lab.stop(surface);
  },
  reconnect,
  'next-drive': (lab, { drive }) => {
    lab.nextDrive = drive;
  },
  restart,
  'clock-jump': clockJump,
  walk: (lab, { who }) => {
    lab.walk(someone(lab, who));
  },
  absence,
  mode: (lab, { who, mode }) => {
    lab.emit({ type: 'ModeLowered', at: lab.now, personId: someone(lab, who).personId, mode, surface: 'mqtt' });
  },
  hours: (lab, { who, hours }) => {
    lab.calendar(someone(lab, who).personId, hours);
  },
  unlock: (lab, { surface }) => {
    lab.emit({ type: 'Unlocked', at: lab.now, surface });
  },
  hang: (lab) => {
    lab.reading(20);
  },
  'late-height': lateHeight,
  'desk-error': (lab, { afterMs }) => {
    lab.pass(afterMs);
    lab.observe(DESK, { kind: 'desk-error', payloadHex: '01' });
  },
};

/** Plays the scenes one after the other. */
export function play(lab: Lab, scenes: readonly Scene[]): Lab {
  for (const scene of scenes) (PLAY[scene.type] as (lab: Lab, scene: Scene) => void)(lab, scene);
  lab.pass(60_000);
  return lab;
}
