/** What each browser remembers for whoever works in it: single keys, sound, notifications. */
import { shared } from "../storage";

export class Switch {
  constructor(
    private readonly key: string,
    /** How it stands where nobody has touched it. */
    private readonly first: boolean,
  ) {}

  get on(): boolean {
    const kept = shared.get(this.key);
    return kept === null ? this.first : kept === "on";
  }

  set on(on: boolean) {
    shared.set(this.key, on ? "on" : "off");
  }
}

export const singleKeys = new Switch("disputes.desk.keys", true);
export const sounds = new Switch("disputes.desk.sounds", false);
export const notices = new Switch("disputes.desk.notices", false);
