/** The desk's one connection: whatever page of it is open, and whichever chat. */
import { Wire } from "../wire";

let shared: Wire | null = null;

/** Opened by whoever asks first, and kept for as long as the page is. */
export function deskWire(server: string): Wire {
  if (!shared) {
    shared = new Wire(server, "/desk");
    shared.open();
  }
  return shared;
}
