import { type BleLink, type CharacteristicRef, hasCode } from '#libs/application';

/** The value of a characteristic a device may lack, or refuse to read; null then. A lost link still rejects. */
export const readOptional = async (link: BleLink, ref: CharacteristicRef): Promise<Uint8Array | null> => {
  if (!link.has(ref)) return null;
  try {
    return await link.read(ref);
  } catch (error) {
    if (hasCode(error, 'radio.empty-read')) return null;
    throw error;
  }
};
