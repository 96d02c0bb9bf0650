import { Injectable } from '@nestjs/common';
import {
  type DeskId,
  type Guard,
  type Mode,
  type PersonId,
  type Surface,
  type TxId,
  isLowerMode,
  isStaleCommand,
  personView,
  provedAtDesk,
  txId,
} from '#libs/domain';
import { HubSetup } from '../hub/hub-setup.js';
import { Pipeline } from '../hub/pipeline.service.js';
import { Publisher } from '../hub/publisher.js';
import { Clock, type CommandAge, type HomeCommand } from '../ports/index.js';
import { guardsText } from '../text/catalogue.js';

/** Turns commands of any surface into events of the one pipeline. */
@Injectable()
export class CommandService {
  private serial = 0;

  constructor(
    private readonly setup: HubSetup,
    private readonly pipeline: Pipeline,
    private readonly clock: Clock,
    private readonly publisher: Publisher,
  ) {}

  accept(command: HomeCommand, surface: Surface): void {
    switch (command.kind) {
      case 'height':
        this.move(command.deskId, command.heightMm, command.age, surface);
        return;
      case 'preset':
        this.preset(command.deskId, command.preset, command.age, surface);
        return;
      case 'stop':
        void this.stop(command.deskId, surface).catch((error: unknown) => {
          this.publisher.fault('motion.stop-failed', error);
        });
        return;
      case 'confirm': {
        this.confirm(command.personId, command.age, surface);
        return;
      }
      case 'later': {
        this.answer(command.personId, 'later', surface);
        return;
      }
      case 'snooze': {
        this.pipeline.accept({
          type: 'SnoozeRequested',
          at: this.clock.stamp(),
          personId: command.personId,
          minutes: command.minutes,
          surface,
        });
        return;
      }
      case 'mode': {
        this.mode(command.personId, command.mode, surface);
        return;
      }
    }
  }

  /** False where the desk has no link, so that no stop frame could be written. Rejects when the radio refuses it. */
  stop(deskId: DeskId, surface: Surface): Promise<boolean> {
    return this.pipeline.stop(deskId, surface);
  }

  unlock(deskId: DeskId, surface: Surface): void {
    this.pipeline.acceptMotion(deskId, { type: 'Unlocked', at: this.clock.stamp(), surface });
  }

  /** Asks the desk's supervisor now. The transaction's id is how its end is told in the feed. */
  move(deskId: DeskId, heightMm: number, age: CommandAge, surface: Surface): TxId {
    this.serial += 1;
    const tx = txId(`${deskId}-command-${this.clock.epochMs()}-${this.serial}`);
    this.pipeline.requestMove(deskId, {
      type: 'MoveRequested',
      at: this.clock.stamp(),
      txId: tx,
      targetMm: heightMm,
      request: { origin: 'command', surface, commandId: age.commandId, ageMs: age.ageMs, retained: age.retained },
    });
    return tx;
  }

  private preset(deskId: DeskId, preset: string, age: CommandAge, surface: Surface): void {
    const heightMm = this.setup.desks.find((desk) => desk.id === deskId)?.presets[preset];
    if (heightMm === undefined) this.refuse(deskId, age, ['no-presets']);
    else this.move(deskId, heightMm, age, surface);
  }

  private confirm(person: PersonId, age: CommandAge, surface: Surface): void {
    const guards: Guard[] = [];
    if (age.retained) guards.push('command-retained');
    if (age.ageMs === null) guards.push('command-without-age');
    else if (isStaleCommand(age.ageMs)) guards.push('command-stale');
    if (guards.length === 0 && !this.isProved(person)) guards.push('no-presence');
    if (guards.length === 0 && !this.answer(person, 'accepted', surface)) guards.push('no-open-prompt');
    if (guards.length > 0) this.refuse(null, age, guards);
  }

  /** An acceptance from afar that would move nothing leaves the prompt open for the tap on the band. */
  private isProved(person: PersonId): boolean {
    const engine = this.pipeline.engines.persons.get(person);
    if (engine === undefined) return true;
    const at = this.clock.stamp();
    const { openPrompt } = personView(engine.personState, at, engine.person.policy);
    const desk = openPrompt?.proposal ? this.pipeline.engines.desks.get(openPrompt.proposal.deskId) : undefined;
    return desk === undefined || provedAtDesk(desk.supervisorState, at);
  }

  /** False where no prompt is open. */
  private answer(person: PersonId, answer: 'accepted' | 'later', surface: Surface): boolean {
    const engine = this.pipeline.engines.persons.get(person);
    if (engine === undefined) return false;
    const at = this.clock.stamp();
    const { openPrompt: prompt } = personView(engine.personState, at, engine.person.policy);
    if (prompt === null) return false;
    this.pipeline.accept({ type: 'PromptAnswered', at, personId: person, promptId: prompt.id, answer, surface });
    return true;
  }

  /** Raising a mode needs the config; what is not lower is no command. */
  private mode(person: PersonId, mode: Mode, surface: Surface): void {
    const engine = this.pipeline.engines.persons.get(person);
    if (engine === undefined) return;
    const at = this.clock.stamp();
    const current = personView(engine.personState, at, engine.person.policy).mode;
    if (!isLowerMode(mode, current)) return;
    this.pipeline.accept({ type: 'ModeLowered', at, personId: person, mode, surface });
  }

  private refuse(deskId: DeskId | null, { commandId }: CommandAge, guards: readonly Guard[]): void {
    const text = guardsText(guards);
    this.publisher.event({ kind: 'command-refused', deskId, commandId, txId: null, guards, text });
  }
}
