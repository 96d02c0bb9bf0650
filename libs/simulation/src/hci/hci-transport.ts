/** One host's way to one controller: H4 both ways. `write` takes any cut of the stream; `onData` gives whole packets or any cut. */
export interface HciTransport {
  /** False once the controller is gone (pulled out, process ended): the host sees its adapter down. */
  readonly up: boolean;
  write(bytes: Uint8Array): void;
  onData(listener: (bytes: Uint8Array) => void): () => void;
  close(): void;
}
