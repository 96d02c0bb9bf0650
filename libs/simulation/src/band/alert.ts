/** What a write to New Alert (2A46) shows on the watch. */
export interface BandAlert {
  /** 3 is a call and can be answered; every other category is a simple message. */
  readonly category: number;
  readonly title: string;
  readonly body: string;
}

export const CALL_CATEGORY = 3;
/** Three header bytes are skipped; packets that hold nothing more are ignored (docs/protocols/infinitime.md, "Prompt"). */
const HEADER_BYTES = 3;
const TEXT_BYTES = 99;

/** Reads a New Alert packet as InfiniTime does; null for one it ignores. */
export function readAlert(packet: Uint8Array): BandAlert | null {
  if (packet.length <= HEADER_BYTES) return null;
  const text = Buffer.from(packet.subarray(HEADER_BYTES, HEADER_BYTES + TEXT_BYTES)).toString('utf8');
  const cut = text.indexOf('\0');
  const title = cut < 0 ? text : text.slice(0, cut);
  return { category: packet[0] ?? 0, title, body: cut < 0 ? '' : text.slice(cut + 1) };
}
