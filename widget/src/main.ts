/** Defines the elements, reads the script tag, and puts the launcher on the page. */
import { Chat } from "./chat";
import { Composer } from "./composer";
import { Conversation } from "./conversation";
import { ThreadView } from "./thread-view";
import { serverOf } from "./wire";

const script =
  (document.currentScript as HTMLScriptElement | null) ?? document.querySelector<HTMLScriptElement>('script[src*="widget.js"]');
const options = script?.dataset ?? {};
const server = serverOf(script?.src);

function define(name: string, element: CustomElementConstructor): void {
  if (!customElements.get(name)) customElements.define(name, element);
}

/** The theme is the tag's, else the page's own; without either the system decides (tokens.css). */
function follow(element: HTMLElement): void {
  const root = document.documentElement;
  const set = () => {
    const theme = options.theme ?? root.dataset.theme;
    if (theme) element.dataset.theme = theme;
    else delete element.dataset.theme;
  };
  set();
  new MutationObserver(set).observe(root, { attributeFilter: ["data-theme"] });
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
    this.identity = options.identity ?? null;
    this.colour = options.colour ?? null;
    this.heading = options.title ?? null;
    this.position = options.position ?? null;
  }
  override connectedCallback(): void {
    follow(this);
    super.connectedCallback();
  }
}

class PageConversation extends Conversation {
  constructor() {
    super();
    this.server = server;
  }
  override connectedCallback(): void {
    follow(this);
    super.connectedCallback();
  }
}

define("disputes-thread", ThreadView);
define("disputes-composer", Composer);
define("disputes-chat", PageChat);
define("disputes-conversation", PageConversation);

const api = { open: (opener?: HTMLElement) => void chat().open(opener), close: () => chat().close() };
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
    // The desk has the conversation itself; a launcher there would be a second, wrong one.
    if (options.launcher !== "off" && !document.querySelector("disputes-conversation")) chat();
  };
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", place);
  else place();
}
