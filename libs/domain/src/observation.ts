/**
 * What one frame of one device says, in the units of the house. Device-level facts: no person, no judgement.
 * Produced by the device profiles, consumed by the pipeline.
 */
export type Observation =
  /** Desk height above the floor in mm (base offset included) and speed in mm/s, positive up. */
  | { readonly kind: 'height'; readonly heightMm: number; readonly speedMmS: number }
  /** The desk's own report of an obstacle or fault; the payload is opaque and kept as hex. */
  | { readonly kind: 'desk-error'; readonly payloadHex: string }
  /** Acceleration of the wearer's sensor in g, gravity included. */
  | { readonly kind: 'acceleration'; readonly xG: number; readonly yG: number; readonly zG: number }
  /** Cumulative step counter of the device; may fall to 0 at midnight or reboot. */
  | { readonly kind: 'steps'; readonly total: number }
  /** Beats per minute; `contact` is null where the sensor cannot tell. */
  | { readonly kind: 'heart-rate'; readonly bpm: number; readonly contact: boolean | null }
  | { readonly kind: 'battery'; readonly percent: number }
  /** The wearer's answer to an alert on the band. */
  | { readonly kind: 'alert-answer'; readonly answer: 'accept' | 'reject' | 'mute' }
  /** Received signal strength of the device's link at the hub's radio, in dBm (negative). */
  | { readonly kind: 'rssi'; readonly dbm: number };
