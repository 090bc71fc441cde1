/** What travels between server and widget. Field names are the contract's. */

export type Sender = "customer" | "bot" | "agent" | "system";
export type Owner = "bot" | "queue" | "agent" | "closed";

/** The shop's token for who is signed in there, or a function that gets a fresh one; null: nobody is. */
export type Identity = string | null | (() => string | null | Promise<string | null>);

export interface QuickReply {
  title: string;
  payload: string;
  content_type?: string;
}

export interface CardRow {
  label: string;
  value: string;
  /** Payload of the button that changes this row. */
  edit?: string;
  /** Of the hand-over card: the customer changes this row right here. `typed` is its value as one types it. */
  field?: string;
  input?: "line" | "text" | "choice";
  typed?: string;
  options?: { value: string; label: string }[];
}

export interface Card {
  kind: "summary" | "filed" | "status" | "order" | "handover" | "rating";
  title: string;
  rows: CardRow[];
  link?: { label: string; href: string };
  /** Of a rating: which end of the chat it is about, and the answer once there is one. */
  epoch?: number;
  score?: number;
}

/** What became of the wish for a copy by mail: "sent" to an address, or a sentence for the customer. */
export interface Copy {
  code: string;
  message?: string;
  address?: string;
}

export interface FilePayload {
  /** An address, of a picture that the assistant shows. */
  src?: string;
  title?: string;
  /** Of a file that somebody sent: whoever is in the chat can fetch it. */
  id?: string;
  kind?: string;
  size?: number;
  /** The file itself, while it is on its way. */
  file?: File;
}

export interface Attachment {
  type?: string;
  payload?: FilePayload;
}

/** What the server takes. */
export interface FilesAllowed {
  most: number;
  megabytes: number;
  accept: string;
}

export interface Message {
  id: string;
  /** Rises by one or more within a conversation; the only order that counts. */
  seq: number;
  from: Sender;
  name: string;
  /** ISO 8601, with zone. */
  at: string;
  text: string;
  quick_replies?: QuickReply[];
  attachment?: Attachment;
  card?: Card;
  /** The card is the newest form of the one on the message with this id. */
  card_of?: string;
  client_id?: string;
  /** It came by mail. */
  by_mail?: boolean;
  /** Desk only: a private note. */
  note?: boolean;
}

export interface History {
  conversation_id?: string;
  messages: Message[];
  last_seq: number;
}

export interface Stored {
  client_id: string;
  seq: number;
  id?: string;
  at?: string;
  /** The text as it was stored, when the server changed it (a masked code). */
  text?: string;
}

export interface Refused {
  client_id: string;
  code: string;
  message: string;
}

export interface Typing {
  conversation_id?: string;
  from?: Sender;
  on: boolean;
}

export interface State {
  conversation_id?: string;
  owner: Owner;
  queue_position?: number | null;
  /** How long it is likely to take until somebody comes, in words. */
  wait?: string | null;
  /** The chat waits until people are back. */
  message_left?: boolean;
  agent?: { id?: string; name: string } | string | null;
  assistant?: "ready" | "starting" | "unavailable";
  mine?: boolean;
  epoch?: number;
  customer_online?: boolean;
  files?: FilesAllowed;
  /** Desk only: rises when what is known of the customer has changed. */
  facts?: number;
  /** Customer's end: up to this seq whoever holds the chat has read. */
  seen_seq?: number;
  /** Desk only: up to this seq the customer's page has shown. */
  customer_seen_seq?: number;
}

/** The extra part of a `bot_uttered` beside Rasa's own fields. */
export interface Uttered {
  text?: string;
  quick_replies?: QuickReply[];
  attachment?: Attachment;
  metadata?: { id?: string; seq?: number; from?: Sender; name?: string; at?: string };
}

export function agentName(state: State | null): string {
  const agent = state?.agent;
  return (typeof agent === "string" ? agent : agent?.name) ?? "";
}
