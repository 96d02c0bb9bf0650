/** Categories of New Alert, 2A46, that the watch tells apart: a call can be answered, everything else is simple. */
const CATEGORY = { simple: 0x00, call: 0x03 } as const;
const HEADER_BYTES = 3;
/** An ATT write carries three bytes of its own. */
const ATT_WRITE_OVERHEAD = 3;

const utf8 = new TextEncoder();
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** The longest start of the text that fits, cut between characters as a reader sees them. NUL would split the text. */
const shorten = (text: string, maxBytes: number): Uint8Array => {
  const kept: number[] = [];
  for (const { segment } of graphemes.segment(text.replaceAll('\0', ' '))) {
    const bytes = utf8.encode(segment);
    if (kept.length + bytes.length > maxBytes) break;
    kept.push(...bytes);
  }
  return Uint8Array.from(kept);
};

/**
 * New Alert for InfiniTime: category, count 1, a zero byte, title, and after another zero byte the body. The text keeps
 * within `maxTextBytes` and within one write of the link's MTU, because prepared writes to it are untested; the body
 * gives way before the title.
 */
export const encodeAlert = (
  alert: { readonly title: string; readonly body: string; readonly answerable: boolean },
  space: { readonly maxTextBytes: number; readonly mtu: number },
): Uint8Array => {
  const room = Math.min(space.maxTextBytes, space.mtu - ATT_WRITE_OVERHEAD - HEADER_BYTES);
  const title = shorten(alert.title, room);
  const body = shorten(alert.body, room - title.length - 1);
  const category = alert.answerable ? CATEGORY.call : CATEGORY.simple;
  return Uint8Array.of(category, 1, 0, ...title, ...(body.length > 0 ? [0, ...body] : []));
};
