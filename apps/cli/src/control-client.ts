import { type IncomingMessage, request } from 'node:http';
import { StanceError } from '#libs/application';

/** Talks to a running hub over its unix socket. The CLI never opens radio or journal beside a hub. */
export class ControlClient {
  constructor(private readonly socketPath: string) {}

  get<T>(path: string): Promise<T> {
    return this.send<T>('GET', path);
  }

  /** `body` is sent as JSON. A move answers when it has ended, so there is no deadline here: Ctrl-C ends the waiting. */
  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.send<T>('POST', path, JSON.stringify(body));
  }

  private send<T>(method: string, path: string, body?: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const headers =
        body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
      const call = request({ socketPath: this.socketPath, path: `/control/${path}`, method, headers }, (response) => {
        readBody(response).then((text) => {
          if (response.statusCode === 200) resolve(JSON.parse(text) as T);
          else reject(new StanceError('control.refused', messageOf(text), { owner: 'user' }));
        }, reject);
      });
      call.once('error', (cause) => {
        reject(this.noHub(cause));
      });
      call.end(body);
    });
  }

  private noHub(cause: Error): StanceError {
    return new StanceError(
      'control.no-hub',
      `no hub answers on ${this.socketPath}: start one with "stance run", or name its socket with --socket`,
      { owner: 'user', cause },
    );
  }
}

async function readBody(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function messageOf(text: string): string {
  try {
    const { message } = JSON.parse(text) as { message?: unknown };
    return typeof message === 'string' ? message : text;
  } catch {
    return text;
  }
}
