/** The customers' script: defines the elements, reads the script tag, and puts the launcher on the page. */
import { Chat } from "./chat";
import { Composer } from "./composer";
import { define, followTheme } from "./element";
import { FileView } from "./file-view";
import { ThreadView } from "./thread-view";
import type { Identity } from "./types";
import { serverOf } from "./wire";

const script =
  (document.currentScript as HTMLScriptElement | null) ?? document.querySelector<HTMLScriptElement>('script[src*="widget.js"]');
const options = script?.dataset ?? {};
const server = serverOf(script?.src);
/** As the tag has it: a token, or an address on the shop's own server that gives a fresh one to whoever is signed in. */
const tags: Identity = options.identityUrl ? () => fetchToken(options.identityUrl!) : options.identity || null;
let identity = tags;

async function fetchToken(url: string): Promise<string | null> {
  const answer = await fetch(url, { method: "POST", cache: "no-store", redirect: "error" });
  if (answer.status === 401 || answer.status === 204) return null;
  if (!answer.ok) throw answer;
  return answer.text();
}

function chat(): Chat {
  const present = document.querySelector<Chat>("disputes-chat");
  if (present) return present;
  const element = document.createElement("disputes-chat") as Chat;
  document.body.append(element);
  return element;
}

class PageChat extends Chat {
  constructor() {
    super();
    this.server = server;
    this.identity = identity;
    this.colour = options.colour ?? null;
    this.heading = options.title ?? null;
    this.position = options.position ?? null;
  }
  override connectedCallback(): void {
    followTheme(this, options.theme);
    super.connectedCallback();
  }
}

define("disputes-file", FileView);
define("disputes-thread", ThreadView);
define("disputes-composer", Composer);
define("disputes-chat", PageChat);

const api = {
  open: (opener?: HTMLElement) => void chat().open(opener),
  close: () => chat().close(),
  identify: (who = tags) => {
    identity = who;
    document.querySelector<Chat>("disputes-chat")?.identify(who);
  },
};
declare global {
  interface Window {
    disputesChat?: typeof api;
  }
}

if (!window.disputesChat) {
  window.disputesChat = api;
  document.addEventListener("click", (event) => {
    const opener = event
      .composedPath()
      .find((each): each is HTMLElement => each instanceof HTMLElement && each.dataset.disputesChat === "open");
    if (!opener) return;
    event.preventDefault();
    api.open(opener);
  });
  const place = () => {
    if (options.launcher !== "off") chat();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", place);
  else place();
}
