/** Where a home's chance comes from: seeded, so that the same plan tells the same story. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform in [from, to). */
  between(from: number, to: number): number;
  /** Normal with the mean and standard deviation, cut at `limit` standard deviations. */
  normal(mean: number, deviation: number, limit?: number): number;
  chance(probability: number): boolean;
  /** An independent stream: adding a device does not shift the chance of the others. */
  fork(name: string): Random;
}

const hash = (text: string, seed: number): number => {
  let value = seed ^ 0x811c9dc5;
  for (const char of text) value = Math.imul(value ^ char.charCodeAt(0), 0x01000193);
  return value >>> 0;
};

/** Mulberry32: 32 bit of state, public domain, good enough for a day plan. */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const gauss = (): number => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  return {
    next,
    between: (from, to) => from + (to - from) * next(),
    normal: (mean, deviation, limit = 3) => mean + deviation * Math.max(-limit, Math.min(limit, gauss())),
    chance: (probability) => next() < probability,
    fork: (name) => seededRandom(hash(name, seed)),
  };
}
