/** Browser storage that may be blocked or full: then the page's memory serves. */

class Store {
  private memory = new Map<string, string>();

  constructor(private readonly area: () => Storage) {}

  get(key: string): string | null {
    try {
      return this.area().getItem(key) ?? this.memory.get(key) ?? null;
    } catch {
      return this.memory.get(key) ?? null;
    }
  }

  /** Null removes the key. */
  set(key: string, value: string | null): void {
    if (value === null) this.memory.delete(key);
    else this.memory.set(key, value);
    try {
      if (value === null) this.area().removeItem(key);
      else this.area().setItem(key, value);
    } catch {
      // Memory has it.
    }
  }

  /** Removes every key that begins so. */
  forget(beginning: string): void {
    const keys = [...this.memory.keys()];
    try {
      keys.push(...Object.keys(this.area()));
    } catch {
      // Nothing is kept there.
    }
    for (const key of keys) if (key.startsWith(beginning)) this.set(key, null);
  }
}

/** Shared by the tabs of this browser. */
export const shared = new Store(() => localStorage);
/** Of this tab alone. */
export const ofTab = new Store(() => sessionStorage);

export const SESSION = "disputes.session";
export const READ = "disputes.read";
export const UNSENT = "disputes.unsent";
/** The account of whoever was signed in at the shop when this tab last came to its chat. */
export const SIGNED_IN = "disputes.signed-in";
export const DRAFT = "disputes.draft";
export const OPEN = "disputes.open";
