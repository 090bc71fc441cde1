/** Every word the widget shows. English is built in, from words.json; the server puts those of another language before the
 *  script. A {blank} is filled in where it stands. */
import english from "./words.json";

declare const disputesWords: Partial<typeof english> | undefined;

const said = { ...english, ...(typeof disputesWords === "undefined" ? {} : disputesWords) };

const filled = (text: string) => (value: string | number): string => text.replace(/{\w+}/, () => `${value}`);
const counted = (one: string, many: string) => (count: number): string => (count === 1 ? one : filled(many)(count));

export const words = {
  ...said,
  unread: counted(said.unreadOne, said.unreadMany),
  position: (place: number) => (place <= 1 ? said.next : filled(said.place)(place)),
  wait: (place: string, time: string) => `${place} · ${time}`,
  typing: filled(said.typing),
  left: counted(said.leftOne, said.leftMany),
  over: counted(said.overOne, said.overMany),
  fileTooLarge: filled(said.fileTooLarge),
  fileSave: (name: string, size: string) => `${filled(said.fileSave)(name)}${size ? `, ${size}` : ""}`,
  percent: (part: number) => filled(said.percent)(Math.round(part * 100)),
  addRow: filled(said.addRow),
  changeRow: filled(said.changeRow),
  copyRow: filled(said.copyRow),
  score: filled(said.score),
};
