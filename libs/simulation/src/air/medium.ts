/**
 * What happened to a wanted or standing link. `pending`: a central waits for the advertisement; `failing`: no packet gets
 * through and the supervision timeout runs; `closed` carries the HCI reason the central was told.
 */
export type LinkEvent =
  | {
      readonly kind: 'pending' | 'cancelled' | 'up' | 'failing' | 'recovered';
      readonly central: string;
      readonly peripheral: string;
    }
  | { readonly kind: 'closed'; readonly central: string; readonly peripheral: string; readonly reason: number };

/** One ACL packet (H4, as the peripheral's host gets it) on its way from a central to a peripheral. */
export interface CentralAcl {
  readonly central: string;
  readonly peripheral: string;
  readonly packet: Uint8Array;
}

/** What becomes of one notification on the air. */
export type NotificationFate = 'deliver' | 'drop' | 'duplicate';

/** A radio that advertises, as the others hear it. */
export interface Advertiser {
  readonly address: string;
  readonly addressType: number;
  readonly connectable: boolean;
  readonly advertisingType: number;
  readonly advertisingData: Uint8Array;
  /** Null when it answers no scan request. */
  readonly scanResponse: Uint8Array | null;
}

/** What a controller needs of the air around it. */
export interface Medium {
  random(): number;
  inRange(a: string, b: string): boolean;
  rssiDbm(from: string, to: string): number;
  advertise(from: Advertiser): void;
  forget(address: string): void;
  report(event: LinkEvent): void;
}

/** What a link needs of the air around it. */
export interface LinkMedium {
  /** Milliseconds that never go back, real time. */
  nowMs(): number;
  inRange(a: string, b: string): boolean;
  report(event: LinkEvent): void;
  centralAcl(acl: CentralAcl): void;
  fateOf(notification: { readonly from: string; readonly to: string; readonly packet: Uint8Array }): NotificationFate;
}
