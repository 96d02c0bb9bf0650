import { type BandId, type DeskId, type PersonId } from '#libs/domain';
import { type DeskEngine } from '../motion/desk-engine.js';
import { type PersonEngine } from '../persons/person-engine.js';
import { type BandPrompter } from '../persons/prompter.js';
import { type BandFacts } from './snapshots.js';

/** Everything that runs for one household, by id. */
export interface Engines {
  readonly persons: ReadonlyMap<PersonId, PersonEngine>;
  readonly desks: ReadonlyMap<DeskId, DeskEngine>;
  readonly bands: ReadonlyMap<BandId, BandFacts>;
  readonly prompters: ReadonlyMap<BandId, BandPrompter>;
}
