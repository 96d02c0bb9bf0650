import { randomUUID } from 'node:crypto';
import {
  Body,
  Controller,
  Get,
  HttpCode,
  HttpStatus,
  Inject,
  Injectable,
  NotFoundException,
  Param,
  Post,
  Query,
  UnprocessableEntityException,
  UseGuards,
} from '@nestjs/common';
import { z } from 'zod';
import {
  BleCentral,
  CommandService,
  type DeskSetup,
  type FeedItem,
  type HomeState,
  HouseholdService,
  HubFeed,
  HubSetup,
  type Heard,
  MAX_SCAN_S,
  MachineClock,
  ProfileStore,
  RADIOS,
  scanFor,
} from '#libs/application';
import { UnixSocketOnly } from './local-only.guard.js';

const MOVE = z.union([
  z.strictObject({ height_mm: z.number().positive() }),
  z.strictObject({ preset: z.string().min(1) }),
]);

/** Whether the stop frames went out: without a link there is nothing to write them on. */
export interface StopReport {
  readonly desk: string;
  readonly sent: boolean;
}

/** How a move asked for by the CLI ended: the feed item of its transaction. */
export type MoveReport = Extract<FeedItem, { kind: 'move-ended' | 'command-refused' }>;

/** Scans with what the hub has open. */
@Injectable()
export class Scanner {
  constructor(
    @Inject(RADIOS) readonly radios: readonly BleCentral[],
    readonly profiles: ProfileStore,
    readonly machineClock: MachineClock,
  ) {}

  scan(seconds: number): Promise<readonly Heard[]> {
    if (!(seconds > 0 && seconds <= MAX_SCAN_S)) {
      throw new UnprocessableEntityException(`seconds must be above 0 and at most ${MAX_SCAN_S}`);
    }
    return scanFor(seconds, this);
  }
}

/** The CLI's side of the hub. Answers only on the unix socket. */
@Controller('control')
@UseGuards(UnixSocketOnly)
export class ControlController {
  constructor(
    private readonly setup: HubSetup,
    private readonly home: HouseholdService,
    private readonly commands: CommandService,
    private readonly feed: HubFeed,
    private readonly scanner: Scanner,
  ) {}

  @Get('state')
  state(): HomeState & { readonly hub: HubSetup['hub']; readonly units: HubSetup['units'] } {
    return { hub: this.setup.hub, units: this.setup.units, ...this.home.state() };
  }

  /** Listens on the hub's own radio: nothing else may open it while the hub runs. */
  @Get('scan')
  scan(@Query('seconds') seconds: string): Promise<readonly Heard[]> {
    return this.scanner.scan(Number(seconds));
  }

  /** Answers when the move has ended. */
  @Post('desks/:id/move')
  @HttpCode(HttpStatus.OK)
  async move(@Param('id') id: string, @Body() body: unknown): Promise<MoveReport> {
    const desk = this.desk(id);
    const wanted = MOVE.safeParse(body);
    if (!wanted.success) throw new UnprocessableEntityException(z.prettifyError(wanted.error));
    const heightMm = 'preset' in wanted.data ? desk.presets[wanted.data.preset] : wanted.data.height_mm;
    if (heightMm === undefined) {
      throw new UnprocessableEntityException(
        `this desk has no such preset; it has: ${Object.keys(desk.presets).join(', ') || 'none'}`,
      );
    }
    return this.endOf((age) => this.commands.move(desk.id, heightMm, age, 'cli'));
  }

  @Post('desks/:id/stop')
  @HttpCode(HttpStatus.OK)
  async stop(@Param('id') id: string): Promise<StopReport> {
    const desk = this.desk(id);
    return { desk: desk.id, sent: await this.commands.stop(desk.id, 'cli') };
  }

  @Post('desks/:id/unlock')
  @HttpCode(HttpStatus.OK)
  unlock(@Param('id') id: string): { readonly unlocked: string } {
    const desk = this.desk(id);
    this.commands.unlock(desk.id, 'cli');
    return { unlocked: desk.id };
  }

  private desk(id: string): DeskSetup {
    const desk = this.setup.desks.find((candidate) => candidate.id === id);
    if (desk !== undefined) return desk;
    throw new NotFoundException(
      `there is no desk "${id}"; there are: ${this.setup.desks.map((known) => known.id).join(', ') || 'none'}`,
    );
  }

  /** A refusal is told before `move` returns, an arrival long after: both are heard by listening first. */
  private endOf(move: (age: Parameters<CommandService['move']>[2]) => string): Promise<MoveReport> {
    return new Promise((resolve) => {
      const early: MoveReport[] = [];
      let transaction: string | null = null;
      const isMine = (item: MoveReport): boolean => item.txId === transaction;
      const undo = this.feed.onItem((item) => {
        if (item.kind !== 'move-ended' && item.kind !== 'command-refused') return;
        if (transaction === null) early.push(item);
        else if (isMine(item)) finish(item);
      });
      const finish = (item: MoveReport): void => {
        undo();
        resolve(item);
      };
      transaction = move({ commandId: randomUUID(), ageMs: 0, retained: false });
      const told = early.find(isMine);
      if (told !== undefined) finish(told);
    });
  }
}
