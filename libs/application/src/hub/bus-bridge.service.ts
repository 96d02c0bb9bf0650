import { Injectable } from '@nestjs/common';
import { CommandService } from '../commands/command.service.js';
import { HomeBus, type Undo } from '../ports/index.js';
import { HouseholdService } from './household.service.js';
import { Watchers } from './watchers.service.js';

/** The bus's side of the hub: announces the household, passes commands in, and says how radio and broker stand. */
@Injectable()
export class BusBridge {
  private readonly undo: Undo[] = [];

  constructor(
    private readonly bus: HomeBus,
    private readonly home: HouseholdService,
    private readonly commands: CommandService,
    private readonly watchers: Watchers,
  ) {}

  async start(): Promise<void> {
    this.undo.push(
      this.bus.onCommand((command) => {
        this.commands.accept(command, 'mqtt');
      }),
      this.bus.onConnection((connected) => {
        this.watchers.bus(connected, this.bus.url);
      }),
    );
    await this.bus.start(this.home.household());
    this.undo.push(
      this.watchers.radios((state, problem) => {
        this.bus.publishHub({ radio: state, radioProblem: problem });
      }),
    );
    this.publishStates();
  }

  /** The household changed: limits became known, a device got an address. */
  announce(): void {
    this.bus.announce(this.home.household());
  }

  /** Takes no more commands and follows radio and broker no more: the hub is ending. */
  quiet(): void {
    for (const undo of this.undo.splice(0)) undo();
  }

  async stop(): Promise<void> {
    this.quiet();
    await this.bus.stop();
  }

  private publishStates(): void {
    const state = this.home.state();
    for (const desk of state.desks) this.bus.publishDesk(desk);
    for (const band of state.bands) this.bus.publishBand(band);
    for (const person of state.persons) this.bus.publishPerson(person);
  }
}
