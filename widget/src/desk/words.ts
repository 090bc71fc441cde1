/** Every word of the desk's chat beside those that customers see too (../words.ts). */

export const words = {
  none: "No conversation chosen",
  noneText: "Choose one from the list to read it here.",
  signedOut: "You are signed out.",
  signIn: "Sign in again",
  reply: "Reply",
  note: "Private note",
  kind: "Kind of message",
  write: "Write to the customer",
  writeNote: "Write a note that only staff can read",
  bot: "The assistant holds this chat. Take it over to reply; notes are possible.",
  queue: "This chat is waiting. Claim it to reply; notes are possible.",
  other: (name: string) => `${name || "Another agent"} holds this chat. Notes are possible.`,
  closed: "This chat has ended. Notes are possible.",
  away: "The customer is not connected. Your message waits for them.",
  offered: "Offered:",
};
