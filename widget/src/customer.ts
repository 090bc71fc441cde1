/** The customer's end: a session that outlives the page, shared by the tabs of one browser. */
import type { Outgoing } from "./outbox";
import type { Rated } from "./rating";
import { SESSION, SIGNED_IN, UNSENT, ofTab, shared } from "./storage";
import { Talk, fetched } from "./talk";
import { randomId } from "./text";
import { fromUttered } from "./thread";
import type { Card, Copy, History, Identity, State, Typing, Uttered } from "./types";
import type { Route } from "./uploads";
import { Wire } from "./wire";
import { words } from "./words";

const CORRECTED_WITHIN = 6_000;
const IDENTIFIED_WITHIN = 4_000;
/** A proof lasts for half an hour: who is signed in for longer is told again in time. */
const IDENTIFY_AGAIN = 600_000;

export class CustomerTalk extends Talk {
  protected readonly me = "customer";
  private session: string | null = null;
  /** The ended chat that is being left for a new one. */
  private ended: string | null = null;
  /** The last token that we were given. */
  private token: string | null = null;
  /** Why the server opens no chat for us, in its words. */
  refused = "";

  copied: (copy: Copy) => void = () => {};

  constructor(
    private readonly server: string,
    private identity: Identity,
  ) {
    super();
    setInterval(() => typeof this.identity === "function" && this.ask(), IDENTIFY_AGAIN);
    try {
      this.outbox.restore(JSON.parse(ofTab.get(UNSENT) ?? "[]") as Outgoing[]);
    } catch {
      ofTab.set(UNSENT, null);
    }
    addEventListener("storage", (event) => {
      if (event.key === SESSION && event.newValue) this.join(event.newValue);
    });
  }

  static get remembered(): boolean {
    return shared.get(SESSION) !== null;
  }

  connect(): void {
    if (this.wire) return;
    this.session = shared.get(SESSION);
    const wire = new Wire(this.server, "/");
    this.use(wire);
    this.on("session_confirm", (id: string) => this.confirmed(id));
    this.on("session_refused", ({ message }: { message: string }) => {
      this.refused = message;
      this.askLater();
      this.changed();
    });
    this.on("history", (history: History) => this.take(history));
    this.on("transcript", (copy: Copy) => this.copied(copy));
    this.on("card", (card: { id: string; card: Card }) => this.takeCard(card));
    this.on("bot_uttered", (uttered: Uttered) => {
      const message = fromUttered(uttered);
      if (message) this.takeOne(message);
    });
    this.on("conversation", (state: State) => {
      this.state = state;
      this.answered();
      if (state.owner !== "bot" && this.typing === "bot") this.typing = null;
      this.changed();
    });
    wire.open();
  }

  /** The assistant is silent where a person has the chat, also when a hint of it comes late. */
  protected override heard(typing: Typing): void {
    if (typing.from !== "bot" || this.state?.owner === "bot") super.heard(typing);
  }

  rate(answer: Rated): void {
    this.wire?.emit("rate", answer);
  }

  /** Wants a copy of the chat by mail: to the address that is known, or to this one. */
  copy(email?: string): void {
    this.wire?.emit("transcript", { email });
  }

  end(): void {
    this.wire?.emit("end_chat", {});
  }

  /** Leaves an ended chat behind and begins another. */
  startNew(): void {
    this.ended = this.session;
    this.forget(null);
    this.ask();
  }

  /** Somebody signs in on this page, or out. */
  identify(identity: Identity): void {
    this.identity = identity;
    this.ask();
  }

  /** A page that cannot tell just now who is signed in is not one on which nobody is. */
  private async signedIn(): Promise<string | null> {
    const { identity } = this;
    if (typeof identity !== "function") return identity;
    const late = new Promise<never>((_, fail) => setTimeout(fail, IDENTIFIED_WITHIN));
    return Promise.race([Promise.resolve().then(identity), late]).catch(() => this.token);
  }

