/** Files on their way to the server: one at a time, in order, sent again with the same id until stored or refused. */
import type { Outgoing } from "./outbox";
import { randomId } from "./text";
import type { FilesAllowed, Message } from "./types";
import { words } from "./words";

/** Where files go, and what proves who sends them. */
export interface Route {
  url: string;
  headers: Record<string, string>;
}

export class Uploads {
  items: Outgoing[] = [];
  private online = false;
  private current: { id: string; request: XMLHttpRequest } | null = null;

  constructor(
    private readonly route: () => Route,
    private readonly changed: () => void,
    private readonly sent: (message: Message) => void,
  ) {}

  push(files: Iterable<File>, allowed: FilesAllowed | undefined): void {
    for (const file of files) {
      const item: Outgoing = { client_id: randomId(), message: "", text: file.name, at: new Date().toISOString(), state: "waiting", file, progress: 0 };
      const large = allowed && file.size > allowed.megabytes * 1e6;
      this.items = [...this.items, large ? { ...item, state: "refused", final: true, reason: words.fileTooLarge(allowed.megabytes) } : item];
    }
    this.pump();
    this.changed();
  }

  connect(): void {
    this.online = true;
    this.items = this.items.map((item) => (item.state === "failed" ? { ...item, state: "waiting" } : item));
    this.pump();
    this.changed();
  }

  disconnect(): void {
    this.online = false;
  }

  /** The server has it, as it said itself or by the message that has come. */
  stored(clientId: string | undefined): void {
    if (this.items.some((each) => each.client_id === clientId)) this.remove(clientId as string);
  }

  retry(clientId: string): void {
    this.change(clientId, { state: "waiting", progress: 0, reason: undefined });
    this.pump();
    this.changed();
  }

  remove(clientId: string): void {
    this.items = this.items.filter((each) => each.client_id !== clientId);
    if (this.current?.id === clientId) this.stop();
    this.pump();
    this.changed();
  }

  clear(): void {
    this.items = [];
    this.stop();
  }

  private stop(): void {
    const { current } = this;
    this.current = null;
    current?.request.abort();
  }

  private pump(): void {
    if (!this.online || this.current) return;
    const next = this.items.find((item) => item.state === "waiting");
    if (next?.file) this.send(next, next.file);
  }

  private send({ client_id }: Outgoing, file: File): void {
    const { url, headers } = this.route();
    const request = new XMLHttpRequest();
    this.current = { id: client_id, request };
    const body = new FormData();
    body.append("client_id", client_id);
    body.append("file", file, file.name);
    request.open("POST", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.upload.onprogress = ({ loaded, total }) => {
      this.change(client_id, { progress: total ? loaded / total : 0 });
      this.changed();
    };
    request.onload = () => this.answered(client_id, request);
    // Without a connection it waits for one; with one, something else is wrong, and the sender decides.
    request.onerror = () => this.end(client_id, this.online ? { state: "failed" } : { progress: 0 });
    request.send(body);
  }

  private answered(clientId: string, { status, responseText }: XMLHttpRequest): void {
    const body = read(responseText);
    if (status === 201 && body.seq) {
      this.sent(body as Message);
      this.stored(clientId);
    } else if (status >= 500 || !status) this.end(clientId, { state: "failed" });
    else this.end(clientId, { state: "refused", final: status === 400 || status === 413, reason: body.error?.message ?? words.fileRefused });
  }

  private end(clientId: string, part: Partial<Outgoing>): void {
    if (this.current?.id === clientId) this.current = null;
    this.change(clientId, part);
    this.pump();
    this.changed();
  }

  private change(clientId: string, part: Partial<Outgoing>): void {
    this.items = this.items.map((each) => (each.client_id === clientId ? { ...each, ...part } : each));
  }
}

function read(text: string): Partial<Message> & { error?: { message?: string } } {
  try {
    return JSON.parse(text) as Partial<Message>;
  } catch {
    return {};
  }
}
