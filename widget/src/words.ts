/** Every word the widget shows, in English. Another language is another file of this shape. */

const plural = (count: number, one: string, many: string): string => (count === 1 ? one : many.replace("#", String(count)));

export const words = {
  locale: "en-GB",

  launcher: "Chat with us",
  launcherOpen: "Open the chat",
  unread: (count: number) => plural(count, "1 new message", "# new messages"),
  chat: "Help chat",

  assistant: "Assistant (automated)",
  assistantShort: "Assistant",
  you: "You",
  customer: "Customer",
  agent: "Our team",
  system: "Notice",
  assistantLine: "Ask for a person at any time",
  waiting: "Waiting for a person",
  position: (place: number) => (place <= 1 ? "You are next" : `You are number ${place} in the queue`),
  positionSoon: "You are in the queue",
  agentLine: "A person from our team",
  ended: "Chat ended",
  endedLine: "Write to go on with it",

  introTitle: "How can we help?",
  intro: "An automated assistant answers first and can pass you to a person. What you write is kept, so you need not repeat it.",
  introPolicy: "How we handle complaints",
  connecting: "Connecting",
  starting: "The assistant is starting. You can write already: your message waits for it here.",
  unavailable: "The assistant is not available at the moment. What you write is kept for it. You need not wait:",
  lost: "Connection lost, reconnecting. What you write is kept.",
  backOnline: "Connected again",

  typing: (name: string) => `${name} is typing`,
  sending: "Sending",
  sent: "Sent",
  seen: "Seen",
  held: "Will be sent when you are connected",
  failed: "Not sent.",
  refused: "Not sent:",
  retry: "Retry",
  remove: "Delete",
  newMessages: (count: number) => plural(count, "1 new message", "# new messages"),
  today: "Today",
  yesterday: "Yesterday",
  conversation: "Conversation",
  attachment: "Attachment",

  write: "Write a message",
  writeHint: "Enter sends. Shift and Enter make a new line.",
  send: "Send",
  left: (count: number) => plural(count, "1 character left", "# characters left"),
  over: (count: number) => plural(count, "1 character too long", "# characters too long"),

  change: "Change",
  changeRow: (label: string) => `Change: ${label}`,
  copy: "Copy",
  copyRow: (label: string) => `Copy: ${label}`,
  copied: "Copied",
  newTab: "(opens in a new tab)",

  menu: "More choices",
  close: "Close the chat",
  person: "Talk to a person",
  back: "Back to the assistant",
  form: "Complaint form",
  end: "End chat",
  endTitle: "End this chat?",
  endText: "Complaints you have filed go on as before. You can come back to this chat, or start a new one, at any time.",
  endYes: "End chat",
  endNo: "Keep chatting",
  startNew: "Start a new chat",
  writeOn: "Write to go on with this chat",
};

export type Words = typeof words;