  protected override async resume(): Promise<void> {
    const asked = this.identity;
    const token = await this.signedIn();
    if (asked !== this.identity) return;
    this.token = token;
    this.wire?.emit("session_request", {
      ...(this.session && { session_id: this.session }),
      ...(this.ended && { session_id: this.ended, new: true }),
      last_seq: this.thread.complete,
      ...here(),
      ...(token && { identity: token }),
    });
  }

  protected override transmit(item: Outgoing): void {
    this.wire?.emit("user_uttered", {
      message: item.message,
      session_id: this.session,
      ...(item.message !== item.text && { title: item.text }),
      metadata: { client_id: item.client_id, ...here() },
    });
  }

  protected override uploadTo(): Route {
    return this.files("");
  }

  override load(id: string, preview: boolean): Promise<Blob> {
    return fetched(this.files(`/${id}${preview ? "/preview" : ""}`));
  }

  /** The session goes in a header: an address would stay in logs. */
  private files(path: string): Route {
    return { url: new URL(`api/chat/files${path}`, this.server).href, headers: { Authorization: `Bearer ${this.session}` } };
  }

  override correct(field: string, value: string): Promise<string> {
    const { wire } = this;
    if (!wire?.connected) return Promise.resolve(words.notSaved);
    const client_id = randomId();
    return new Promise((done) => {
      const end = (said: string): void => {
        clearTimeout(timer);
        for (const stop of stops) stop();
        done(said);
      };
      const mine = (said: { client_id: string; message?: string }): void => {
        if (said.client_id === client_id) end(said.message ?? "");
      };
      const stops = [wire.on("corrected", mine), wire.on("message_refused", mine)];
      const timer = setTimeout(() => end(words.notSaved), CORRECTED_WITHIN);
      wire.emit("correct", { client_id, field, value });
    });
  }

  protected override tellTyping(on: boolean): void {
    if (this.outbox.connected) this.wire?.emit("typing", { on });
  }

  protected override sendingChanged(): void {
    ofTab.set(UNSENT, this.outbox.items.length ? JSON.stringify(this.outbox.items) : null);
    super.sendingChanged();
  }

  protected override tellSeen(seq: number): void {
    this.wire?.emit("seen", { seq });
  }

  private confirmed(id: string): void {
    this.ended = null;
    this.refused = "";
    // What somebody wrote and could not send is not for whoever is signed in now.
    const before = ofTab.get(SIGNED_IN);
    const now = account(this.token);
    if (before && before !== now) this.outbox.clear();
    ofTab.set(SIGNED_IN, now);
    if (id !== this.session) {
      // The server gave us another conversation than the one we asked for: nothing of the old one belongs here.
      if (this.session) this.forget(id);
      this.session = id;
      shared.set(SESSION, id);
    }
    this.ready();
  }

  /** Another tab began a conversation. Follow it, unless this one has words of its own. */
  private join(id: string): void {
    const spoken = this.outbox.items.length > 0 || this.thread.messages.some(({ from }) => from === "customer");
    if (!this.wire || id === this.session || (spoken && this.state?.owner !== "closed")) return;
    this.forget(id);
    this.ask();
  }

  private forget(next: string | null): void {
    this.session = next;
    this.thread.clear();
    this.unsee();
    this.state = null;
    this.typing = null;
    this.loaded = false;
    this.uploads.clear();
    if (next === null) {
      this.outbox.disconnect();
      this.uploads.disconnect();
    }
    this.changed();
  }
}

/** The account that a token names; the server alone can tell whether it is true. */
export function account(token: string | null): string | null {
  try {
    const claims = (token ?? "").split(".")[1]!.replace(/-/g, "+").replace(/_/g, "/");
    return String((JSON.parse(atob(claims)) as { sub: unknown }).sub);
  } catch {
    return null;
  }
}

/** Where the customer is. The address goes without its query: that may hold personal data. */
function here(): { page: string; locale: string } {
  return { page: location.origin + location.pathname, locale: navigator.language };
}
