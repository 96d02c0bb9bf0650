import {
  type DomainEvent,
  type Guard,
  initialPerson,
  initialSupervisor,
  later,
  type Prompt,
  promptId,
  type SupervisorState,
} from '#libs/domain';
import { aPolicy, ManualClock } from '#libs/testing';
import { type HubSetup } from '../hub/hub-setup.js';
import { type Pipeline } from '../hub/pipeline.service.js';
import { type Publisher } from '../hub/publisher.js';
import { type HomeEvent } from '../ports/index.js';
import { CommandService } from './command.service.js';

const policy = aPolicy();
const { personId: ADA, deskId: DESK } = policy;
const FRESH = { commandId: 'k1', ageMs: 200, retained: false };

/** Ada, with or without an open prompt that offers a move, at a desk whose handset was pressed some ms ago or never. */
function household({ prompted, pressedMsAgo }: { readonly prompted: boolean; readonly pressedMsAgo: number | null }): {
  readonly commands: CommandService;
  readonly accepted: DomainEvent[];
  readonly refused: (readonly Guard[])[];
} {
  const clock = new ManualClock();
  const at = clock.stamp();
  const prompt: Prompt = {
    id: promptId('p1'),
    personId: ADA,
    kind: 'stand',
    cause: 'hard',
    piggyback: false,
    proposal: { deskId: DESK, targetMm: 1110, preset: 'stand' },
    issuedAt: at,
    expiresAt: later(at, 90_000),
    dwellMs: 1_800_000,
  };
  const fresh = initialPerson(at);
  const personState = prompted ? { ...fresh, coach: { ...fresh.coach, open: prompt } } : fresh;
  const supervisor = initialSupervisor(at, { persons: [] } as never);
  const supervisorState: SupervisorState = {
    ...supervisor,
    handsetAt: pressedMsAgo === null ? null : later(at, -pressedMsAgo),
  };
  const accepted: DomainEvent[] = [];
  const refused: (readonly Guard[])[] = [];
  const pipeline = {
    engines: {
      persons: new Map([[ADA, { personState, person: { policy } }]]),
      desks: new Map([[DESK, { supervisorState }]]),
    },
    accept: (event: DomainEvent) => accepted.push(event),
  } as unknown as Pipeline;
  const publisher = {
    event: (event: Extract<HomeEvent, { kind: 'command-refused' }>) => refused.push(event.guards),
  } as unknown as Publisher;
  return {
    commands: new CommandService({ desks: [] } as unknown as HubSetup, pipeline, clock, publisher),
    accepted,
    refused,
  };
}

describe('an acceptance from afar', () => {
  it('counts within 10 s of a press of the handset', () => {
    const { commands, accepted, refused } = household({ prompted: true, pressedMsAgo: 9_000 });
    commands.accept({ kind: 'confirm', personId: ADA, age: FRESH }, 'mqtt');
    expect(accepted).toMatchObject([{ type: 'PromptAnswered', promptId: 'p1', answer: 'accepted', surface: 'mqtt' }]);
    expect(refused).toEqual([]);
  });

  it.each([null, 11_000])(
    'without such proof (press %s ms ago) is refused and leaves the prompt open',
    (pressedMsAgo) => {
      const { commands, accepted, refused } = household({ prompted: true, pressedMsAgo });
      commands.accept({ kind: 'confirm', personId: ADA, age: FRESH }, 'mqtt');
      expect(accepted).toEqual([]);
      expect(refused).toEqual([['no-presence']]);
    },
  );

  it.each([
    ['retained', { ...FRESH, retained: true }, ['command-retained']],
    ['old', { ...FRESH, ageMs: 10_001 }, ['command-stale']],
    ['from the future', { ...FRESH, ageMs: -10_001 }, ['command-stale']],
    ['without a time of creation', { ...FRESH, ageMs: null }, ['command-without-age']],
    ['to no prompt', FRESH, ['no-open-prompt']],
  ])('%s is refused by name', (_what, age, guards) => {
    const { commands, accepted, refused } = household({ prompted: false, pressedMsAgo: 1_000 });
    commands.accept({ kind: 'confirm', personId: ADA, age }, 'mqtt');
    expect(accepted).toEqual([]);
    expect(refused).toEqual([guards]);
  });
});
