import { Injectable } from '@nestjs/common';
import { type DeskId } from '#libs/domain';

/**
 * Keeps connecting and driving apart. On a real kernel a connect may block the whole process for a second and more
 * (docs/decisions/0003-noble-behind-a-port.md): no stop frame could be written in that time. So nothing connects while a
 * desk moves, and a desk asked to move waits until no connect is under way.
 */
@Injectable()
export class RadioUse {
  private readonly moving = new Set<DeskId>();
  private connecting = 0;
  private waiting: (() => void)[] = [];

  get mayConnect(): boolean {
    return this.moving.size === 0;
  }

  get mayMove(): boolean {
    return this.connecting === 0;
  }

  async whileConnecting<T>(connect: () => Promise<T>): Promise<T> {
    this.connecting += 1;
    try {
      return await connect();
    } finally {
      this.connecting -= 1;
      if (this.mayMove) for (const go of this.waiting.splice(0)) go();
    }
  }

  /** Resolves when no connect is under way. */
  async untilMayMove(): Promise<void> {
    if (!this.mayMove) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  moveBegins(desk: DeskId): void {
    this.moving.add(desk);
  }

  moveEnds(desk: DeskId): void {
    this.moving.delete(desk);
  }
}
