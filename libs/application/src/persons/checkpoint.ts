import { type PersonState, type Stamp } from '#libs/domain';
import { type JournalEntry } from '../ports/index.js';
import { type PersonEngine } from './person-engine.js';

export interface StoredPerson {
  readonly at: Stamp;
  readonly person: PersonState;
}

/** The person's state as a journal entry, with the stamp a later process rebases its monotonic stamps on. */
export function checkpointOf(engine: PersonEngine, at: Stamp): JournalEntry {
  const state: StoredPerson = { at, person: engine.personState };
  return { type: 'checkpoint', personId: engine.person.policy.personId, at: at.epoch, state };
}
