/** A small Socket.IO 5 client: one namespace, JSON events, no acknowledgements, no binary.
 *  It comes back by itself for as long as it is not closed. Why not the official client: see README.md. */
import { overPolling, overSocket, type Line, type Open } from "./line";

const FIRST_DELAY = 500;
const LONGEST_DELAY = 8_000;
const REFUSED_DELAY = 10_000;
const OPEN_WITHIN = 6_000;

type Timer = ReturnType<typeof setTimeout> | undefined;

export class Wire {
  /** The server has let us into the namespace. */
  connected = false;
  private readonly address: URL;
  private listeners = new Map<string, Set<(data: never) => void>>();
  private line: Line | null = null;
  private delay = FIRST_DELAY;
  private retry: Timer;
  private watchdog: Timer;
  private patience = 0;

  /** `server`: address of the application, ending in a slash; it may have a path. */
  constructor(
    server: string,
    private readonly namespace: "/" | "/desk",
  ) {
    this.address = new URL("socket.io/", server);
  }

  /** Own events: `connect`, `disconnect`, `refused` (the namespace does not let us in). Returns how to stop listening. */
  on<T>(event: string, listener: (data: T) => void): () => void {
    const hears = listener as (data: never) => void;
    const group = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, group.add(hears));
    return () => group.delete(hears);
  }

  open(): void {
    addEventListener("online", this.now);
    this.dial(overSocket);
  }

  close(): void {
    removeEventListener("online", this.now);
    this.hangUp();
    this.connected = false;
  }

  /** Does nothing while not connected: whoever must be heard keeps the message until it is answered. */
  emit(event: string, data: unknown): void {
    if (this.connected) this.line?.send(`42${this.prefix}${JSON.stringify([event, data])}`);
  }

  private get prefix(): string {
    return this.namespace === "/" ? "" : `${this.namespace},`;
  }

  private fire(event: string, data?: unknown): void {
    for (const hears of [...(this.listeners.get(event) ?? [])]) hears(data as never);
  }

  private now = (): void => {
    if (!this.line) this.dial(overSocket);
  };

  private dial(open: Open): void {
    this.hangUp();
    let opened = false;
    const lost = (): void => {
      if (this.line !== line) return;
      this.hangUp();
      if (!opened && open === overSocket) this.dial(overPolling);
      else this.drop(this.delay);
    };
    const packet = (text: string): void => {
      opened = true;
      this.receive(text);
    };
    const line = open(this.address, packet, lost, this.namespace !== "/");
    this.line = line;
    this.watch(OPEN_WITHIN, lost);
    this.lost = lost;
  }

  private lost: () => void = () => {};

  private hangUp(): void {
    clearTimeout(this.retry);
    clearTimeout(this.watchdog);
    this.line?.close();
    this.line = null;
  }

  /** The connection is gone: say so once, and try again later, each time a little later. */
  private drop(delay: number): void {
    this.hangUp();
    const was = this.connected;
    this.connected = false;
    this.retry = setTimeout(this.now, delay * (0.75 + Math.random() / 2));
    this.delay = Math.min(this.delay * 2, LONGEST_DELAY);
    if (was) this.fire("disconnect");
  }

  private watch(delay: number, late: () => void): void {
    clearTimeout(this.watchdog);
    this.watchdog = setTimeout(late, delay);
  }

  private receive(packet: string): void {
    const rest = packet.slice(1);
    switch (packet[0]) {
      case "0": {
        const { pingInterval, pingTimeout } = JSON.parse(rest) as { pingInterval: number; pingTimeout: number };
        this.patience = pingInterval + pingTimeout;
        this.line?.send(`40${this.prefix}`);
        break;
      }
      case "1":
        return this.lost();
      case "2":
        this.line?.send(`3${rest}`);
        break;
      case "4":
        this.message(rest);
    }
    // A sign of life. (The message may have ended the line.)
    if (this.line) this.watch(this.patience, () => this.lost());
  }

  private message(packet: string): void {
    const [, type, data] = /^(\d)(?:\/[^,]*,?)?\d*(.*)$/s.exec(packet) ?? [];
    switch (type) {
      case "0":
        this.connected = true;
        this.delay = FIRST_DELAY;
        return this.fire("connect");
      case "1":
        return this.drop(this.delay);
      case "2": {
        const [event, argument] = JSON.parse(data ?? "[]") as [string, unknown];
        return this.fire(event, argument);
      }
      case "4":
        this.drop(REFUSED_DELAY);
        this.fire("refused");
    }
  }
}

/** Where this script came from is where the application is: `.../widget.js` or `.../static/widget.js`. */
export function serverOf(script: string | undefined): string {
  const source = script && /^https?:/.test(script) ? script : location.href;
  return new URL(source.includes("widget.js") ? "." : "/", source).href.replace(/static\/$/, "");
}
