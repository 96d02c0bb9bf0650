import { type Decoder } from './decoded.js';
import { decodeBatteryLevel, decodeHeartRate } from './bluetooth-sig.js';
import { decodeCallAnswer, decodeSteps, motionDecoder } from './infinitime.js';

/** Names a profile may give a band's characteristic as its `frame`. A desk's frames need its base and live in its driver. */
export const FRAME_RULES = [
  'heart-rate-measurement',
  'battery-level',
  'infinitime-steps',
  'infinitime-motion',
  'infinitime-call-answer',
] as const;
export type FrameRule = (typeof FRAME_RULES)[number];

/** The decoder of a rule, built once per session. */
export const decoderOf = (rule: FrameRule, scales: { readonly acceleration_counts_per_g: number }): Decoder => {
  switch (rule) {
    case 'heart-rate-measurement':
      return decodeHeartRate;
    case 'battery-level':
      return decodeBatteryLevel;
    case 'infinitime-steps':
      return decodeSteps;
    case 'infinitime-motion':
      return motionDecoder(scales.acceleration_counts_per_g);
    case 'infinitime-call-answer':
      return decodeCallAnswer;
  }
};
