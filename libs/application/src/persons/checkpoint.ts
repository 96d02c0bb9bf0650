import { type EpochMs } from '#libs/domain';
import { type JournalEntry } from '../ports/index.js';
import { type PersonEngine } from './person-engine.js';

/** The person's whole state as a journal entry. */
export const checkpointOf = (engine: PersonEngine, at: EpochMs): JournalEntry => ({
  type: 'checkpoint',
  personId: engine.person.policy.personId,
  at,
  state: engine.personState,
});
