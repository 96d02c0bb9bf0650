import { type DomainEvent, type Effect, type PersonState, type Stamp, initialPerson, step } from '#libs/domain';
import { type PersonSetup } from '../hub/hub-setup.js';
import { type Clock, type Undo } from '../ports/index.js';

/** One person: their state, their policy and their one deadline. */
export class PersonEngine {
  private state: PersonState;
  private cancelWake: Undo = () => undefined;
  private closed = false;

  constructor(
    readonly person: PersonSetup,
    private readonly clock: Clock,
    private readonly onEffects: (engine: PersonEngine, effects: readonly Effect[]) => void,
  ) {
    this.state = initialPerson(clock.stamp());
  }

  get personState(): PersonState {
    return this.state;
  }

  /** Takes a checkpointed state over; the `Resumed` event that follows tells the core how long the hub was down. */
  restore(state: PersonState): void {
    this.state = state;
  }

  accept(event: DomainEvent): void {
    if (this.closed) return;
    const { state, effects } = step(this.state, event, this.person.policy);
    this.state = state;
    for (const effect of effects) if (effect.type === 'WakeMeAt') this.wakeAt(effect.at);
    if (effects.length > 0) this.onEffects(this, effects);
  }

  /** Whether the event is this person's business. */
  concerns(event: DomainEvent): boolean {
    const { policy } = this.person;
    switch (event.type) {
      case 'Observed':
      case 'LinkChanged':
        return event.source === policy.deskId || event.source === policy.bandId;
      case 'ClockJumped':
      case 'Ticked':
        return true;
      default:
        return event.personId === policy.personId;
    }
  }

  /** Ends for good: what is heard from now on changes nothing. */
  close(): void {
    this.closed = true;
    this.cancelWake();
  }

  private wakeAt(when: Stamp['mono']): void {
    this.cancelWake();
    this.cancelWake = this.clock.at(when, () => {
      this.accept({ type: 'Ticked', at: this.clock.stamp() });
    });
  }
}
