import { type BleLink, type CharacteristicRef, type MachineClock, StanceError, type Undo } from '#libs/application';
import { type DecodeIssue, toHex } from '../../profiles/decode/decoded.js';
import { decodeDpgReply } from '../../profiles/decode/linak.js';
import { after } from '../machine-timer.js';

export interface DpgOptions {
  readonly ref: CharacteristicRef;
  /** How long one attempt waits for its reply, and how many there are. */
  readonly timeoutMs: number;
  readonly attempts: number;
  readonly onIssue: (issue: DecodeIssue) => void;
}

type Reply = { readonly kind: 'data'; readonly data: Uint8Array } | { readonly kind: 'refused'; readonly hex: string };

/**
 * The desk's configuration channel: one request at a time, its reply comes as a notification that does not say what it
 * answers. A late reply is told from the awaited one by its length only, so every request names the length it expects.
 */
export class DpgChannel {
  #tail: Promise<unknown> = Promise.resolve();
  #onReply: ((bytes: Uint8Array) => void) | null = null;

  constructor(
    private readonly link: BleLink,
    private readonly clock: MachineClock,
    private readonly options: DpgOptions,
  ) {}

  /** Bytes notified on the DPG characteristic. */
  accept(bytes: Uint8Array): void {
    this.#onReply?.(bytes);
  }

  /**
   * The data of the reply, or null when the desk refuses the command. Rejects with `device.silent` after the last
   * attempt, and with the radio's error when the link fails.
   */
  request(frame: Uint8Array, dataLength: number): Promise<Uint8Array | null> {
    const run = this.#tail.then(() => this.#attempts(frame, dataLength));
    this.#tail = run.catch(() => undefined);
    return run;
  }

  async #attempts(frame: Uint8Array, dataLength: number): Promise<Uint8Array | null> {
    for (let attempt = 0; attempt < this.options.attempts; attempt += 1) {
      const reply = await this.#exchange(frame, dataLength);
      if (reply !== null) return reply.kind === 'data' ? reply.data : null;
    }
    throw new StanceError(
      'device.silent',
      `The desk did not answer the request ${toHex(frame.slice(0, 3))}. Switch it off and on.`,
      {
        owner: 'device',
      },
    );
  }

  #exchange(frame: Uint8Array, dataLength: number): Promise<Reply | null> {
    return new Promise((resolve, reject) => {
      const undos: Undo[] = [];
      const settle = (finish: () => void): void => {
        for (const undo of undos) undo();
        this.#onReply = null;
        finish();
      };
      this.#onReply = (bytes) => {
        const reply = this.#understand(bytes, dataLength);
        if (reply !== null)
          settle(() => {
            resolve(reply);
          });
      };
      undos.push(
        after(this.clock, this.options.timeoutMs, () => {
          settle(() => {
            resolve(null);
          });
        }),
        this.link.onClosed((cause) => {
          settle(() => {
            reject(linkLost(cause));
          });
        }),
      );
      this.link.write(this.options.ref, frame, { withResponse: true }).catch((error: unknown) => {
        settle(() => {
          reject(error instanceof Error ? error : linkLost('write failed'));
        });
      });
    });
  }

  #understand(bytes: Uint8Array, dataLength: number): Reply | null {
    const reply = decodeDpgReply(bytes);
    if (!('kind' in reply)) this.options.onIssue(reply);
    else if (reply.kind === 'refused' || reply.data.length === dataLength) return reply;
    else
      this.options.onIssue({
        code: 'wrong-length',
        detail: `a reply of ${reply.data.length} bytes, expected ${dataLength}`,
      });
    return null;
  }
}

export const linkLost = (cause: string): StanceError =>
  new StanceError('device.link-lost', `The link to the device was lost (${cause}).`, { owner: 'device' });
