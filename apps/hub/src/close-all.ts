export type Closer = () => Promise<void> | void;

/** Takes the closers out of the list and runs them, last first. One that fails keeps none from closing; its error is thrown at the end. */
export async function closeAll(closers: Closer[]): Promise<void> {
  const errors: unknown[] = [];
  for (const close of closers.splice(0).reverse()) {
    try {
      await close();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
